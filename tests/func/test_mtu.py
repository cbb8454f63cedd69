# SPDX-License-Identifier: BSD-3-Clause
"""--mtu above 1,500: what guests need for it, who is told, and two tags (802.1ad, QinQ) at full size."""

import os
import re
import struct

import guest_image
import scenario
import status
from frames import SOURCE, Tap, mac_bytes
from guest import QemuGuest
from proc import wait_for
from spplib import FLUSH, SppTest, commands, component
from vhost_frontend import GET_FEATURES, MRG_RXBUF, MTU, Frontend

NO_OFFER = (1 << MTU) | (1 << MRG_RXBUF)
S_TAG, C_TAG = 100, 10
FAR, NEAR = "10.99.0.1", "10.99.0.2"


def wire_both(test):
    test.send_ok(test.b.controller[1], commands(
        component(2, "forward", ["nic0"], ["vhost:0"]),
        component(3, "forward", ["vhost:0"], ["nic0"]), FLUSH))


class Told(SppTest):
    @classmethod
    def prepare(cls, b):
        b.start_controller()
        b.primary(["net_null0"], args=["--mtu", "1600"])
        cls.vf = b.vf(1)

    def connect(self, deadline=5, **more):
        """A guest on vhost0; what was said about it, and its problems in status."""
        begin = len(self.vf.text())
        guest = Frontend(self.b.sock(0), **more)
        self.addCleanup(self.leave, guest)
        wait_for("the guest", lambda: status.port(self.b.vf_status(), "vhost0")["link_up"])
        guest.ask(GET_FEATURES)  # whoever answers has done all that the link's coming brings
        self.looked(begin)
        said = [line for line in self.vf.text()[begin:].splitlines() if "MTU" in line]
        return said, status.problems(self.b.vf_status(), "vhost0")

    def looked(self, begin):
        """Until all vhosts have been looked at anew, and what was said before is in the log. A look, at
        one after the other, makes a removed socket again; the first time it may have been under way."""
        for times in (1, 2):
            os.unlink(self.b.sock(1))
            wait_for("vhost1's socket to be made again", lambda n=times: len(re.findall(
                r"vhost1 \S+: its socket was removed", self.vf.text()[begin:])) == n)

    def leave(self, guest):
        guest.close()
        wait_for("the guest gone",
                 lambda: not status.port(self.b.vf_status(), "vhost0")["link_up"])

    def test_start_and_status_say_what_guests_need(self):
        self.vf.wait_log(r"^spp_vf1: mtu 1600: guests need host_mtu=1600 ")
        self.assertEqual((self.b.vf_status()["mtu"], self.b.vf_status()["host_mtu"]), (1600, 1600))

    def test_a_guest_without_an_mtu_is_named_in_one_line(self):
        said, problems = self.connect(features=self.offered() & ~NO_OFFER)
        self.assertEqual(len(said), 1, said)
        self.assertRegex(said[0], r"vhost0 \S+: the guest was given no MTU: .* above 1518 bytes.*"
                                  r"host_mtu=1600 .*<mtu size='1600'/>")
        self.assertEqual(problems, ["mtu"])

    def test_a_guest_with_ours_is_not(self):
        self.assertEqual(self.connect(mtu=1600), ([], []))

    def test_a_guest_with_a_larger_one_is_named_with_both(self):
        said, problems = self.connect(mtu=9000)
        self.assertEqual(len(said), 1, said)
        self.assertRegex(said[0], r"the guest's MTU is 9000, ours 1600: .*too_big.*--mtu 9000")
        self.assertEqual(problems, ["mtu"])

    def test_a_guest_with_a_smaller_one_is_named_with_both(self):
        said, _ = self.connect(mtu=1550)
        self.assertEqual(len(said), 1, said)
        self.assertRegex(said[0], r"the guest's MTU is 1550, ours 1600: .*buffer_small.*host_mtu=1600")

    def offered(self):
        """What this port offers: a guest that is gone at once."""
        guest = Frontend(self.b.sock(0))
        try:
            return guest.offered
        finally:
            self.leave(guest)


class Usual(SppTest):
    def test_nothing_is_said_at_1500(self):
        b = self.b
        b.start_controller()
        b.primary(["net_null0"])
        vf = b.vf(1)
        guest = Frontend(b.sock(0))
        self.addCleanup(guest.close)
        wait_for("the guest", lambda: status.port(b.vf_status(), "vhost0")["link_up"])
        self.assertEqual(re.findall(r".*mtu.*", vf.text(), re.I), [])
        self.assertIsNone(b.vf_status()["host_mtu"])


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def echo_request(dst, size=1500):
    """A ping in two tags: size is the IP packet's, so the frame has 22 bytes more."""
    icmp = struct.pack("!BBHHH", 8, 0, 0, 7, 1) + bytes(i & 255 for i in range(size - 28))
    icmp = icmp[:2] + struct.pack("!H", checksum(icmp)) + icmp[4:]
    addresses = b"".join(bytes(map(int, a.split("."))) for a in (FAR, NEAR))
    ip = struct.pack("!BBHHHBBH", 0x45, 0, size, 1, 0, 64, 1, 0) + addresses
    ip = ip[:10] + struct.pack("!H", checksum(ip)) + ip[12:]
    tags = struct.pack("!HHHHH", 0x88a8, S_TAG, 0x8100, C_TAG, 0x0800)
    return mac_bytes(dst) + mac_bytes(SOURCE) + tags + ip + icmp


class TwoTags(SppTest):
    """As docs/vhost.md says: --mtu 1504, host_mtu=1504, two interfaces on top of each other in it."""

    def test_pass_at_full_size(self):
        b = self.b
        wire = b.wire(0)
        b.start_controller()
        b.primary(args=["--mtu", "1504"])
        vf = b.vf(1)
        wire_both(self)
        vm = scenario.vm(b, 0, QemuGuest, device=",host_mtu=1504", mtu=1504)
        vm.start()
        vm.shell(f"{guest_image.LOAD_MORE}; "
                 f"ip link add link eth0 name outer type vlan protocol 802.1ad id {S_TAG} && "
                 f"ip link add link outer name inner type vlan id {C_TAG} && "
                 f"ip link set inner mtu 1500 && ip link set outer up && ip link set inner up && "
                 f"ip addr add {NEAR}/24 dev inner && arp -i inner -s {FAR} {SOURCE}")
        wire.set_mtu(1508)
        tap = Tap(wire.ns, "eth0")
        self.addCleanup(tap.close)
        request = echo_request(scenario.MACS[0])
        self.assertEqual(len(request), 1522)
        before = status.drops(b.vf_status())  # something came while the guest booted
        tap.send([request])
        tap.sock.settimeout(5)
        answer = None
        while answer is None or answer[22:26] != request[22:26]:
            answer = tap.receive()
        self.assertEqual(len(answer), 1522)
        self.assertEqual(answer[12:22], request[12:22])
        self.assertEqual(answer[-1472:], request[-1472:])
        self.assertEqual(status.drops(b.vf_status()), before)
        self.assertNotIn("MTU", vf.text().replace("guests need host_mtu", ""))
