# SPDX-License-Identifier: BSD-3-Clause
"""Trusted guests leave checksums and large TCP frames to spp_vf: what comes out at guests that take
that, at some that do not, and at a NIC. Sums are computed here, from the bytes alone.

The guests are vhost_frontend.py's, which sees every virtio header.
"""

import struct
from itertools import product

import status
import vhost_frontend as vf
from frames import Tap
from proc import wait_for
from spplib import SppTest, commands, component, FLUSH
from vhost_frontend import CSUM, GUEST_CSUM, HEADER, INDIRECT_DESC, VERSION_1, Frontend

GUEST_TSO4, GUEST_TSO6, GUEST_ECN, GUEST_UFO = vf.GUEST_OFFLOADS
HOST_TSO4, HOST_TSO6, HOST_ECN, HOST_UFO = vf.HOST_OFFLOADS
PLAIN = (VERSION_1, INDIRECT_DESC)
NEEDS_CSUM, TCPV4, UDP, TCPV6, ECN = 1, 1, 3, 4, 0x80
MSS = 1400
FIN, PSH, ACK, CWR = 1, 8, 16, 128


def features(*bits):
    return sum(1 << bit for bit in PLAIN + bits)


SENDS = features(CSUM, HOST_TSO4, HOST_TSO6, HOST_ECN)
TAKES_ALL = features(CSUM, GUEST_CSUM, GUEST_TSO4, GUEST_TSO6)
TAKES_CSUM = features(CSUM, GUEST_CSUM)
TAKES_NONE = features()


def ones_sum(data):
    data += bytes(len(data) % 2)
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return total


def pseudo(src, dst, protocol, length):
    return ones_sum(src + dst + struct.pack(">IHH", length, 0, protocol))


class Packet:
    """A frame taken to pieces, strictly."""

    def __init__(self, frame):
        self.frame, at = frame, 14
        self.tags = []
        while frame[at - 2:at] in (b"\x81\x00", b"\x88\xa8"):
            self.tags.append(struct.unpack_from(">H", frame, at)[0] & 0xfff)
            at += 4
        self.l2 = at
        if frame[at - 2:at] == b"\x08\x00":
            self.version = 4
            self.l4 = at + (frame[at] & 15) * 4
            length, self.id = struct.unpack_from(">HH", frame, at + 2)
            self.end = at + length
            self.protocol = frame[at + 9]
            self.src, self.dst = frame[at + 12:at + 16], frame[at + 16:at + 20]
            self.ip_good = ones_sum(frame[at:self.l4]) == 0xffff
        else:
            assert frame[at - 2:at] == b"\x86\xdd", frame[:24].hex()
            self.version, self.ip_good, self.id = 6, True, None
            self.end = at + 40 + struct.unpack_from(">H", frame, at + 4)[0]
            self.protocol, self.l4 = frame[at + 6], at + 40
            self.src, self.dst = frame[at + 8:at + 24], frame[at + 24:at + 40]
            while self.protocol in (0, 60):
                self.protocol, self.l4 = frame[self.l4], self.l4 + 8 * (frame[self.l4 + 1] + 1)
        segment = frame[self.l4:self.end]
        self.pseudo = pseudo(self.src, self.dst, self.protocol, len(segment))
        self.sum_good = ones_sum(segment + b"") + self.pseudo in (0xffff, 2 * 0xffff) or \
            ones_sum(struct.pack(">HH", ones_sum(segment), self.pseudo)) == 0xffff
        if self.protocol == 6:
            self.seq, = struct.unpack_from(">I", segment, 4)
            self.flags = segment[13]
            self.payload = segment[(segment[12] >> 4) * 4:]
            self.sum_at = self.l4 + 16
        else:
            self.payload, self.sum_at = segment[8:], self.l4 + 6

    @property
    def partial(self):
        """Its checksum field has the pseudo-header's sum, all of it."""
        return struct.unpack_from(">H", self.frame, self.sum_at)[0] == self.pseudo


