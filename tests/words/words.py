# SPDX-License-Identifier: BSD-3-Clause
"""What --help, the man page made of it, and the tables of docs/ say of a program's options is the same: all of them, and what stands for their values.

    words.py SOURCE_FOLDER BUILD_FOLDER     prints TAP
    words.py --can-fail                     differences made up must be found
"""

import os
import re
import shlex
import subprocess
import sys

DAEMONS = {"spp_primary": 8, "spp_vf": 8, "spp_mirror": 8, "spp_pcap": 8, "spp_agent": 8, "spp_monitor": 1}
OPTION = r"(--?[A-Za-z][\w-]*)(?:[ =]([^\s,]+))?"
ALTERNATING = {"BI", "BR", "IB", "IR", "RB", "RI"}


# -- where words come from: {option: what stands for its value, or ""} -------------------------


def options_of(text):
    """Of '-l, --listen IP:PORT': those that only repeat the next share its value."""
    pairs = [(name, value or "") for name, value in re.findall(OPTION, text)]
    return {name: value or pairs[-1][1] for name, value in pairs}


def of_help(text):
    """Lines that begin, after two blanks, with an option; a description follows at least two blanks
    later, or one where the option is long."""
    found = {}
    for line in text.splitlines():
        match = re.match(r"  (-\S.*)$", line)
        if match:
            head = re.split(r" {2,}", match[1])[0]
            part = re.match(rf"{OPTION}(?:, {OPTION})*", head)
            found.update(options_of(part[0]))
    return found


def plain(line):
    """A line of a man page as one reads it."""
    macro, _, rest = line.partition(" ")
    words = shlex.split(rest.replace("\\", "\\\\")) if macro.startswith(".") else [line]
    text = ("" if macro[1:] in ALTERNATING else " ").join(words)
    return re.sub(r"\\f.", "", text).replace("\\-", "-").replace("\\(aq", "'")


def tags(text, sections):
    """What stands at the margin of the lists in these sections (.SH or .SS)."""
    found, inside, wanted = [], False, False
    for line in text.splitlines():
        if line.startswith((".SH ", ".SS ")):
            inside = line[4:].strip('"') in sections
        elif inside and line in (".TP", ".TQ"):
            wanted = True
        elif wanted:
            found.append(plain(line))
            wanted = False
    return found


def of_man(text):
    found = {}
    for tag in tags(text, ("OPTIONS",)):
        found.update(options_of(tag))
    return found


def of_table(text, program):
    """The table whose head begins with the program's name."""
    table = re.search(rf"^\| {program} \|.*\n\|[-|]+\n((?:\|.*\n)+)", text, re.M)
    found = {}
    for row in table[1].splitlines() if table else []:
        cell = re.split(r"(?<!\\)\|", row)[1].replace("\\|", "|").replace("`", "")
        found.update(options_of(cell.strip()))
    return found


# -- comparing ----------------------------------------------------------------------------------


def differences(what, said, elsewhere, place):
    problems = [f"{what} {name} {value}: in --help, and not in {place}"
                for name, value in said.items() if name not in elsewhere]
    problems += [f"{what} {name} {value}: in {place}, and not in --help"
                 for name, value in elsewhere.items() if name not in said]
    return problems + [f"{what} {name}: its value is {said[name] or 'none'} in --help, and "
                       f"{elsewhere[name] or 'none'} in {place}"
                       for name in said if name in elsewhere and said[name] != elsewhere[name]]


def without(options, *names):
    return {name: value for name, value in options.items() if name not in names}


def run(*argv):
    # Nothing that runs on this machine is asked.
    return subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
                          check=True, env={**os.environ, "SPP_RUN_DIR": "/nonexistent"}).stdout


def read(source, *path):
    with open(os.path.join(source, *path), encoding="utf-8") as f:
        return f.read()


def pages(source):
    return "\n".join(read(source, "docs", name) for name in sorted(os.listdir(f"{source}/docs"))
                     if name.endswith(".md"))


def check_daemon(source, build, name):
    dashes = ["--"] if name in ("spp_primary", "spp_vf", "spp_mirror", "spp_pcap") else []
    said = of_help(run(os.path.join(build, name), *dashes, "--help"))
    man, table = of_man(read(build, "docs", "man", f"{name}.{DAEMONS[name]}")), of_table(pages(source), name)
    common = ("--help", "--version", "-h", "-V")  # the tables' text has them
    return (differences(name, said, man, "its man page") +
            differences(name, without(said, *common), without(table, *common), "docs/"))


# -- all ----------------------------------------------------------------------------------------

HELP = ("usage: spp_x -- -p MASK\n  -p MASK  what\n  -l, --list A:B   more\n"
        "  --one N, --two N  both\n  --mode a|b what\n  --version, --help\n")
MAN = (".SH OPTIONS\n.TP\n.BI \\-p \" MASK\"\nText.\n.TP\n.BR \\-l \", \" \\-\\-list \" \\fIA:B\\fR\"\n"
       ".TP\n.BR \\-\\-one \" \\fIN\\fR, \" \\-\\-two \" \\fIN\\fR\"\n.TP\n.BR \\-\\-mode \" \" a | b\n"
       ".TP\n.B \\-\\-version\n.TP\n.B \\-\\-help\n.SH NEXT\n.TP\n.B \\-\\-other\n")
TABLE = ("| spp_x | | default |\n|---|---|---|\n| `-p MASK` | | |\n| `-l`, `--list A:B` | | |\n"
         "| `--one N`, `--two N` | | |\n| `--mode a\\|b` | | a |\n| `--version`, `--help` | | |\n")


def can_fail():
    """All three read alike, and one that differs is found."""
    wanted = {"-p": "MASK", "-l": "A:B", "--list": "A:B", "--one": "N", "--two": "N",
              "--mode": "a|b", "--version": "", "--help": ""}
    problems = [f"{what} is read as {found}" for what, found in (
        ("--help", of_help(HELP)), ("man", of_man(MAN)), ("table", of_table(TABLE, "spp_x")))
        if found != wanted]
    for other in (MAN.replace("MASK", "PORTS"), MAN.replace("\\-\\-two", "\\-\\-three"),
                  MAN.replace(".TP\n.B \\-\\-help\n", "")):
        if not differences("spp_x", of_help(HELP), of_man(other), "man"):
            problems.append(f"nothing is said against {other}")
    return problems


def main():
    cases = {"can-fail": can_fail}
    if len(sys.argv) == 3:
        source, build = sys.argv[1:]
        for name in DAEMONS:
            cases[name] = lambda name=name: check_daemon(source, build, name)
    print(f"1..{len(cases)}")
    failed = False
    for number, (name, check) in enumerate(cases.items(), 1):
        problems = check()
        print(f"{'not ok' if problems else 'ok'} {number} - {name}")
        for problem in problems:
            print(f"# {problem}")
        failed |= bool(problems)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
