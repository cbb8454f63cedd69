# SPDX-License-Identifier: BSD-3-Clause
"""Two NICs, two spp_vf on one controller port; one dies again and again, the other notices nothing."""

import os
import signal
import time

import numbered
import scenario
import status
from proc import wait_for
from spplib import FLUSH, SppTest, commands, component, table

KILLS = int(os.environ.get("SPP_TEST_KILLS", "20"))
# nic0 back to nic0 through a ring, as fast as it can: a NIC that always has packets (net_null).
VICTIM = commands(component(2, "none"), component(3, "none"),
                  component(2, "forward", ["nic0"], ["ring0"]),
                  component(3, "forward", ["ring0"], ["nic0"]), FLUSH)
# The founding document's wiring for the second NIC and its first VM.
SURVIVOR = commands(*[component(core, "none") for core in (15, 16, 17, 18)],
                    component(15, "classifier", ["nic1"], ["ring4"]),
                    component(16, "merge", ["ring5"], ["nic1"]),
                    component(17, "forward", ["ring4"], ["vhost2"]),
                    component(18, "forward", ["vhost2"], ["ring5"]),
                    table(scenario.MACS[0], "ring4"), FLUSH)


class TwoVfs(SppTest):
    in_event = True
    deadline = 120 + 6 * KILLS  # seconds

    @classmethod
    def prepare(cls, b):
        b.start_controller()
        cls.nic = numbered.memif(b, 1)
        b.primary(["net_null0", cls.nic.server], rings=8, mem=768)
        b.vf(1)
        b.vf(2, ids=[14, 15, 16, 17, 18])

    def rx(self):
        return status.port(self.b.vf_status(1), "nic0")["rx_packets"]

    def wire_victim(self):
        self.send_ok(self.b.controller[1], VICTIM)
        before = self.rx()
        wait_for("the restarted VF to forward", lambda: self.rx() > before + 1000, 5)

    def test_1_each_shows_its_own_wiring(self):
        self.send_ok(self.b.controller[1], VICTIM)
        self.send_ok(self.b.controller[2], SURVIVOR)
        self.assertEqual(set(status.wiring(self.b.vf_status(1))), {2, 3})
        self.assertEqual(set(status.wiring(self.b.vf_status(2))), {15, 16, 17, 18})

    def test_2_a_nic_or_ring_of_another_is_refused(self):
        for port in ("nic1", "ring4", "vhost2"):
            self.send_error(self.b.controller[1],
                            commands(component(4, "forward", [port], ["vhost0"]), FLUSH), port)
        self.assertEqual(set(status.wiring(self.b.vf_status(1))), {2, 3})

    def test_3_one_is_killed_20_times_under_traffic_and_the_other_loses_nothing(self):
        self.send_ok(self.b.controller[2], SURVIVOR)
        witness = numbered.Numbered(
            self.b, [self.nic.port, numbered.vhost(self.b.sock(2), 1)], name="witness")
        witness.begin([f"tx:0:1:{scenario.MACS[0]}", f"tx:1:2:{scenario.NIC_MAC}", "rx:0", "rx:1"],
                      rate=5000)
        self.wire_victim()
        for n in range(1, KILLS + 1):
            victim = self.b.vfs[1]
            killed = time.monotonic()
            victim.kill()
            wait_for(f"the primary to clean up after kill {n}",
                     lambda: status.slot(self.b.primary_status(), 1) is None, 2, step=0.005)
            took = time.monotonic() - killed
            self.assertLess(took, 1.0, f"kill {n}: seconds until the primary was done")
            self.assertEqual(status.missing(self.b.primary_status()), {}, f"after kill {n}")
            os.kill(self.b.vfs[2].pid, 0)
            self.b.vf(1)
            self.assertEqual(status.wiring(self.b.vf_status(1)), {}, "a new VF starts unwired")
            self.wire_victim()
        result = witness.end()
        self.whole(result)  # the packets of the VF that was not touched
        self.assertGreater(result.total_sent(), 1000 * KILLS)
        self.assertEqual(status.deaths(self.b.primary_status()), KILLS)

    def test_4_both_end_in_order_and_nothing_is_missing(self):
        for number in (1, 2):
            self.assertEqual(self.b.vfs[number].stop(signal.SIGTERM), 0)
        wait_for("both slots to be free",
                 lambda: all(status.slot(self.b.primary_status(), n) is None for n in (1, 2)))
        info = self.b.primary_status()
        self.assertEqual(status.missing(info), {})
        self.assertEqual(status.deaths(info), KILLS, "an orderly end is no death")
        self.assertEqual(self.b.primary_proc.stop(signal.SIGTERM), 0)
