# SPDX-License-Identifier: BSD-3-Clause
"""./run and ./test themselves: they work, and the machine is afterwards as it was before."""

import glob
import os
import re
import signal
import subprocess

from bench import TREE, bench_tag
from janitor import HUGEPAGES
from proc import wait_for
from spplib import SppTest


def hugepages():
    with open(HUGEPAGES + "nr_hugepages", encoding="ascii") as nr:
        return nr.read()


def with_word(word):
    """Processes with the word in their command line or environment."""
    found = []
    for path in glob.glob("/proc/[0-9]*"):
        try:
            with open(f"{path}/cmdline", "rb") as line, open(f"{path}/environ", "rb") as env:
                if word.encode() in line.read() + env.read():
                    found.append(path)
        except OSError:
            continue
    return found


def left_over(tag):
    """What a run with this tag in all its names has left on the machine."""
    things = glob.glob(f"/sys/class/net/{tag}*") + glob.glob(f"/run/netns/{tag}*") + \
        glob.glob(f"/dev/hugepages/{tag}*") + glob.glob(f"/var/run/dpdk/{tag}*") + \
        glob.glob(f"/tmp/*{tag}*")
    return things + with_word(f"spp-{tag}")


class Run(SppTest):
    deadline = 240

    def setUp(self):
        super().setUp()
        self.before = hugepages()

    def as_before(self, proc):
        tag = bench_tag(proc.pid, 0)  # ./run ends as one Python process, with one bench
        self.assertIn(tag, proc.text())
        wait_for("nothing to be left", lambda: not left_over(tag), 20)
        # the last thing its janitor puts back, after all that has the tag in its name
        wait_for(f"{self.before.strip()} hugepages", lambda: hugepages() == self.before, 20)

    def run_it(self, *args):
        return self.b.start("run", ["bash", os.path.join(TREE, "run"), *args])

    def test_run_shows_the_scenario_and_leaves_nothing(self):
        proc = self.run_it("--seconds", "3")
        self.assertEqual(proc.wait(180), 0, proc.tail(60))
        text = proc.text()
        for pattern in (r"sppctl plug vhost1 \S+", r"vf1: done, generation 2", r"100 of 100 answered",
                        r"sha256 equal", r"forward \[4\]", r"PKT/VEC", r"nothing is left"):
            self.assertRegex(text, pattern)
        self.assertEqual(len(re.findall("sha256 equal", text)), 4)
        self.as_before(proc)

    def test_run_ended_by_ctrl_c_leaves_nothing(self):
        proc = self.run_it()
        proc.wait_log("Live, until q or Ctrl-C", 120)
        os.killpg(proc.pid, signal.SIGINT)
        self.assertEqual(proc.wait(30), 0, proc.tail(60))
        self.as_before(proc)

    def test_run_killed_in_the_middle_leaves_nothing(self):
        proc = self.run_it()
        proc.wait_log("spp_vf: one per NIC", 120)
        proc.kill()
        self.as_before(proc)


class Test(SppTest):
    def test_list_and_select(self):
        def names(*args):
            done = subprocess.run(["/usr/bin/python3", os.path.join(TREE, "tests", "run.py"),
                                   "--list", *args], stdin=subprocess.DEVNULL, text=True,
                                  stdout=subprocess.PIPE, check=True, timeout=60)
            return done.stdout.split("\n")
        self.assertIn("func/commands.list_and_select", names())
        self.assertEqual(names("-k", "func/commands.list*"), ["func/commands.list_and_select", ""])
