# SPDX-License-Identifier: BSD-3-Clause
"""No frame below 60 bytes leaves towards a NIC (IEEE 802.3, 4.2.3.3): zeros fill it up."""

import status
from frames import Tap, frame, mac_bytes
from proc import wait_for
from spplib import FLUSH, SppTest, commands, component
from vhost_frontend import Frontend

MAC = "00:11:22:33:44:55"


class ShortFrames(SppTest):
    in_event = True

    @classmethod
    def prepare(cls, b):
        wire = b.wire()
        b.start_controller()
        b.primary()
        b.vf()
        cls.wire = Tap(wire.ns, "eth0")
        cls.guest = Frontend(b.sock(0))
        wait_for("the guest", lambda: status.port(b.vf_status(), "vhost0")["link_up"])

    @classmethod
    def tearDownClass(cls):
        cls.guest.close()
        cls.wire.close()
        super().tearDownClass()

    def sent(self, *sizes, vlan=None):
        port = "phy:0" if vlan is None else {"port": "phy:0", "vlan": vlan}
        self.send_ok(self.b.controller[1], commands(
            component(2, "none"), component(2, "forward", ["vhost:0"], [port]), FLUSH))
        tag = vlan is not None
        frames = [frame(MAC, n, size, 101 if tag else None) for n, size in enumerate(sizes)]
        self.guest.send_burst(frames)
        got = self.wire.take(len(frames))
        self.assertEqual(len(got), len(frames))
        return [(f[:12] + f[16:] if tag else f, g) for f, g in zip(frames, got)]

    def test_a_guests_arp_is_filled_up_with_zeros(self):
        for sent, got in self.sent(42, 59, 60, 61, 18):
            self.assertEqual(got, sent + bytes(max(0, 60 - len(sent))))

    def test_a_frame_that_lost_its_tag_is_filled_up(self):
        # 60 bytes with their tag: 56 without
        for sent, got in self.sent(56, 60, vlan={"operation": "del"}):
            self.assertEqual(got, sent + bytes(max(0, 60 - len(sent))))

    def test_a_broadcast_that_others_have_too_stays_theirs(self):
        """vhost0 -> classifier -> the wire and vhost1: only the wire's copy is filled up."""
        other = Frontend(self.b.sock(1))
        self.addCleanup(other.close)
        wait_for("the other guest",
                 lambda: status.port(self.b.vf_status(), "vhost1")["link_up"])
        self.send_ok(self.b.controller[1], commands(
            component(2, "none"),
            component(2, "classifier", ["vhost:0"], ["phy:0", "vhost:1"]),
            *({"command": "classifier_table", "type": "mac", "value": f"00:11:22:33:44:0{n}",
               "port": port} for n, port in enumerate(("phy:0", "vhost:1"))), FLUSH))
        other.post(4)
        short = mac_bytes("ff:ff:ff:ff:ff:ff") + frame(MAC, 1, 42)[6:]
        self.guest.send(short)
        self.assertEqual(self.wire.take(1), [short + bytes(18)])
        self.assertEqual(other.receive(), short)
