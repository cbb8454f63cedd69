# SPDX-License-Identifier: BSD-3-Clause
"""The far end of a NIC's cable: a UNIX datagram socket, one datagram a frame. It answers ARP for its
address, pings, and keeps what comes. Knows nothing of qemu but that.
"""

import os
import select
import socket
import struct
import sys
import threading
import time

sys.path += [os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "func")]

from frames import KIND, frame, mac_bytes  # noqa: E402  (needs the path)
from net import icmp_checksum  # noqa: E402

ARP, IPV4, ICMP = 0x0806, 0x0800, 1
FRAME_MIN = 60


def ip_bytes(address):
    return socket.inet_aton(address)


class Plug:
    """path: ours. peer: the NIC's, which may come and go."""

    def __init__(self, path, peer):
        self.path, self.peer = path, peer
        if os.path.exists(path):
            os.unlink(path)
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        self.sock.bind(path)
        self.mac, self.ip = "02:00:00:00:ee:01", None
        self.neighbours = {}   # IP address: MAC, both bytes
        self.echoes = {}       # (identity, number): time of the answer
        self.numbered = []     # (time, frame): of frames.py's kind
        self.received = 0
        self.changed = threading.Condition()
        self.ended = False
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def address(self, mac, ip):
        self.mac, self.ip = mac, ip

    def close(self):
        self.ended = True
        self.thread.join()
        self.sock.close()

    # -- sending --------------------------------------------------------------------------------

    def send(self, data):
        """False: no NIC there, or it takes nothing now."""
        try:
            self.sock.sendto(data.ljust(FRAME_MIN, b"\0"), socket.MSG_DONTWAIT, self.peer)
            return True
        except (BlockingIOError, FileNotFoundError, ConnectionRefusedError):
            return False

    def _send(self, dst, kind, body):
        return self.send(dst + mac_bytes(self.mac) + struct.pack("!H", kind) + body)

    def _send_arp(self, op, dst, target_mac, target_ip):
        self._send(dst, ARP, struct.pack("!HHBBH", 1, IPV4, 6, 4, op) + mac_bytes(self.mac)
                   + ip_bytes(self.ip) + target_mac + target_ip)

    def _send_ip(self, dst, address, payload):
        head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(payload), 0, 0, 64, ICMP, 0)
        head += ip_bytes(self.ip) + ip_bytes(address)
        checksum = struct.pack("!H", icmp_checksum(head))
        return self._send(dst, IPV4, head[:10] + checksum + head[12:] + payload)

    # -- receiving ------------------------------------------------------------------------------

    def _run(self):
        while not self.ended:
            if select.select([self.sock], [], [], 0.2)[0]:
                try:
                    self._take(self.sock.recv(65536))
                except OSError:
                    pass

    def _take(self, data):
        now = time.monotonic()
        kind = int.from_bytes(data[12:14], "big")
        with self.changed:
            self.received += 1
            if kind == ARP:
                self._take_arp(data[14:])
            elif kind == IPV4 and data[23] == ICMP:
                self._take_icmp(data, now)
            elif kind == KIND:
                self.numbered.append((now, data))
            self.changed.notify_all()

    def _take_arp(self, arp):
        sender_mac, sender_ip, target = arp[8:14], arp[14:18], arp[24:28]
        self.neighbours[sender_ip] = sender_mac
        if arp[6:8] == b"\0\1" and self.ip is not None and target == ip_bytes(self.ip):
            self._send_arp(2, sender_mac, sender_mac, sender_ip)

    def _take_icmp(self, data, now):
        head = 14 + (data[14] & 15) * 4
        if data[head] == 0:
            self.echoes[struct.unpack("!HH", data[head + 4:head + 8])] = now

    # -- what tests ask for ---------------------------------------------------------------------

    def resolve(self, address, deadline=5.0):
        """Its MAC; None: no answer."""
        end = time.monotonic() + deadline
        while time.monotonic() < end:
            self._send_arp(1, b"\xff" * 6, bytes(6), ip_bytes(address))
            with self.changed:
                if self.changed.wait_for(lambda: ip_bytes(address) in self.neighbours, 0.2):
                    return self.neighbours[ip_bytes(address)]
        return None

    def ping(self, address, count=20, interval=0.02, size=56, patience=2.0):
        """(sent, milliseconds of each answer)"""
        mac = self.neighbours.get(ip_bytes(address)) or self.resolve(address, patience)
        if mac is None:
            return count, []
        identity = int.from_bytes(os.urandom(2), "big")
        sent = {}
        for number in range(count):
            body = struct.pack("!HH", identity, number) + bytes(i & 255 for i in range(size))
            checksum = icmp_checksum(b"\x08\0\0\0" + body + b"\0" * (size % 2))
            sent[number] = time.monotonic()
            self._send_ip(mac, address, struct.pack("!BBH", 8, 0, checksum) + body)
            time.sleep(interval)

        def answers():
            return [1000 * (self.echoes[identity, n] - at) for n, at in sent.items()
                    if (identity, n) in self.echoes]

        with self.changed:
            self.changed.wait_for(lambda: len(answers()) == count, patience)
            return count, answers()

    def wait_ping(self, address, deadline):
        """Until a ping is answered; seconds that took. Each try begins with ARP."""
        begun = time.monotonic()
        while True:
            self.neighbours.pop(ip_bytes(address), None)
            if self.ping(address, count=1, patience=0.5)[1]:
                return time.monotonic() - begun
            if time.monotonic() - begun > deadline:
                raise AssertionError(f"no answer of {address} to a ping within {deadline:g} s")


__all__ = ["Plug", "frame"]
