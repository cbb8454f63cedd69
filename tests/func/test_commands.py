# SPDX-License-Identifier: BSD-3-Clause
"""./run and ./test themselves: they work, and the machine is afterwards as it was before."""

import glob
import os
import re
import signal
import subprocess

from bench import TREE
from janitor import HUGEPAGES
from proc import wait_for
from spplib import SppTest


def machine():
    """What a run could leave behind."""
    with open(HUGEPAGES + "nr_hugepages", encoding="ascii") as nr:
        pages = nr.read()
    return {"hugepages": pages, "links": sorted(os.listdir("/sys/class/net")),
            "namespaces": sorted(glob.glob("/run/netns/*")),
            "huge files": sorted(glob.glob("/dev/hugepages/*")),
            "dpdk": sorted(glob.glob("/var/run/dpdk/*")), "tmp": sorted(glob.glob("/tmp/spp-*"))}


def programs():
    """Command lines of our programs and their guests."""
    found = []
    for path in glob.glob("/proc/[0-9]*/cmdline"):
        try:
            with open(path, "rb") as f:
                words = f.read().split(b"\0")
        except OSError:
            continue
        if os.path.basename(words[0]) in (b"spp_primary", b"spp_vf", b"spp_agent"):
            found.append(words)
    return found


class Run(SppTest):
    deadline = 240

    def setUp(self):
        super().setUp()
        self.before = machine()
        self.programs = programs()

    def as_before(self):
        wait_for("the machine to be as it was", lambda: machine() == self.before, 20, step=0.2)
        self.assertEqual(programs(), self.programs)

    def run_it(self, *args):
        return self.b.start("run", ["bash", os.path.join(TREE, "run"), *args])

    def test_run_shows_the_scenario_and_leaves_nothing(self):
        proc = self.run_it("--seconds", "3")
        self.assertEqual(proc.wait(180), 0, proc.tail(60))
        text = proc.text()
        for pattern in (r'"process": 1', r"100 of 100 answered", r"sha256 equal", r"classifier",
                        r"vhost1", r"nothing is left"):
            self.assertRegex(text, pattern)
        self.assertEqual(len(re.findall("sha256 equal", text)), 4)
        self.as_before()

    def test_run_ended_by_ctrl_c_leaves_nothing(self):
        proc = self.run_it()
        proc.wait_log("Live, until Ctrl-C", 120)
        os.killpg(proc.pid, signal.SIGINT)
        self.assertEqual(proc.wait(30), 0, proc.tail(60))
        self.as_before()

    def test_run_killed_in_the_middle_leaves_nothing(self):
        proc = self.run_it()
        proc.wait_log("spp_vf: one per NIC", 60)
        proc.kill()
        self.as_before()


class Test(SppTest):
    def test_list_and_select(self):
        def names(*args):
            done = subprocess.run(["/usr/bin/python3", os.path.join(TREE, "tests", "run.py"),
                                   "--list", *args], stdin=subprocess.DEVNULL, text=True,
                                  stdout=subprocess.PIPE, check=True, timeout=60)
            return done.stdout.split("\n")
        self.assertIn("func/commands.list_and_select", names())
        self.assertEqual(names("-k", "func/commands.list*"), ["func/commands.list_and_select", ""])
