# SPDX-License-Identifier: BSD-3-Clause
"""The end of a way whose other end is somebody else's: it answers ARP and pings, and takes the pings' own numbers as
those of a stream (RFC 792: 16 bits, which begin anew).
"""

import socket
import struct
import time

from end import End
from stream import Stream, mac_bytes

ARP, IPV4, ICMP, ECHO = b"\x08\x06", b"\x08\x00", 1, 8
ROUND = 1 << 16


class Pinged(End):
    def __init__(self, path, mac, address):
        self.ours, self.ip = mac_bytes(mac), socket.inet_aton(address)
        self.pings = []       # streams that count them
        super().__init__(path, mac, None)

    def _take(self, data):
        if data[12:14] == ARP and data[20:22] == b"\0\1" and data[38:42] == self.ip:
            asker = data[22:32]
            self._send((asker[:6] + self.ours + ARP + data[14:20] + b"\0\2" + self.ours + self.ip
                        + asker).ljust(60, b"\0"))
        elif (data[12:15] == IPV4 + b"\x45" and data[23] == ICMP and data[30:34] == self.ip and data[34] == ECHO
              and data[:6] == self.ours):
            self._count(*struct.unpack_from("!HH", data, 38))
            checksum = struct.unpack_from("!H", data, 36)[0] + (ECHO << 8)  # 8 becomes 0, RFC 1624
            checksum = (checksum & 0xffff) + (checksum >> 16)
            self._send(data[6:12] + self.ours + data[12:26] + data[30:34] + data[26:30] + b"\0\0"
                       + struct.pack("!H", checksum) + data[38:])

    def _count(self, identity, number):
        for ping in self.pings:
            ping.heard(identity, number)


class Pings:
    """What a Talker is for two ends: pings from somewhere, from now until stop()."""

    def __init__(self, end):
        self.stream = Stream(0)
        self.end, self.identity, self.last = end, None, 0
        end.pings.append(self)

    def heard(self, identity, number):
        if identity != self.identity:
            if self.identity is not None:
                return  # two at a time, or another one later: the first counts
            self.identity, self.last = identity, number
        # The nearest number to the last one that has these 16 bits.
        number = self.last + (number - self.last + ROUND // 2) % ROUND - ROUND // 2
        self.last = max(self.last, number)
        self.stream.take(number, time.monotonic_ns(), True)

    def stop(self, _settle):
        """The stream, numbered from the first that came."""
        self.end.pings.remove(self)
        came_so_far = list(self.stream.came)  # the end's thread may be adding the next one
        numbers = [number for number, _, _ in came_so_far]
        first = min(numbers, default=0)
        self.stream.came = [(number - first, came, took) for number, came, took in came_so_far]
        self.stream.sent = max(numbers, default=first - 1) - first + 1
        return self.stream
