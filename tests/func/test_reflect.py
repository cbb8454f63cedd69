# SPDX-License-Identifier: BSD-3-Clause
"""A wiring that sends packets back to where they came from: sppctl warns of it."""

import json

import scenario
from ctllib import Ctl
from spplib import FLUSH, SppTest, commands, component, table

# What one would try so that two VMs of a NIC reach each other, and what it does.
TRIED = [component(2, "merge", ["nic0", "vhost0", "vhost1"], ["ring0"]),
         component(3, "classifier", ["ring0"], ["vhost0", "vhost1", "nic0"]),
         table(scenario.MACS[0], "vhost0"), table(scenario.MACS[1], "vhost1")]
DEFAULT = table("default", "nic0")
WARNING = ("warning: classifier on core 3 sends unknown unicast and multicast back to where it "
           "came from (nic0 vhost0 vhost1)")


class Reflect(SppTest):
    def setUp(self):
        super().setUp()
        self.ctl = Ctl(self.b)
        self.b.primary(["net_null0"], rings=6, args=["-s", self.ctl.address])
        self.b.vf(1, config=self.b.vf_config(num_ring=6), args=["-s", self.ctl.address])
        self.ctl.wait("primary", "vf1")

    def send(self, *parts):
        """Standard error of `send`, which succeeds."""
        code, _, err = self.ctl.run("send", "vf1", "-", text=json.dumps(commands(*parts)))
        self.assertEqual(code, 0, err)
        return err

    def test_apply_and_dry_run_warn(self):
        file = json.dumps({"version": 1, "process": 1, "commands": [*TRIED, DEFAULT]})
        for more in (["--dry-run"], []):
            self.assertIn(f"vf1: {WARNING}", self.ctl.ok("apply", "-", *more, text=file))
        notes = json.loads(self.ctl.ok("apply", "-", "--json", text=file))["notes"]
        self.assertTrue(notes[0].startswith(WARNING), notes)

    def test_plug_warns_of_what_it_is_beside(self):
        self.assertNotIn("warning", self.ctl.ok("plug", "vhost0", scenario.MACS[0]))
        self.assertIn("(nic0)", self.send(
            component(2, "none"), component(3, "none"),
            component(2, "classifier", ["nic0"], ["ring0", "ring4"]),
            component(3, "merge", ["ring1", "ring4"], ["nic0"]), table("default", "ring4"), FLUSH))
        self.assertIn("vf1: warning: classifier on core 2 sends unknown unicast and multicast back "
                      "to where it came from (nic0)", self.ctl.ok("plug", "vhost1",
                                                                  scenario.MACS[1]))

    def test_send_warns_of_what_runs_since(self):
        # the vhosts get their own multicast back, with or without a default
        self.assertIn("classifier on core 3 sends multicast back to where it came from "
                      "(vhost0 vhost1)", self.send(*TRIED, FLUSH))
        self.assertEqual(self.send(DEFAULT), "", "it does not run yet")
        self.assertIn(f"sppctl: vf1: {WARNING}", self.send(FLUSH))

    def test_the_founding_wiring_is_fine(self):
        for n in (0, 1):
            self.assertNotIn("warning", self.ctl.ok("plug", f"vhost{n}", scenario.MACS[n]))
        self.assertEqual(self.send(table("default", "ring0"), FLUSH), "")

    def test_the_help_says_that_vms_of_one_nic_do_not_reach_each_other(self):
        self.assertRegex(self.ctl.ok("plug", "--help"),
                         r"VMs plugged to one NIC do not\s+reach each other")
