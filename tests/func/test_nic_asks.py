# SPDX-License-Identifier: BSD-3-Clause
"""A NIC whose driver asks all secondaries when it is started and stopped, as mlx5's and others do."""

import os
import sys

import status
from bench import TREE
from proc import wait_for
from spplib import FLUSH, SppTest, commands, component

sys.path.insert(0, os.path.join(TREE, "tests", "bench"))
import nic as bench_nic  # noqa: E402


class NicAsks(SppTest):
    """No spp_vf has a NIC of its own in a configuration file, so NICs change hands."""

    def setUp(self):
        super().setUp()
        b = self.b
        b.start_controller()
        self.nics = [bench_nic.Nic(b, n, "ask=1") for n in (0, 1)]
        driver = ["-d", bench_nic.DRIVER]
        b.primary([n.vdev for n in self.nics], rings=8, eal=driver)
        for number, ids in ((1, [0, 2, 3]), (2, [0, 4, 5])):
            b.vf(number, ids=ids, eal=driver)

    def forwards(self, number, core, nic):
        self.nics[nic].set(macs=1)
        self.send_ok(self.b.controller[number], commands(
            component(core, "forward", [f"nic{nic}"], [f"nic{nic}"]), FLUSH))
        taken = self.nics[nic].taken()
        wait_for("packets", lambda: self.nics[nic].taken() > taken + 1000)

    def answered(self):
        """All asked so far, in time: both spp_vf answer each time."""
        for nic in self.nics:
            asked, not_answered, answers = nic.asked()
            self.assertEqual(not_answered, 0)
            yield asked, answers

    def test_it_changes_hands_while_both_answer(self):
        before = list(self.answered())
        self.forwards(1, 2, 1)  # NIC 1 receives for slot 1 at first
        self.forwards(2, 4, 0)
        for (asked, answers), (now, more) in zip(before, self.answered()):
            self.assertEqual((now - asked, more - answers), (2, 4), "stopped and started once")
        self.b.primary_status()

    def test_a_vf_that_dies_gives_it_back_while_the_other_answers(self):
        self.forwards(1, 2, 1)
        asked = self.nics[1].asked()[0]
        self.b.vfs[1].kill()
        wait_for("the slot", lambda: status.slot(self.b.primary_status(), 1) is None, 5)
        self.assertEqual(status.missing(self.b.primary_status()), {})
        self.assertEqual(self.nics[1].asked()[0], asked + 2)
        self.assertEqual(self.nics[1].asked()[1], 0)
        self.forwards(2, 4, 1)
