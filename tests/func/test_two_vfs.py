# SPDX-License-Identifier: BSD-3-Clause
"""Two NICs, two spp_vf on one controller port: each has its own wiring, NIC and rings."""

import signal

import numbered
import scenario
import status
from proc import wait_for
from spplib import FLUSH, SppTest, commands, component, table

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

    @classmethod
    def prepare(cls, b):
        b.start_controller()
        cls.nic = numbered.memif(b, 1)
        b.primary(["net_null0", cls.nic.server], rings=8, mem=768)
        b.vf(1)
        b.vf(2, ids=[14, 15, 16, 17, 18])

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

    def test_3_both_end_in_order_and_nothing_is_missing(self):
        for number in (1, 2):
            self.assertEqual(self.b.vfs[number].stop(signal.SIGTERM), 0)
        wait_for("both slots to be free",
                 lambda: all(status.slot(self.b.primary_status(), n) is None for n in (1, 2)))
        info = self.b.primary_status()
        self.assertEqual(status.missing(info), {})
        self.assertEqual(status.deaths(info), 0, "an orderly end is no death")
        self.assertEqual(self.b.primary_proc.stop(signal.SIGTERM), 0)
