# SPDX-License-Identifier: BSD-3-Clause
"""A switch of which a shared ring is a port: the guest behind it is another spp_vf's.

    wire ── nic0 ── switch ══ ring5, ring6 ══ forwards ── vhost57 ── guest 1     (spp_vf 1 ══ spp_vf 2)
    guest 0 ── vhost56 ──┘

The SppTest is that of test_switch.
"""

import os

import status
from frames import Tap, frame
from proc import wait_for
from spplib import FLUSH, commands, component, table
from test_switch import BROADCAST, STRANGER, Frames, Here, mac
from vhost_frontend import Frontend

MULTICAST = "33:33:00:00:00:01"
SOCKS = ["/tmp/sock56", "/tmp/sock57"]


def tagged(f, vid):
    return f[:12] + b"\x81\x00" + vid.to_bytes(2, "big") + f[12:]


class Between(Frames):
    def start(self, entries, to_guest="ring5", from_guest="ring6"):
        b = self.b
        self.unlink()
        self.addCleanup(self.unlink)
        wire = b.wire()
        b.start_controller()
        b.primary(rings=8, args=["--max-vf", "2", "--shared-rings", "2"])
        b.vf(1, config=False, ids=[0, 2])
        b.vf(2, config=False, ids=[10, 12, 13])
        self.send_ok(b.controller[1], commands(
            component(2, "switch", ["nic0", "vhost56", {"port": "ring6", "source_check": True}],
                      ["nic0", "vhost56", "ring5"], pairs=[["ring6", "ring5"]]),
            *entries, table("default", "nic0"), FLUSH))
        self.send_ok(b.controller[2], commands(
            component(12, "forward", [to_guest], ["vhost57"]),
            component(13, "forward", ["vhost57"], [from_guest]), FLUSH))
        self.connect_both(wire)

    def connect_both(self, wire):
        self.wire = Tap(Here, wire.tap)
        self.addCleanup(self.wire.close)
        self.guests = {vm: Frontend(sock) for vm, sock in enumerate(SOCKS)}
        for one in self.guests.values():
            self.addCleanup(one.close)
            one.post(200)
        wait_for("the guests", lambda: all(
            status.port(self.b.vf_status(n), f"vhost{55 + n}")["link_up"] for n in (1, 2)))

    @staticmethod
    def unlink():
        for sock in SOCKS:
            if os.path.exists(sock):
                os.unlink(sock)

    def test_unicast_multicast_and_the_source_check(self):
        self.start([table(mac(0), "vhost56"), table(mac(1), "ring5")])
        for one, other in ((0, 1), (1, 0)):
            out = self.says(one, [frame(BROADCAST, 1), frame(MULTICAST, 2), frame(mac(other), 3),
                                  frame(STRANGER, 4)])
            self.assertEqual(self.hears(other, 3), [f.hex() for f in out[:3]])
            self.assertEqual(self.wire.take(3), [out[0], out[1], out[3]])
            self.silent(one)  # nor does it hear itself
        sent = [frame(BROADCAST, 5), frame(mac(0), 6), frame(mac(1), 7), frame(MULTICAST, 8)]
        self.wire.send(sent)
        self.assertEqual(self.hears(0, 3), [sent[n].hex() for n in (0, 1, 3)])
        self.assertEqual(self.hears(1, 3), [sent[n].hex() for n in (0, 2, 3)])
        # it poses as its neighbour, and as somebody on the wire
        self.says(1, [frame(BROADCAST, 9)], mac(0))
        self.says(1, [frame(mac(0), 10)], STRANGER)
        wait_for("both to be dropped", lambda: self.rx_drops("ring6") == {"spoofed": 2})
        out = self.says(1, [frame(mac(0), 11)])
        self.assertEqual(self.hears(0, 1), [out[0].hex()])
        self.silent(0, 1)

    def test_vlan_tags_cross_the_ring(self):
        """Guest 1 is in VLAN 101: tagged and untagged at its own spp_vf. Guest 0 sees the tags."""
        self.start([table(f"{vid}/{mac(0)}", "vhost56", "vlan") for vid in (101, 102)]
                   + [table(f"101/{mac(1)}", "ring5", "vlan")],
                   from_guest={"port": "ring6", "vlan": {"operation": "add", "id": 101}},
                   to_guest={"port": "ring5", "vlan": {"operation": "del"}})
        out = self.says(1, [frame(BROADCAST, 1), frame(mac(0), 2), frame(STRANGER, 3)])
        self.assertEqual(self.hears(0, 2), [tagged(f, 101).hex() for f in out[:2]])
        self.assertEqual(self.wire.take(2), [tagged(out[0], 101), tagged(out[2], 101)])
        plain = [frame(BROADCAST, 4), frame(mac(1), 5)]
        out = self.says(0, [tagged(f, 101) for f in plain] + [tagged(frame(BROADCAST, 6), 102)])
        self.assertEqual(self.hears(1, 2), [(f[:12] + f[16:]).hex() for f in out[:2]])
        self.assertEqual(self.wire.take(2), [out[0], out[2]])
        self.wire.send([tagged(f, 101) for f in plain] + [tagged(frame(mac(1), 7), 102)])
        self.assertEqual(self.hears(1, 2), [f.hex() for f in plain])
        self.assertEqual(self.hears(0, 1), [tagged(plain[0], 101).hex()])
        self.silent(0, 1)
