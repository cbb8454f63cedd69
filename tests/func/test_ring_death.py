# SPDX-License-Identifier: BSD-3-Clause
"""A spp_vf dies, or stands still, that reads from one ring to another spp_vf and writes to a second.

    NIC ─► classifier ─► vhost58 ── VM       spp_vf 1: this way, and back, must not notice anything
               └─► ring6 ══► forward ══► ring5 ─► forward ─► vhost59 ── VM
                             spp_vf 2: the one that is ended

Long form: SPP_TEST_KILLS=1000 ./test -k func/ring_death (and stops of 10 s in place of 1).
"""

import os
import signal
import time

import numbered
import scenario
import status
from between import Between
from proc import wait_for
from spplib import SppTest, component, table

KILLS = int(os.environ.get("SPP_TEST_KILLS", "10"))
LONG = KILLS > 100
STOP_S = 10 if LONG else 1
STOPS = 50 if LONG else 2
SOCKS = ("/tmp/sock58", "/tmp/sock59")
WIRING = {
    1: [component(2, "classifier", ["nic0"], ["vhost58", "ring6"]),
        component(3, "forward", ["vhost58"], ["nic0"]),
        component(4, "forward", ["ring5"], ["vhost59"]),
        table(scenario.MACS[0], "vhost58"), table(scenario.MACS[1], "ring6")],
    2: [component(12, "forward", ["ring6"], ["ring5"])],
}
VICTIM = (1, 1)  # source and number of the MAC of what goes by way of spp_vf 2
MOVES = [[component(4, "none"), component(5, "forward", ["ring5"], ["vhost59"])],
         [component(5, "none"), component(4, "forward", ["ring5"], ["vhost59"])]]


class Deaths(SppTest):
    in_event = True
    deadline = 120 + 3 * KILLS + 2 * STOPS * STOP_S

    def start(self):
        self.addCleanup(self.unlink)
        self.unlink()
        self.two = two = Between(self, state=True)
        for number, parts in WIRING.items():
            two.send(number, *parts)
        wait_for("the wiring to be saved", lambda: self.b.vf_status(2)["state_file"]["saved"])
        self.tool = numbered.Numbered(
            self.b, [two.nic.port, *(numbered.vhost(sock, n) for n, sock in enumerate(SOCKS, 1))])
        self.begin()

    def begin(self):
        self.tool.begin([f"tx:0:1:{scenario.MACS[0]},{scenario.MACS[1]}",
                         f"tx:1:2:{scenario.NIC_MAC}", "rx:0", "rx:1", "rx:2"], rate=20000)
        self.forwards()

    @staticmethod
    def unlink():
        for sock in SOCKS:
            if os.path.exists(sock):
                os.unlink(sock)

    def forwards(self):
        """By way of the other spp_vf."""
        self.two.moved(100, 1, "vhost59")

    def untouched(self):
        """Nothing torn, doubled or out of order; and lost is only what spp_vf 2 had."""
        result = self.tool.end()
        self.whole(result, but=[VICTIM])
        self.assertGreater(result.received(2), 0)

    def test_it_is_killed_under_load_again_and_again(self):
        self.start()
        for n in range(KILLS):
            self.b.vfs[2].kill()
            wait_for("its slot to be free", lambda: status.slot(self.b.primary_status(), 2) is None)
            self.gone()
            vf = self.b.vfs[2]
            self.two.start(2)
            self.b.procs.remove(vf)
            self.forwards()
            if LONG and n % 50 == 49:
                self.untouched()
                self.begin()
        self.untouched()
        info = self.b.primary_status()
        self.assertEqual((status.deaths(info), status.missing(info)), (KILLS, {}))
        self.assertEqual(info["shared_rings"]["used"], 2)

    def gone(self):
        info = self.b.primary_status()
        self.assertEqual(status.missing(info), {})
        ends = {r["port"]: (r["rx"], r["tx"]) for r in info["ring"] if r["holder"]}
        self.assertEqual(ends, {"ring5": (1, None), "ring6": (None, 1)})
        for ring in ends:
            self.assertEqual(self.two.port(1, ring)["peer"], "gone")

    def test_it_stands_still_and_nobody_waits_for_it(self):
        self.start()
        for _ in range(STOPS):
            self.b.vfs[2].send_signal(signal.SIGSTOP)
            end = time.monotonic() + STOP_S
            while time.monotonic() < end:
                asked = time.monotonic()
                self.two.send(1, *MOVES[0])
                self.two.send(1, *MOVES[1])
                self.b.primary_status()
                self.in_time("two flushes and a status", time.monotonic() - asked, 0.5)
                time.sleep(0.05)
            self.b.vfs[2].send_signal(signal.SIGCONT)
            self.forwards()
        self.untouched()
        self.assertEqual(status.deaths(self.b.primary_status()), 0)
