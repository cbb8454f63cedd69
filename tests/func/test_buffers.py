# SPDX-License-Identifier: BSD-3-Clause
"""A guest's receive buffers: too small for one frame of a burst, or too few for a moment."""

import status
from proc import wait_for
from spplib import FLUSH, SppTest, commands, component
from vhost_frontend import Frontend

LINUX = 1530  # what Linux posts without mergeable buffers: a header of 12 and 1,518 bytes
LEAST = 1526  # what virtio asks for (virtio 1.1, 5.1.6.3.1): a header of 12 and 1,514 bytes


def frame(size, number=0, tagged=False):
    head = b"\x02\0\0\0\0\x01" + b"\x02\0\0\0\0\x02"
    if tagged:
        head += b"\x81\0\0\x65"
    return (head + b"\x88\xb5" + bytes([number]) + bytes(size))[:size]


class Buffers(SppTest):
    """vhost0 -> vhost1 as `patch vhost0 vhost1` wires them."""
    in_event = True
    mtu = 1500

    def wire(self, mtu=1500):
        b = self.b
        b.start_controller()
        b.primary(["net_null0"], args=["--mtu", str(mtu)])
        b.vf()
        self.send_ok(b.controller[1], commands(
            component(2, "forward", ["vhost:0"], ["vhost:1"]), FLUSH))
        self.sender = Frontend(b.sock(0))
        self.guest = Frontend(b.sock(1))
        wait_for("both guests connected", lambda: all(
            status.port(b.vf_status(), f"vhost{n}")["link_up"] for n in (0, 1)))
        self.addCleanup(self.sender.close)
        self.addCleanup(self.guest.close)

    def drops(self):
        return +status.drops(self.b.vf_status())

    def check(self, sizes, buffers, lost, tagged=()):
        """Frames of these sizes in one burst; those numbered in `lost` do not arrive."""
        frames = [frame(size, n, n in tagged) for n, size in enumerate(sizes)]
        self.guest.post(60, size=buffers)
        self.sender.send_burst(frames)
        self.assertEqual([f[14 if f[12:14] == b"\x88\xb5" else 18] for f in
                          self.guest.receive_all()],
                         [n for n in range(len(sizes)) if n not in lost])

    def test_one_frame_that_does_not_fit_goes_alone(self):
        self.wire(mtu=1600)
        self.check([64, 1580] + 30 * [64], LINUX, [1])
        self.assertEqual(self.drops(), {"buffer_small": 1})
        # two of them, one the first, one the last of what librte_vhost takes in a call
        self.check([1590] + 30 * [64] + [1580] + 8 * [64], LINUX, [0, 31])
        self.assertEqual(self.drops(), {"buffer_small": 3})

    def test_a_tagged_frame_and_the_least_buffers_of_virtio(self):
        self.wire()
        self.check([64, 1518] + 30 * [64], LEAST, [1], tagged=[1])
        self.assertEqual(self.drops(), {"buffer_small": 1})

    def test_all_too_large_costs_no_other(self):
        self.wire(mtu=1600)
        self.check(20 * [1580] + 12 * [64], LINUX, list(range(20)))
        self.assertEqual(self.drops(), {"buffer_small": 20})

    def test_buffers_that_come_a_moment_later_are_in_time(self):
        self.wire()
        self.guest.post(8)
        self.sender.send_burst([frame(64, n) for n in range(32)])
        self.guest.post(40)  # a millisecond at most
        self.assertEqual([f[14] for f in self.guest.receive_all()], list(range(32)))
        self.assertEqual(self.drops(), {})

    def test_a_guest_without_buffers_loses_its_own_packets_only(self):
        self.wire()
        self.sender.send_burst([frame(64, n) for n in range(32)])
        wait_for("the drops", lambda: self.drops() == {"vhost_full": 32})
        self.guest.post(60)
        self.sender.send_burst([frame(64, n) for n in range(32)])
        self.assertEqual(len(self.guest.receive_all()), 32)
        self.assertEqual(self.drops(), {"vhost_full": 32})
