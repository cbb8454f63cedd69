# SPDX-License-Identifier: BSD-3-Clause
"""A guest that hands over no kick descriptor: it polls, and so must we."""

import time

import status
from proc import wait_for
from spplib import FLUSH, SppTest, commands, component
from vhost_frontend import HEADER, RX, TX, Frontend

IDLE_US = 1000
FRAME = b"\x02\0\0\0\0\x01" + b"\x02\0\0\0\0\x02" + b"\x88\xb5" + bytes(46)
TRIES = 7


class NoKick(SppTest):
    in_event = True

    @staticmethod
    def way(sender, receiver):
        """Seconds from when a frame is in the ring of one until the other has it."""
        sender.write_descriptor(TX, 0, sender.place(HEADER + FRAME), len(HEADER + FRAME))
        begun = time.monotonic()
        sender.offer(TX, 0)
        while receiver.used(RX) == receiver.seen[RX] and time.monotonic() < begun + 1:
            pass
        took = time.monotonic() - begun
        receiver.receive()
        return took

    def test_its_packets_are_seen_within_idle_us(self):
        b = self.b
        b.start_controller()
        b.primary(["net_null0"])
        vf = b.vf(args=["--idle-us", str(IDLE_US)])
        self.send_ok(b.controller[1], commands(
            component(2, "forward", ["vhost:0"], ["vhost:1"]), FLUSH))
        with_kick, without = b.sock(1), b.sock(0)
        sender, receiver = Frontend(without, kick=False), Frontend(with_kick)
        self.addCleanup(sender.close)
        self.addCleanup(receiver.close)
        wait_for("both guests connected", lambda: all(
            status.port(b.vf_status(), f"vhost{n}")["link_up"] for n in (0, 1)))
        waits = []
        for _ in range(TRIES):
            receiver.post(1)
            time.sleep(0.3)  # it sleeps as deep as it ever does
            waits.append(self.way(sender, receiver))
        # the machine adds to it; it used to be 100 ms
        self.assertLess(min(waits), IDLE_US / 1e6 + 0.005, waits)
        vf.wait_log("no kick descriptor")
        lines = [line for line in vf.text().splitlines() if "no kick descriptor" in line]
        self.assertEqual(len(lines), 1, lines)
