# SPDX-License-Identifier: BSD-3-Clause
"""A process has died inside one of DPDK's shared locks; whoever starts after it must not wait for ever."""

import time

import numbered
import scenario
from bench import program
from spplib import FLUSH, SppTest, commands, component

START_S = 20  # src/vf_main.c


class DeadLock(SppTest):
    def test_a_start_that_meets_it_says_so_and_ends_and_others_forward_on(self):
        b = self.b
        b.start_controller()
        nic = numbered.memif(b, 0)
        b.primary([nic.server, "net_null1"])
        b.vf(1, config=b.vf_config(1, num_vhost=1, first_vhost=0), ids=[0, 2, 3])
        self.send_ok(b.controller[1], commands(component(2, "forward", ["nic0"], ["vhost0"]),
                                               component(3, "forward", ["vhost0"], ["nic0"]), FLUSH))
        witness = numbered.Numbered(b, [nic.port, numbered.vhost(b.sock(0), 1)])
        victim = b.start("spp_lock", [program("tests/tools/spp_lock"),
                                      *b.eal([4], "--proc-type=secondary")])
        self.assertEqual(victim.wait(10), -9, victim.tail())
        witness.begin([f"tx:0:1:{scenario.MACS[0]}", f"tx:1:2:{scenario.NIC_MAC}", "rx:0", "rx:1"],
                      rate=1000)
        begun = time.monotonic()
        late = b.vf(2, config=False, ids=[5, 6], wait=False)
        self.assertEqual(late.wait(START_S + 10), 1, late.tail())
        self.assertGreater(time.monotonic() - begun, START_S - 1)
        self.assertIn("restart spp_primary", late.text())
        self.whole(witness.end())
        self.assertTrue(b.vfs[1].alive())
        b.vf_status(1)
