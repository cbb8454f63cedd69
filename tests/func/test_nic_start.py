# SPDX-License-Identifier: BSD-3-Clause
"""A NIC that does not start: at the start of spp_primary, and when its spp_vf has died."""

import os
import sys

import status
from bench import TREE
from proc import wait_for
from spplib import FLUSH, SppTest, commands, component

sys.path.insert(0, os.path.join(TREE, "tests", "bench"))
import nic as bench_nic  # noqa: E402

FAILED = 1
DRIVER = ["-d", bench_nic.DRIVER]
WRONG = "spp_primary: error: nic0: cannot be started: Input/output error"


class NicStart(SppTest):
    def test_primary_does_not_say_that_it_is_ready(self):
        nic = bench_nic.Nic(self.b, 0, "fails=1")
        proc = self.b.primary([nic.vdev], eal=DRIVER, wait=False)
        self.assertEqual(proc.wait(20), FAILED, proc.tail())
        self.assertIn(WRONG, proc.text())
        self.assertNotIn("ready: ", proc.text())

    def test_it_is_tried_again_by_the_next_wiring(self):
        b = self.b
        b.start_controller()
        nic = bench_nic.Nic(b, 0, "fails=2")
        b.primary([nic.vdev], eal=DRIVER)
        self.forwards(nic)
        b.vfs[1].kill()
        b.primary_proc.wait_log(WRONG, 10)
        wait_for("the slot", lambda: status.slot(b.primary_status(), 1) is None)
        self.assertEqual([one["link"] for one in b.primary_status()["nic"]], [False])
        self.forwards(nic)

    def forwards(self, nic):
        self.b.vf(1, ids=[0, 2], eal=DRIVER)
        nic.set(macs=1)
        self.send_ok(self.b.controller[1], commands(component(2, "forward", ["nic0"], ["nic0"]), FLUSH))
        taken = nic.taken()
        wait_for("packets", lambda: nic.taken() > taken + 1000)
