# SPDX-License-Identifier: BSD-3-Clause
"""sppctl's everyday words with the real programs: addresses, names, history, top."""

import json
import re

import scenario
from bench import program
from ctllib import Ctl, Terminal
from panel import goes_round, plug_both, start
from proc import wait_for
from spplib import SppTest

MACS = scenario.MACS
NEW = "02:00:00:00:00:77"


class Address(SppTest):
    def test_an_address_comes_and_goes_while_packets_flow(self):
        ctl, tool = start(self)
        plug_both(ctl)
        before = ctl.info()["core"]
        tool.begin(scenario.ALL_WAYS, rate=2000)
        out = ctl.ok("address", "add", "vhost0", NEW)
        self.assertEqual(out.splitlines()[:2], ["vf1", f"  + table    {NEW} -> ring0"])
        self.whole(tool.end())
        self.assertEqual(ctl.info()["core"], before)
        result = tool.run([f"tx:0:1:{NEW}", "rx:1", "rx:2"], count=1000, rate=2000)
        self.assertEqual((result.received(1, source=1), result.received(2, source=1)), (1000, 0))
        tool.begin(scenario.ALL_WAYS, rate=2000)
        self.assertIn(f"- table    {NEW} -> ring0", ctl.ok("address", "del", "vhost0", NEW))
        self.whole(tool.end())
        for code, words, part in (
                (1, ["add", "vhost0", MACS[1]], "leads to ring2 already, that is vhost1"),
                (1, ["del", "vhost0", MACS[1]], "leads to ring2 already, that is vhost1"),
                (2, ["put", "vhost0", NEW], "not add or del"),
                (2, ["add", "nic0", NEW], "not a vhost"),
                (2, ["add", "vhost0", "1:2"], "not a MAC address"),
                (2, ["add", "vhost0"], "usage: sppctl address add|del VHOST MAC")):
            self.assertIn(part, ctl.refused(code, "address", *words), words)
        ctl.ok("unplug", "vhost1")
        self.assertIn("is not plugged", ctl.refused(1, "address", "add", "vhost1", NEW))
        self.assertEqual(len(ctl.info()["classifier_table"]), 1)


class Names(SppTest):
    def test_a_vm_has_a_name_until_it_is_unplugged(self):
        ctl, tool = start(self)
        out = ctl.ok("plug", "vhost0", MACS[0], "--name", "web1")
        self.assertIn("  + core 4   forward ring0 -> vhost0 (web1)\n", out)
        self.assertIn("  + name     vhost0 (web1)\n", out)
        goes_round(ctl, 2)
        ctl.ok("plug", "vhost1", MACS[1], "--name", "web2")
        self.assertIn("\n  vhost0 (web1) ", ctl.ok("status"))
        self.assertRegex(ctl.ok("topo", "-i", "0"), r"forward \[4\] ─+► vhost0 \(web1\)  " + MACS[0])
        ctl.agent.wait_log(rf"plug vhost0 {MACS[0]} --name web1 \(asked by .*"
                           r"forward ring0 -> vhost0 \(web1\)")
        tool.begin(scenario.ALL_WAYS, rate=2000)
        before = ctl.info()
        out = ctl.ok("plug", "vhost0", MACS[0], "--name", "web9")
        self.assertIn("  ~ name     vhost0 (web9)  (was web1)\n", out)
        self.assertIn("only its name is new", out)
        self.whole(tool.end())
        after = ctl.info()
        self.assertEqual((after["core"], after["labels"]),
                         (before["core"], {"vhost0": "web9", "vhost1": "web2"}))
        saved = self.b.path("state/vf-1.json")
        wait_for("it to be saved", lambda: ctl.info()["state_file"]["saved"])
        self.assertEqual(ctl.ok("diff", saved), "")
        ctl.ok("unplug", "vhost1")
        out = ctl.run("diff", "-", text=ctl.ok("dump").replace("web9", "web1"))[1]
        self.assertEqual(out, "vf1\n  ~ name     vhost0 (web1)  (was web9)\n")
        self.assertEqual(ctl.info()["labels"], {"vhost0": "web9"})

    def test_a_name_comes_back_with_the_wiring(self):
        self.b.env["SPP_STATE_DIR"] = self.b.path("state")
        ctl = Ctl(self.b)
        self.b.primary(["net_null0"], args=["-s", ctl.address])
        self.b.vf(1, args=["-s", ctl.address])
        ctl.wait("vf1")
        ctl.ok("plug", "vhost1", MACS[1], "--name", "db.example")
        wait_for("it to be saved", lambda: ctl.info()["state_file"]["saved"])
        self.b.vfs[1].kill()
        self.b.vf(1, args=["-s", ctl.address])
        self.assertEqual(ctl.info()["labels"], {"vhost1": "db.example"})
        self.assertIn("vf1 vhost1 (db.example) is wired and has no guest",
                      ctl.run("check", "-i", "0")[1])
        wait_for("vf1 to be back", lambda: ctl.states()["vf1"] == "connected")
        self.assertEqual([(h["what"], h["result"]) for h in
                          json.loads(ctl.ok("history", "--json"))["history"]],
                         [(f"plug vhost1 {MACS[1]} --name db.example", "done")])


class Top(SppTest):
    def test_it_fits_80_by_24_and_tells_what_is_lost(self):
        ctl, tool = start(self)
        ctl.ok("plug", "vhost0", MACS[0], "--name", "web1")
        goes_round(ctl, 2)
        ctl.ok("plug", "vhost1", MACS[1], "--name", "web2")
        tool.begin([f"tx:0:1:{MACS[0]},{MACS[1]},02:00:00:00:00:99", "rx:1", "rx:2"], rate=3000)
        top = Terminal(self.b, ctl.env, [program("sppctl"), "top", "-i", "0.5"], columns=80,
                       lines=24)
        screen = wait_for("rates and drops", lambda: (seen := top.screen()) and re.search(
            r"^ +2 .* classifier .* [1-9]\S*/s .*!no_entry \+[1-9]\S*/s", seen, re.M) and seen)
        for pattern in (r"^vf1   generation \d+   in \S+/s   drops !\S+/s   core \d+ \S+%",
                        r"^  vhost0 \(web1\) +up +\S+/s +[1-9]\S*/s", r"^  nic0 +up +[1-9]\S*/s",
                        r"^  PORT +LINK +RX/S +TX/S .*DROPS$", r"^  CORE +BUSY .* RATE .*DROPS$"):
            self.assertRegex(screen, re.compile(pattern, re.M))
        top.keys("G")
        wait_for("the end", lambda: "SLOT" in top.screen() and "generation" not in top.screen())
        top.keys("g", "r")
        wait_for("the begin, by rate", lambda: "(rate)\nvf1   generation" in top.screen())
        top.keys("q")
        wait_for("top to end", lambda: "ended with 0" in top.screen())
        tool.end()
