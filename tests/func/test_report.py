# SPDX-License-Identifier: BSD-3-Clause
"""`sppctl report`: one file that has it all, and with --anonymous no network address."""

import os
import re
import socket
import stat

import scenario
from bench import TREE, program
from ctllib import Ctl
from impostor import sppctl_as
from spplib import SppTest

MAC = re.compile(r"(?i)\b[0-9a-f]{2}([:-])(?:[0-9a-f]{2}\1){4}[0-9a-f]{2}\b")
IP = re.compile(r"(?<![\w.])\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(?![\w.])")
with open(os.path.join(TREE, "meson.build"), encoding="utf-8") as build:
    VERSION = re.search(r"version: '([\d.]+)'", build.read())[1]
PARTS = ["Versions", "Who is there, and status", "Wiring", "Processes", "Logs", "NICs", "CPUs",
         "Hugepages", "DPDK"]


class Report(SppTest):
    @classmethod
    def prepare(cls, b):
        cls.ctl = Ctl(b)
        b.wire(0)
        b.primary(args=["-s", cls.ctl.address])
        b.vf(1, args=["-s", cls.ctl.address])
        cls.ctl.wait("primary", "vf1")
        cls.ctl.ok("plug", "vhost0", scenario.MACS[0], "--reason", "for the report")

    def report(self, *words):
        path = self.b.path(f"report{len(os.listdir(self.b.dir))}.txt")
        self.assertIn(f"{path}: ", self.ctl.ok("report", path, *words))
        self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o600)
        with open(path, encoding="utf-8") as f:
            return f.read()

    def test_everything_one_asks_for_is_in_it(self):
        text = self.report()
        self.assertEqual(re.findall(r"^==== (.*) ====$", text, re.M), PARTS)
        b = self.b
        for part in (f"primary: pid {b.primary_proc.pid}", f"vf1: pid {b.vfs[1].pid}",
                     f"spp_agent: pid {self.ctl.agent.pid}", f"sppctl {VERSION}", f'"program": "{VERSION}"',
                     "--socket-mem 512", "--process-id 1", f"SPP_RUN_DIR={b.run_dir}",
                     "librte-eal", "HugePages_Free:", "hugetlbfs", b.wires[0].tap,
                     "spp_primary: ready: 1 VF slots", "flush: generation 1",
                     "reason: for the report", scenario.MACS[0].upper(), "Max open files",
                     f"{b.prefix}map_* uid 0"):
            self.assertIn(part, text)
        self.assertEqual(text.count('"classifier_table": ['), 1)
        self.assertIn('"command": "classifier_table"', text, "the wiring, as apply takes it")

    def test_without_addresses_what_belongs_together_still_does(self):
        plain, text = self.report(), self.report("--anonymous")
        self.assertGreater(len(MAC.findall(plain)), 5)
        self.assertGreater(len(IP.findall(plain)), 5)
        self.assertEqual(MAC.findall(text), [])
        self.assertEqual(IP.findall(text), [])
        self.assertNotRegex(text, rf"\b{re.escape(socket.gethostname())}\b")
        self.assertEqual(re.findall(r"^==== (.*) ====$", text, re.M), PARTS)
        # in the table, in the wiring, in the agent's log of the plug
        word = re.search(r'"value": "(MAC-\d+)"', text)[1]
        self.assertRegex(text, rf"plug vhost0 {word} \(asked by")
        self.assertGreaterEqual(len(re.findall(rf"\b{word}\b", text)), 3)
        self.assertIn('"address": "localhost:', text)

    def test_to_standard_output_and_never_over_a_file(self):
        self.assertIn("==== DPDK ====", self.ctl.ok("report", "-"))
        path = self.b.path("mine")
        with open(path, "w", encoding="utf-8") as f:
            f.write("precious")
        self.assertIn("is there already", self.ctl.refused(2, "report", path))
        self.assertEqual(os.path.getsize(path), 8)
        self.assertIn("No such file or directory", self.ctl.refused(2, "report", "/no/such/dir/x"))

    def test_whoever_may_not_read_a_part_gets_the_rest(self):
        code, out, err = sppctl_as(program("sppctl"), self.ctl.env, ["report", "-"])
        self.assertEqual((code, err), (0, ""))
        self.assertEqual(re.findall(r"^==== (.*) ====$", out, re.M), PARTS)
        self.assertIn("vf1: ", out)
        self.assertIn("Permission denied", out)
