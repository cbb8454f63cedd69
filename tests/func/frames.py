# SPDX-License-Identifier: BSD-3-Clause
"""Single Ethernet frames, byte by byte, at a link of a namespace: sent, and received with tags.

The kernel takes a VLAN tag out of what it receives and says so beside the frame; here it is put
back, so that a frame reads as it was on the wire.
"""

import fcntl
import os
import select
import socket
import struct
import threading
import time

ETH_P_ALL, ETH_P_8021Q = 3, 0x8100
SOL_PACKET, PACKET_AUXDATA, PACKET_OUTGOING, TP_STATUS_VLAN_VALID = 263, 8, 4, 1 << 4
KIND = 0x88b5  # local experiments (IEEE 802): nobody else sends it
SOURCE = "02:00:00:00:ee:01"


def mac_bytes(mac):
    return bytes.fromhex(mac.replace(":", ""))


def frame(dst, number, size=60, vid=None, pcp=0):
    """size: without the tag."""
    tag = b"" if vid is None else struct.pack("!HH", ETH_P_8021Q, pcp << 13 | vid)
    body = struct.pack("!HI", KIND, number)
    body += bytes((number + i) & 255 for i in range(size - 12 - len(body)))
    return mac_bytes(dst) + mac_bytes(SOURCE) + tag + body


class Tap:
    """A raw socket on a link."""

    def __init__(self, ns, link):
        def make():
            sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
            sock.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
            sock.bind((link, 0))
            return sock
        self.sock = ns.inside(make)

    def send(self, frames):
        for one in frames:
            self.sock.send(one)
            time.sleep(0.0005)

    def receive(self):
        """Any frame, with its tag; None for one that was sent here."""
        data, aux, _, address = self.sock.recvmsg(4096, 256)
        if address[2] == PACKET_OUTGOING:
            return None
        for level, kind, value in aux:
            if level == SOL_PACKET and kind == PACKET_AUXDATA:
                status, *_, tci, tpid = struct.unpack("=IIIHHHH", value[:20])
                if status & TP_STATUS_VLAN_VALID:
                    data = data[:12] + struct.pack("!HH", tpid or ETH_P_8021Q, tci) + data[12:]
        return data

    def _receive_ours(self):
        data = self.receive()
        if data is None:
            return None
        at = 16 if data[12:14] == b"\x81\x00" else 12
        return data if data[at:at + 2] == struct.pack("!H", KIND) else None

    def take(self, count, deadline=5.0, settle=0.3):
        """Frames of ours that came: until count have, and whatever comes within settle then."""
        got, end = [], time.monotonic() + deadline
        while (left := end - time.monotonic()) > 0:
            self.sock.settimeout(left)
            try:
                one = self._receive_ours()
            except TimeoutError:
                break
            if one is not None:
                got.append(one)
                if len(got) == count:
                    end = time.monotonic() + settle
        return got

    def close(self):
        self.sock.close()


class VlanLink:
    """What `ip link add link eth0 type vlan` makes, for kernels without it: a TAP whose frames go
    over eth0 with a tag, moved by a thread of ours."""

    def __init__(self, ns, vid, address):
        self.vid = vid
        self.name = f"v{vid}"
        self.fd = ns.inside(self._open)
        self.tap = Tap(ns, "eth0")
        self.done = threading.Event()
        ns.set_up(self.name, address, mtu=1500)
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _open(self):
        tunsetiff, tap, no_pi = 0x400454ca, 2, 0x1000
        fd = os.open("/dev/net/tun", os.O_RDWR)
        fcntl.ioctl(fd, tunsetiff, struct.pack("16sH22x", self.name.encode(), tap | no_pi))
        return fd

    def _run(self):
        tag = struct.pack("!HH", ETH_P_8021Q, self.vid)
        while not self.done.is_set():
            ready, _, _ = select.select([self.fd, self.tap.sock], [], [], 0.2)
            if self.fd in ready:
                data = os.read(self.fd, 2048)
                self.tap.sock.send(data[:12] + tag + data[12:])
            if self.tap.sock in ready:
                data = self.tap.receive()
                if data is None or data[12:14] != tag[:2]:
                    continue
                if int.from_bytes(data[14:16], "big") & 0xfff == self.vid:
                    os.write(self.fd, data[:12] + data[16:])

    def close(self):
        self.done.set()
        self.thread.join()
        self.tap.close()
        os.close(self.fd)