def frame(version, payload, protocol=6, tag=None, flags=ACK | PSH | FIN, options=b"", extension=b"",
          dst=b"\x02\0\0\0\0\x01"):
    """As a driver sends it that leaves the sum to us."""
    body = bytes((7 * i) % 253 for i in range(payload))
    if protocol == 6:
        assert len(options) % 4 == 0
        l4 = struct.pack(">HHIIBBHHH", 1000, 2000, 0xfffff000, 5, (5 + len(options) // 4) << 4,
                         flags, 512, 0, 0) + options
        at = 16
    else:
        l4, at = struct.pack(">HHHH", 1000, 2000, 8 + payload, 0), 6
    if version == 4:
        src, to = bytes((10, 0, 0, 1)), bytes((10, 0, 0, 2))
        ip = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(l4) + payload, 0xfffe, 0x4000, 64, protocol,
                         0) + src + to
        ip = ip[:10] + struct.pack(">H", 0xffff ^ ones_sum(ip)) + ip[12:]
    else:
        src, to = b"\xfd" + bytes(14) + b"\1", b"\xfd" + bytes(14) + b"\2"
        first = 0 if extension else protocol
        ip = struct.pack(">IHBB", 6 << 28, len(extension) + len(l4) + payload, first, 64) + src + \
            to + extension
    l4 = l4[:at] + struct.pack(">H", pseudo(src, to, protocol, len(l4) + payload)) + l4[at + 2:]
    vlan = b"" if tag is None else struct.pack(">HH", 0x8100, tag)
    return dst + b"\x02\0\0\0\0\x02" + vlan + (b"\x08\x00" if version == 4 else b"\x86\xdd") + ip + \
        l4 + body


def header(data, large=False, size=MSS, ecn=False, start=None, **more):
    """The virtio header in front of it."""
    packet = Packet(data)
    kind = more.get("kind", (TCPV4 if packet.version == 4 else TCPV6) if large else 0)
    return struct.pack("<BBHHHHH", NEEDS_CSUM, kind | (ECN if ecn else 0), 0,
                       size if kind else 0, packet.l4 if start is None else start,
                       packet.sum_at - packet.l4, 0)


class Offload(SppTest):
    @classmethod
    def prepare(cls, b):
        b.start_controller()
        wire = b.wire()
        b.primary()
        cls.vf = b.vf(1, config=b.vf_config(num_vhost=4, num_ring=4, guest="untrusted"),
                      args=["--guest", "trusted", "--guest", "vhost3=untrusted"])  # more than the file
        cls.wire = Tap(wire.ns, "eth0")
        cls.request(b, component(2, "forward", ["vhost0"], ["vhost1"]), FLUSH)

    @classmethod
    def tearDownClass(cls):
        cls.wire.close()
        super().tearDownClass()

    def patch(self, *to, kind="forward", **rx):
        """From vhost0 to these ports."""
        self.request(self.b, component(2, "none"), component(2, kind, [{"port": "vhost0", **rx}], to), FLUSH)

    @staticmethod
    def request(b, *words):
        reply = b.controller[1].request(commands(*words))
        assert all(r["result"] == "success" for r in reply["results"]), reply

    def guest(self, port, taken):
        guest = Frontend(self.b.sock(port), features=taken)
        self.addCleanup(guest.close)
        wait_for(f"guest {port}", lambda: status.port(self.b.vf_status(), f"vhost{port}")["link_up"])
        return guest

    def drops(self, port, side):
        return next(p for p in self.b.vf_status()["port"] if p["port"] == port)[side]["drops"]

    def raw(self, guest):
        """The next frame with its virtio header."""
        wait_for("a frame", lambda: guest.used(vf.RX) != guest.seen[vf.RX])
        entry = vf.RING_OFFSET[vf.RX] + vf.USED + 4 + 8 * (guest.seen[vf.RX] % vf.RING_SIZE)
        index, length = struct.unpack_from("<II", guest.memory, entry)
        address = struct.unpack_from("<Q", guest.memory, vf.RING_OFFSET[vf.RX] + 16 * index)[0]
        data = guest.memory[address:address + length]
        guest.seen[vf.RX] = (guest.seen[vf.RX] + 1) & 0xffff
        return data[:12], data[12:]

    def exchange(self, a, z, data, head, nb):
        z.post(nb, size=66000 if nb == 1 else 2048)
        a.send(data, header=head, pieces=7)
        return [self.raw(z) for _ in range(nb)]

    def whole(self, sent, parts, mss=MSS):
        """Segments that add up to what was sent."""
        before = Packet(sent)
        body = b""
        for number, part in enumerate(parts):
            packet = Packet(part)
            last = number == len(parts) - 1
            self.assertTrue(packet.ip_good and packet.sum_good, f"segment {number}")
            self.assertEqual(packet.end, len(part))
            self.assertEqual(packet.seq, (before.seq + len(body)) & 0xffffffff)
            self.assertEqual(packet.flags & (FIN | PSH), before.flags & (FIN | PSH) if last else 0)
            self.assertEqual(packet.flags & CWR, before.flags & CWR if number == 0 else 0)
            if packet.id is not None:
                self.assertEqual(packet.id, (before.id + number) & 0xffff)
            if not last:
                self.assertEqual(len(packet.payload), mss)
            # options and all that is not counted up are as they were
            self.assertEqual(part[packet.l4 + 20:len(part) - len(packet.payload)],
                             sent[before.l4 + 20:len(sent) - len(before.payload)])
            self.assertEqual(packet.tags, before.tags)
            body += packet.payload
        self.assertEqual(body, before.payload)


