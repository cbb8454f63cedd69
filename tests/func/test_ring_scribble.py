# SPDX-License-Identifier: BSD-3-Clause
"""A process that went wrong writes anything at all into the memory of a ring between two spp_vf, as its
writer could: drops, counted, of what goes over that ring; no other way notices, and when it is over
the ring is one again.

    NIC ─► classifier ─► vhost58 ── VM       spp_vf 1: this way, and back, must not notice anything
               └─► ring6 ══► forward ══► ring5 ─► forward ─► vhost59 ── VM
                             spp_vf 2: reads from the ring

Long form: SPP_TEST_SCRIBBLE_S=60 ./test -k func/ring_scribble.
"""

import os
import re

import numbered
import scenario
import status
import test_ring_death
from bench import program
from between import Between
from proc import CPU_OURS, wait_for
from spplib import SppTest

SECONDS = float(os.environ.get("SPP_TEST_SCRIBBLE_S", "1"))
SEED = int(os.environ.get("SPP_TEST_SEED", "20261201"))


class Scribbled(SppTest):
    in_event = True
    deadline = 90 + 3 * int(SECONDS)

    def start(self):
        self.addCleanup(test_ring_death.Deaths.unlink)
        test_ring_death.Deaths.unlink()
        self.two = Between(self)
        for number, parts in test_ring_death.WIRING.items():
            self.two.send(number, *parts)
        self.tool = numbered.Numbered(self.b, [
            self.two.nic.port,
            *(numbered.vhost(sock, n) for n, sock in enumerate(test_ring_death.SOCKS, 1))])

    def begin(self):
        self.tool.begin([f"tx:0:1:{scenario.MACS[0]},{scenario.MACS[1]}",
                         f"tx:1:2:{scenario.NIC_MAC}", "rx:0", "rx:1", "rx:2"], rate=20000)
        self.two.moved(100, 1, "vhost59")

    def scribble(self, area):
        b = self.b
        proc = b.start("spp_scribble", [
            program("tests/tools/spp_scribble"), area, SECONDS, SEED + area,
            *b.eal((0,), "--proc-type=secondary")], cpu=CPU_OURS)
        proc.expected_end = True
        self.assertEqual(proc.wait(30 + SECONDS), 0, proc.tail())
        self.assertGreater(int(re.search(r"scribbled (\d+)", proc.text())[1]), 1000)

    def bad_records(self, number):
        return status.drops(self.b.vf_status(number))["bad_record"]

    def test_it_costs_drops_and_nothing_else(self):
        self.start()
        self.begin()
        # Areas are given out in the order in which rings became shared: which is which does not
        # matter, one spp_vf reads from the one, the other from the other.
        for area in (0, 1):
            before = self.bad_records(1) + self.bad_records(2)
            self.scribble(area)
            self.assertGreater(self.bad_records(1) + self.bad_records(2), before)
            # it is a ring again
            self.two.moved(1000, 1, "vhost59")
        result = self.tool.end()
        lost = {flow: n for flow, n in result.missing().items() if flow != test_ring_death.VICTIM}
        self.assertEqual(lost, {})
        self.assertEqual([bad for bad in result.disorder() if self.of_others(bad)], [])
        self.tool.quiet()
        self.begin()
        self.whole(self.tool.end())
        self.b.vfs[2].kill()
        wait_for("its slot to be free", lambda: status.slot(self.b.primary_status(), 2) is None)
        self.assertEqual(status.missing(self.b.primary_status()), {})

    @staticmethod
    def of_others(bad):
        """Not of the way that crosses the ring: what comes out there may be anything."""
        port, flow = bad
        return port != 2 and (flow.get("source"), flow.get("flow")) != test_ring_death.VICTIM
