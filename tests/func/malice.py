# SPDX-License-Identifier: BSD-3-Clause
"""What a malicious peer sends and how, and what it may not cost: floods, connections by the thousand,
half-open ones; resident memory and descriptors of a process. Knows sockets, nothing of messages but
`status`.
"""

import os
import random
import select
import socket
import struct
import time

STATUS = b'{"commands": [{"command": "status"}]}'
SIZE = 1 << 20
TCP_REPAIR = 19


def noise(seed=1):
    return random.Random(seed).randbytes(SIZE)


# What a flood consists of, again and again.
PATTERNS = {
    "random bytes": noise(),
    "zero bytes": bytes(SIZE),
    "a line that never ends": b"component start x 2 forward " * (SIZE // 28),
    "short lines": b"x\n" * (SIZE // 2),
    "empty messages": b"{}" * (SIZE // 2),
    "nesting without end": b"[{" * (SIZE // 2),
    "a string that never ends": b'{"' + b"s" * SIZE,
    "closers": b"}]" * (SIZE // 2),
    "half messages": STATUS[:-2] * (SIZE // len(STATUS)),
    "valid requests": STATUS * (SIZE // len(STATUS)),
}


class Flood:
    """As much of a pattern as the other side takes; what it answers is read, or not."""

    def __init__(self, sock, pattern, read=True):
        self.sock, self.pattern, self.read = sock, PATTERNS[pattern], read
        self.sent, self.place = 0, 0
        sock.setblocking(False)

    def step(self, seconds=0.02):
        """False: the other side has closed the connection."""
        readable, writable, _ = select.select([self.sock] if self.read else [], [self.sock], [],
                                              seconds)
        try:
            if readable and not self.sock.recv(1 << 20):
                return False
            if writable:
                sent = self.sock.send(memoryview(self.pattern)[self.place:])
                self.sent += sent
                self.place = (self.place + sent) % len(self.pattern)
        except BlockingIOError:
            pass
        except ConnectionError:
            return False
        return True

    def run(self, seconds):
        """So long, or until the other side has enough; bytes a second."""
        begun = time.monotonic()
        while time.monotonic() - begun < seconds and self.step():
            pass
        return self.sent / (time.monotonic() - begun)


def cost(pid):
    """(resident kB, descriptors)"""
    with open(f"/proc/{pid}/status", encoding="utf-8") as f:
        rss = next(int(line.split()[1]) for line in f if line.startswith("VmRSS"))
    return rss, len(os.listdir(f"/proc/{pid}/fd"))


def settled(pid, looks=10):
    """cost(), with the fewest descriptors of several looks: a connection that was just closed has one
    until the other side has seen it."""
    found = []
    for _ in range(looks):
        found.append(cost(pid))
        time.sleep(0.02)
    return min(found, key=lambda one: one[1])


def connections(port, count):
    """So many at once, none of which says anything."""
    found = []
    for _ in range(count):
        sock = socket.socket()
        sock.setblocking(False)
        try:
            sock.connect(("127.0.0.1", port))
        except BlockingIOError:
            pass
        found.append(sock)
    return found


def vanish(sock):
    """As if the host had lost its power: no FIN, no RST."""
    sock.setsockopt(socket.IPPROTO_TCP, TCP_REPAIR, 1)
    sock.close()


def reset(sock):
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()