class ToGuests(Offload):
    def test_offers_what_the_profile_says(self):
        info = {p["port"]: p for p in self.b.vf_status()["port"]}
        self.assertEqual(info["vhost1"]["guest"], "trusted")
        for name in ("csum", "guest_csum", "host_tso4", "host_tso6", "host_ecn", "guest_tso4", "guest_tso6"):
            self.assertIn(name, info["vhost1"]["offered"])
        for name in ("host_ufo", "guest_ufo", "gso", "mrg_rxbuf", "mq"):
            self.assertNotIn(name, info["vhost1"]["offered"])

    def test_every_sender_receiver_ip_and_tag(self):
        large = b"".join((b"\1\1\x08\x0a", bytes(8)))
        a = self.guest(0, SENDS)
        for taken in (TAKES_ALL, TAKES_CSUM, TAKES_NONE):
            z = Frontend(self.b.sock(1), features=taken)
            wait_for("guest 1", lambda: status.port(self.b.vf_status(), "vhost1")["link_up"])
            for version, tag, size in ((4, None, 60000), (4, 100, 10000), (6, None, 10000), (6, 100, 60000)):
                with self.subTest(taken=taken, version=version, tag=tag, size=size):
                    data = frame(version, size, tag=tag, options=large)
                    nb = 1 if taken == TAKES_ALL else -(-size // MSS)
                    got = self.exchange(a, z, data, header(data, large=True), nb)
                    if taken != TAKES_ALL:
                        self.assertEqual({h[:2] for h, _ in got}, {b"\0\0"})
                        self.whole(data, [f for _, f in got])
                        continue
                    head, out = got[0]
                    packet = Packet(out)
                    flags, kind, hdr_len, mss, start, offset = struct.unpack("<BBHHHH", head[:10])
                    self.assertEqual((flags, kind, mss), (NEEDS_CSUM, TCPV4 if version == 4 else TCPV6, MSS))
                    self.assertEqual((start, offset), (packet.l4, 16))
                    self.assertEqual(hdr_len, packet.l4 + 32)
                    self.assertTrue(packet.partial, "the pseudo-header's sum, with the length")
                    self.assertEqual(out, data)
            for version, tag, (protocol, size) in product((4, 6), (None, 100), ((6, 1001), (17, 1))):
                with self.subTest(taken=taken, version=version, tag=tag, protocol=protocol, size=size):
                    data = frame(version, size, tag=tag, protocol=protocol)
                    head, out = self.exchange(a, z, data, header(data), 1)[0]
                    if taken == TAKES_NONE:
                        self.assertEqual(head[:2], b"\0\0")
                        self.assertTrue(Packet(out).sum_good)
                    else:
                        self.assertEqual(head[0], NEEDS_CSUM)
                        self.assertEqual(struct.unpack_from("<HH", head, 6),
                                         (Packet(out).l4, Packet(out).sum_at - Packet(out).l4))
                        self.assertTrue(Packet(out).partial)
            z.close()
            wait_for("no guest 1", lambda: not status.port(self.b.vf_status(), "vhost1")["link_up"])
        self.assertEqual(self.drops("vhost0", "rx"), {})

    def test_extension_headers_and_reduced_windows_are_done_here(self):
        a, z = self.guest(0, SENDS), self.guest(1, TAKES_ALL)
        hop = b"\x06\x00\x01\x04" + bytes(4)
        data = frame(6, 5000, extension=hop)
        self.whole(data, [f for _, f in self.exchange(a, z, data, header(data, large=True), 4)])
        data = frame(6, 500, extension=hop)
        head, out = self.exchange(a, z, data, header(data), 1)[0]
        self.assertEqual(head[0], 0)
        self.assertTrue(Packet(out).sum_good)
        data = frame(4, 5000, flags=ACK | CWR)
        self.whole(data, [f for _, f in self.exchange(a, z, data, header(data, large=True, ecn=True), 4)])

    def test_vlan_operations_keep_lengths_right(self):
        a, z = self.guest(0, SENDS), self.guest(1, TAKES_ALL)
        try:
            self.patch("vhost1", vlan={"operation": "add", "id": 7, "pcp": 0})
            data = frame(4, 20000)
            head, out = self.exchange(a, z, data, header(data, large=True), 1)[0]
            packet = Packet(out)
            self.assertEqual((packet.tags, packet.l4), ([7], 38))
            self.assertEqual(struct.unpack_from("<HHHH", head, 2), (58, MSS, 38, 16))
            self.assertTrue(packet.partial)
        finally:
            self.patch("vhost1")

    def test_wrong_claims_are_dropped_under_a_reason(self):
        a, z = self.guest(0, SENDS), self.guest(1, TAKES_ALL)
        tcp, udp = frame(4, 20000), frame(4, 20000, protocol=17)
        short = tcp[:16] + struct.pack(">H", 100) + tcp[18:]
        cut = tcp[:46] + b"\xf0" + tcp[47:54]
        claims = {
            "a segment's size of 1": (tcp, header(tcp, large=True, size=1), "bad_offload"),
            "of more than the frame": (tcp, header(tcp, large=True, size=30000), "bad_offload"),
            "of none": (tcp, header(tcp, large=True, size=0), "too_big"),
            "of more than the MTU": (tcp, header(tcp, large=True, size=1600), "too_big"),
            "no TCP": (udp, header(udp, kind=TCPV4), "too_big"),
            "UDP in fragments": (udp, header(udp, kind=UDP), "bad_offload"),
            "IP's length": (short, header(tcp, large=True), "bad_offload"),
            "TCP header beyond the frame": (cut, header(tcp, large=True), "bad_offload"),
        }
        for name, (data, head, reason) in claims.items():
            with self.subTest(name):
                was = self.drops("vhost0", "rx")
                a.send(data, header=head, pieces=7)
                wait_for(name, lambda: self.drops("vhost0", "rx") != was)
                now = self.drops("vhost0", "rx")
                self.assertEqual({k: n - was.get(k, 0) for k, n in now.items() if n != was.get(k, 0)},
                                 {reason: 1})
        data = frame(4, 20000)
        self.assertEqual(self.exchange(a, z, data, header(data, large=True), 1)[0][1], data)

    def test_what_was_not_negotiated_is_not_done(self):
        a, z = self.guest(0, features(CSUM)), self.guest(1, TAKES_ALL)
        data, was = frame(4, 1400), self.drops("vhost0", "rx")
        a.send(data, header=header(data, large=True, size=500))
        wait_for("guest_offload", lambda: self.drops("vhost0", "rx").get("guest_offload", 0) ==
                 was.get("guest_offload", 0) + 1)
        head, out = self.exchange(a, z, data, header(data), 1)[0]
        self.assertEqual((head[0], out), (NEEDS_CSUM, data))

    def test_an_untrusted_guest_gets_segments(self):
        a = self.guest(0, SENDS)
        try:
            self.patch("vhost3")
            z = self.guest(3, None)
            self.assertEqual(z.offered >> CSUM & 1, 0)
            data = frame(6, 9000)
            self.whole(data, [f for _, f in self.exchange(a, z, data, header(data, large=True), 7)])
        finally:
            self.patch("vhost1")

    def test_a_mirrors_copies_are_whole_where_each_can_take_it(self):
        """vhost1 gets it as it is, vhost2 a copy in segments: the one is not changed by the other."""
        a, z, other = self.guest(0, SENDS), self.guest(1, TAKES_ALL), self.guest(2, TAKES_NONE)
        try:
            self.patch("vhost1", "vhost2", kind="mirror")
            for version, size in product((4, 6), (1000, 6000)):
                large = size > MSS
                data = frame(version, size)
                other.post(5)
                out = self.exchange(a, z, data, header(data, large=large), 1)[0][1]
                self.assertEqual(out, data)
                self.whole(data, [self.raw(other)[1] for _ in range(5 if large else 1)])
        finally:
            self.patch("vhost1")

    def test_a_nic_gets_segments_with_their_sums(self):
        a = self.guest(0, SENDS)
        try:
            for version, tag, size in product((4, 6), (None, 100), (1000, 20000)):
                self.patch({"port": "nic0", "vlan": {"operation": "add", "id": 9, "pcp": 0}} if tag else "nic0")
                with self.subTest(version=version, tag=tag, size=size):
                    data = frame(version, size, tag=tag)
                    a.send(data, header=header(data, large=size > MSS), pieces=7)
                    got = []
                    while sum(len(Packet(f).payload) for f in got) < size:
                        self.wire.sock.settimeout(5)
                        one = self.wire.receive()
                        if one is not None and one[6:12] == data[6:12]:
                            got.append(one)
                    was = data if tag is None else data[:14] + b"\0\x09" + data[16:]
                    self.whole(was, got)
        finally:
            self.patch("vhost1")
