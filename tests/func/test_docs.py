# SPDX-License-Identifier: BSD-3-Clause
"""Every command line of the documents: run as it is written, or its text says that no test runs it.

What is run is run in namespaces of its own (network, mounts, processes), where nothing else uses
port 5555, /tmp, /run or hugepages: so nothing of a line need be another there.
"""

import os
import re
import subprocess

import doc_lines
from bench import BUILD, TREE
from proc import run
from spplib import SppTest

END = "=== ended with"
PLACE = f"""
mount -t tmpfs here /mnt && mkdir /mnt/tree /mnt/build /mnt/here
mount --bind {TREE} /mnt/tree && mount --bind {BUILD} /mnt/build
ln -s /mnt/tree/* /mnt/here && rm -f /mnt/here/build && ln -s /mnt/build /mnt/here/build
for d in /tmp /run /etc/sysctl.d; do mount -t tmpfs here $d; done
mount -t hugetlbfs nodev /dev/hugepages
ip link set lo up
unset SPP_RUN_DIR SPP_RUN_GROUP SPP_ADMIN_GROUP
PATH=/mnt/build:$PATH SPP_DIR=/tmp/spp
cd /mnt/here
"""
READY = {"spp_primary": "spp_primary: ready", "spp_vf": r"spp_vf\S*: ready", "spp_agent": "ready for sppctl"}
# What others print there is not what we print: figures, times, and what is left out.
FIGURE = re.compile(r"\d+(?= us\b)|(?<==)\d+(?=c\b)")
COOKBOOK = ["echo 512", "sppctl plug vhost0 00:11:22:33:44:55 --nic", "sppctl plug vhost2", "sppctl patch", "sppctl plug vhost0 00:11:22:33:44:5a",
            "sppctl unplug vhost1", "sppctl move", "sppctl dump", "sppctl trace", "sppctl capture", "sppctl check", "kill", "sppctl report",
            "sppctl unplug --reason"]
# The first command line of each block that is run below.
AS_WRITTEN = [
    ("README.md", "meson setup build && ninja -C build"),
    ("docs/operations.md", 'sppctl plug vhost1 00:11:22:33:44:66 --reason "web2 starts"'),
    ("docs/operations.md", "spp_primary -c 0x02 -n 4 --socket-mem 512 --huge-dir=/dev/hugepages "
                           "--proc-type=primary"),
    ("docs/operations.md", "spp_primary --lcores 1@0 --no-pci --socket-mem 512 --vdev net_null0 --vdev net_null1"),
    ("docs/operations.md", "echo 512 >/proc/sys/vm/nr_hugepages"),
    ("docs/openstack.md", "install -D build/spp_primary"),
    ("docs/protocol.md", "spp_agent --listen 127.0.0.1:5555"),
    ("docs/load-testing.md", "sppctl send vf1 - <<'END'"),
    ("config/README.md", "sppctl send vf1 config/messages/2-initial.json"),
    ("docs/operations.md", "sppctl trace --what-if nic0 00:11:22:33:44:55"),
    *(("docs/cookbook.md", begin) for begin in COOKBOOK),
]


def is_as_written(block, key):
    name, begin = key
    return block.name == name and block.commands[0].bare.replace("build/spp", "spp").startswith(
        begin.replace("build/spp", "spp"))


def block_of(name, begin):
    found = [b for b in doc_lines.blocks() if is_as_written(b, (name, begin))]
    if len(found) != 1:
        raise AssertionError(f"{name}: {len(found)} blocks that begin with: {begin}")
    return found[0]


class Listed(SppTest):
    """Whatever is not run below."""

    def options(self, words, *asked):
        text = run(*asked)
        for word in words:
            if re.match("--?[a-z]", word):
                self.assertRegex(text, rf"(?m)(^|[\s,\[]){re.escape(word.split('=')[0])}\b", " ".join(words))

    def check_test(self, command):
        """`./test`: it names cases, and somebody reads the variables."""
        words = command.words[1:]
        for pattern in words[1::2]:
            self.assertTrue([name for name in self.names if pattern in name], command.text)
        self.assertEqual(set(words[::2]) - {"-k"}, set(), command.text)
        for name in command.variables:
            run("grep", "-rqw", name, f"{TREE}/tests", "--include=*.py")

    def check_tool(self, command):
        """A tool that has a short form among the tests: here only its options."""
        path = os.path.join(TREE, command.words[0])
        self.assertTrue(os.access(path, os.X_OK), path)
        if path.endswith(".py"):
            self.options(command.words[1:], "python3", "-B", path, "--help")

    def check_part(self, command):
        """`...` stands for what does not matter: DPDK's, before `--`."""
        self.assertIn("...", command.words, command.text)
        name = command.words[0]
        self.options(command.words[command.words.index("--") + 1:], os.path.join(BUILD, name), "--", "--help")

    def check(self, command):
        word = command.words[0]
        if word == "./test":
            self.check_test(command)
        elif word.startswith("tests/"):
            self.check_tool(command)
        elif word in doc_lines.OURS:
            self.check_part(command)
        elif word == "qemu-system-x86_64":
            pass  # tests/func/test_vhost_page.py starts each of them
        else:
            self.fail("run it in tests/func/test_docs.py, or say above it that it is not run by a test")

    def test_every_command_line_is_run_or_marked(self):
        self.names = run("python3", "-B", f"{TREE}/tests/run.py", "--no-build", "--list").split()
        blocks = list(doc_lines.blocks())
        self.assertGreater(len(blocks), 20)
        run_here = {c.bare for b in blocks for c in b.commands if any(is_as_written(b, k) for k in AS_WRITTEN)}
        for block in blocks:
            for command in block.commands:
                if command.marked or command.bare in run_here:
                    continue
                with self.subTest(f"{block.name}:{command.line}: {command.text}"):
                    self.check(command)


