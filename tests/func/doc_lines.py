# SPDX-License-Identifier: BSD-3-Clause
"""The command lines in code blocks of the documents.

A block's command lines are the lines that begin with a program of ours or with one of WORDS, behind
a `$ ` or not; a line that goes on (`\\`, `<<END`) is one with what follows. The other lines are what
they print.
"""

import glob
import os
import re

from bench import TREE

FILES = ["README.md", "docs/*.md", "config/README.md"]
OURS = ["spp_primary", "spp_vf", "spp_agent", "sppctl", "spp-upgrade"]
WORDS = [*OURS, "apt-get", "apt-mark", "bash", "cat", "cd", "chmod", "chown", "cp", "curl", "dpdk-devbind.py",
         "dpdk-telemetry.py", "dpdk-testpmd", "dpkg", "echo", "gdb", "git", "grep", "groupadd", "install", "ip", "kill", "lz4",
         "make", "meson", "mkdir", "modprobe", "mount", "mountpoint", "ninja", "pip", "pktgen", "podman", "python3",
         "qemu-system-x86_64", "rm", "spp_pcap", "sed", "sleep", "sudo", "sysctl", "systemctl", "taskset", "tc", "useradd", "usermod",
         "virsh", "while"]
COMMAND = re.compile(r"(\w+=(\"[^\"]*\"|\S*)\s+)*((build/|\./|tests/|bench/)\S|(%s)( (?=[^\s(])|$))"
                     % "|".join(re.escape(w) for w in WORDS))
MARK = re.compile(r"not (been )?(tried|run by a test)")
DRAWN = re.compile("[─│┌└►◄▲✓]| {3}[a-z]+ {3}")


class Command:
    def __init__(self, line, text, prompt):
        self.line = line
        self.text = text
        self.prompt = prompt  # there was a `$ `
        self.marked = bool(MARK.search(text))
        self.prints = []  # lines

    @property
    def bare(self):
        """Without what is said about it; our program without the folder of the build."""
        return re.sub(r"^((\w+=\S*\s+)*)build/(?=spp)", r"\1", re.sub(r"\s+#.*", "", self.text)).strip()

    @property
    def words(self):
        """Without variables."""
        return re.sub(r'^(\w+=("[^"]*"|\S*)\s+)+', "", self.bare).split()

    @property
    def variables(self):
        return re.findall(r"\b([A-Z_]+)=", self.bare[:self.bare.index(self.words[0])])


class Block:
    def __init__(self, name, line, lead, lines):
        self.name = name
        self.line = line
        self.commands = list(commands(lines))
        for command in self.commands:
            command.marked |= bool(MARK.search(lead))

    def __str__(self):
        return f"{self.name}:{self.line}: {self.commands[0].text.splitlines()[0]}"


def commands(lines):
    at = 0
    last = None
    drawn = any(DRAWN.search(re.sub(r"\s#.*", "", text)) for _, text in lines)
    while at < len(lines):
        number, text = lines[at]
        at += 1
        prompt = text.lstrip().startswith("$ ")
        whole, text = text, text.lstrip().removeprefix("$ ")
        if not COMMAND.match(text) or drawn and not prompt:
            if last is not None:
                last.prints.append(whole)
            continue
        until = re.search(r"<<'?(\w+)", text)
        while at < len(lines) and (text.endswith("\\") or until and text.split("\n")[-1] != until[1]):
            text += "\n" + lines[at][1]
            at += 1
        last = Command(number, text, prompt)
        yield last


def raw_blocks(text):
    """(line, the paragraph above, [(line, text)]) of each; JSON is not for a shell."""
    lines = text.split("\n")
    lead, block, fence = [], [], None
    for number, line in enumerate([*lines, "end"], 1):
        if line.startswith("```"):
            if fence is None:
                fence = line[3:].strip()
                continue
            if fence not in ("json", "text", "c", "xml"):
                yield " ".join(lead), block
            lead, block, fence = [], [], None
        elif fence is not None:
            block.append((number, line))
        elif line.startswith("    ") and not re.match(r"\s+[-*\d]", line[:6]) or block and line == "":
            block.append((number, line[4:]))
        elif block:
            yield " ".join(lead), block
            lead, block = [line], []
        elif line == "" or not lead or lines[number - 2] == "":
            lead = [line] if line else lead
        else:
            lead.append(line)


def blocks():
    """Those that have a command line."""
    for pattern in FILES:
        for path in sorted(glob.glob(os.path.join(TREE, pattern))):
            with open(path, encoding="utf-8") as f:
                for lead, lines in raw_blocks(f.read()):
                    block = Block(os.path.relpath(path, TREE), lines[0][0] if lines else 0, lead, lines)
                    if block.commands:
                        yield block
