#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""The stand-in for a VM in the box: on a vhost-user socket, with memory and rings of its own, it answers ARP and
pings for its address. It sleeps until it is called, since the box has no CPU to spare, and connects again
whenever the other side goes. Uses tests/func/vhost_frontend.py, which lies beside it there.

usage: answerer.py SOCKET MAC ADDRESS [MTU]
"""

import os
import select
import socket
import struct
import sys
import time

from vhost_frontend import MTU, PROTOCOL_FEATURES, RX, SET_VRING_CALL, TX, VERSION_1, Closed, Frontend

FEATURES = 1 << VERSION_1 | 1 << PROTOCOL_FEATURES
BUFFERS = 128
BUFFER_SIZE = 2048
OVERHEAD = 64  # beside the MTU: headers of Ethernet and virtio, a tag
RETRY_S = 0.2
ARP, IPV4, ICMP = b"\x08\x06", b"\x08\x00", 1


class Kicking(Frontend):
    """One that tells the other side of each frame."""

    def offer(self, ring, head):
        super().offer(ring, head)
        if ring == TX:
            os.eventfd_write(self.kick, 1)


class Guest:
    def __init__(self, path, mac, address, mtu=None):
        self.path = path
        self.mtu = None if mtu is None else int(mtu)
        self.size = BUFFER_SIZE if mtu is None else self.mtu + OVERHEAD
        self.mac = bytes(int(part, 16) for part in mac.split(":"))
        self.ip = socket.inet_aton(address)

    def serve(self):
        """Until the other side goes."""
        kick, call = os.eventfd(0, os.EFD_NONBLOCK), os.eventfd(0, os.EFD_NONBLOCK)
        frontend = None
        try:
            features = FEATURES if self.mtu is None else FEATURES | 1 << MTU
            frontend = Kicking(self.path, features, kick=kick, mtu=self.mtu)
            for ring in (RX, TX):
                frontend.tell(SET_VRING_CALL, struct.pack("<Q", ring), [call])
            frontend.post(BUFFERS, self.size)
            print(f"{self.path}: connected", flush=True)
            self._loop(frontend, call)
        finally:
            if frontend is not None:
                frontend.close()
            os.close(kick)
            os.close(call)

    def _loop(self, frontend, call):
        while True:
            ready = select.select([call, frontend.sock], [], [], 1)[0]
            if frontend.sock in ready and frontend.is_closed():  # it never speaks by itself
                raise Closed("end of file")
            if call in ready:
                os.eventfd_read(call)
            while frontend.used(RX) != frontend.seen[RX]:
                answer = self.answer(frontend.receive())
                frontend.post(1, self.size)
                if answer is not None:
                    frontend.send(answer)

    def answer(self, frame):
        """A frame, or None."""
        if frame[12:14] == ARP and frame[20:22] == b"\0\1" and frame[38:42] == self.ip:
            asker = frame[22:32]
            return (asker[:6] + self.mac + ARP + frame[14:20] + b"\0\2" + self.mac + self.ip
                    + asker).ljust(60, b"\0")
        if (frame[12:14] == IPV4 and frame[23] == ICMP and frame[30:34] == self.ip
                and frame[34] == 8 and frame[:6] == self.mac):
            checksum = struct.unpack_from("!H", frame, 36)[0] + 0x0800  # 8 becomes 0, RFC 1624
            checksum = (checksum & 0xffff) + (checksum >> 16)
            return (frame[6:12] + self.mac + frame[12:26] + frame[30:34] + frame[26:30] + b"\0\0"
                    + struct.pack("!H", checksum) + frame[38:])
        return None


def main():
    guest = Guest(*sys.argv[1:])
    while True:
        try:
            guest.serve()
        except (OSError, Closed):
            time.sleep(RETRY_S)


main()