class Place:
    """A shell in namespaces of its own, all of which end with it."""

    def __init__(self, b):
        self.shell = subprocess.Popen(
            ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "bash"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        b.closers.append(self.close)
        code, text = self.run(PLACE)
        if code != 0:
            raise AssertionError(text)

    def close(self):
        self.shell.kill()
        self.shell.wait(10)
        self.shell.stdin.close()
        self.shell.stdout.close()

    def run(self, text):
        """(exit code, what was printed)"""
        self.shell.stdin.write(f"{text}\ncode=$?; echo; echo {END} $code\n")
        self.shell.stdin.flush()
        lines = []
        for line in self.shell.stdout:
            if line.startswith(END):
                return int(line.split()[-1]), "".join(lines)[:-1]
            lines.append(line)
        raise AssertionError(f"the shell ended: {''.join(lines)}")

    def ok(self, text):
        code, said = self.run(text)
        if code != 0:
            raise AssertionError(f"{text}: exit code {code}: {said}\n{self.log()}")
        return said

    def log(self):
        return self.run("cat /tmp/log 2>/dev/null")[1]

    def until(self, text):
        self.ok(f"timeout 20 sh -c 'until {text}; do sleep 0.05; done'")

    def serve(self, text):
        """Start what runs until it is told to end; what it says goes to a file."""
        name = os.path.basename(text.split()[0])
        before = int(self.run(f"grep -Ec '{READY[name]}' /tmp/log 2>/dev/null")[1].strip() or 0)
        self.ok(f"{{ {text.removesuffix('&')}\n}} >>/tmp/log 2>&1 &")
        self.until(f"test $(grep -Ec \"{READY[name]}\" /tmp/log) -gt {before}")

    def connected(self):
        self.until("sppctl ls | grep -q \"vf1.*connected\"")


class AsWritten(SppTest):
    deadline = 100

    def setUp(self):
        super().setUp()
        self.pages = "/proc/sys/vm/nr_hugepages"
        with open(self.pages, encoding="ascii") as f:
            self.had = f.read()
        self.place = Place(self.b)

    def tearDown(self):
        self.place.close()
        with open(self.pages, "w", encoding="ascii") as f:
            f.write(self.had)
        super().tearDown()

    def play(self, block, skip=()):
        """Each command line; a `$ ` is followed by what it prints."""
        for command in block.commands:
            text = command.bare
            if command.marked or text.startswith(tuple(skip)):
                continue
            if os.path.basename(command.words[0]) in READY:
                self.place.serve(text)
                if command.words[0].endswith("spp_vf") and self.place.run("pidof spp_agent")[0] == 0:
                    self.place.connected()
                continue
            if text == "sppctl top":
                text = f"printf q | script -qec '{text}' /dev/null"
            code, said = self.place.run(text)
            expected = [line for line in command.prints if line.strip()] if command.prompt else []
            fails = text.startswith("sppctl diff") or "=> DROPPED" in "".join(expected) or (
                expected and expected[0].startswith(("sppctl: ", "SPP WARNING")))
            self.assertEqual(code, 1 if fails else 0, f"{block.name}:{command.line}: {text}: {said}")
            self.compare(expected, said, f"{block.name}:{command.line}")
            if text == "sppctl ls":
                self.place.connected()

    def compare(self, expected, said, where):
        said = [FIGURE.sub("N", line) for line in said.splitlines() if line.strip()]
        for line, shown in zip(expected, said):
            if line == "...":
                return
            self.assertEqual(shown, FIGURE.sub("N", line), where)
        self.assertGreaterEqual(len(said), len(expected), where)

    def test_by_hand_and_what_operations_goes_on_with(self):
        self.play(block_of(*AS_WRITTEN[0]), skip=["meson"])  # the runner has built
        self.play(block_of(*AS_WRITTEN[9]))
        self.play(block_of(*AS_WRITTEN[1]))

    def test_start_of_two_null_devices_and_the_messages_of_the_other_pages(self):
        block = block_of(*AS_WRITTEN[2])
        self.play(block)
        log = self.place.log()
        for line in block.commands[-1].prints:
            self.assertIn(line, log)
        agent = block_of("docs/protocol.md", "spp_agent --listen")
        self.place.serve(agent.commands.pop(0).bare)
        self.place.connected()
        self.play(agent)
        vf = block.commands[-1].bare
        for page, config in ((AS_WRITTEN[8], "config/spp_vf1.json"), (AS_WRITTEN[7], "/tmp/three.json")):
            self.place.ok("kill $(pidof spp_vf); while pidof spp_vf >/dev/null; do sleep 0.05; done; "
                          "sed 's/\"num_vhost\": 2/\"num_vhost\": 3/' config/spp_vf1.json >/tmp/three.json")
            self.place.serve(vf.replace("config/spp_vf1.json", config))
            self.place.connected()
            self.play(block_of(*page))

    def test_networking_spps_masks(self):
        self.play(block_of(*AS_WRITTEN[3]))

    def test_the_cookbook_from_top_to_bottom(self):
        for begin in COOKBOOK:
            self.play(block_of("docs/cookbook.md", begin))

    def test_what_needs_no_process(self):
        self.play(block_of(*AS_WRITTEN[4]))
        self.play(block_of(*AS_WRITTEN[5]))
        self.place.ok("cmp build/spp_vf $SPP_DIR/src/vf/x86_64-native-linuxapp-gcc/spp_vf")
