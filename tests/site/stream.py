# SPDX-License-Identifier: BSD-3-Clause
"""Numbered frames of one direction: made here, and judged when they have come: lost, doubled, late, damaged. Knows
nothing of how they travel.
"""

import struct
import time

KIND = 0x88b5  # local experiments (IEEE 802): nobody else sends it
HEAD = struct.Struct("!HHIQ")  # KIND, stream, number, when it was sent in nanoseconds
MACS = 12
LEAST = MACS + HEAD.size + 4
SIZES = (60, 128, 590, 1280, 1514)
SPOKEN_FOR = 0x8000  # a stream whose frames are sent back, and these of the way back


def mac_bytes(mac):
    return bytes.fromhex(mac.replace(":", ""))


def filler(number, size):
    start = number % 251
    return (PATTERN * (size // len(PATTERN) + 2))[start:start + size]


PATTERN = bytes(range(251))


def frame(dst, src, stream, number, size):
    head = HEAD.pack(KIND, stream, number, time.monotonic_ns())
    return mac_bytes(dst) + mac_bytes(src) + head + filler(number, size - MACS - HEAD.size)


def read(data):
    """(stream, number, when sent, whole or not); None: not one of ours."""
    if len(data) < LEAST or int.from_bytes(data[MACS:MACS + 2], "big") != KIND:
        return None
    _, stream, number, sent_ns = HEAD.unpack_from(data, MACS)
    rest = data[MACS + HEAD.size:]
    return stream, number, sent_ns, rest == filler(number, len(rest)) and len(data) in SIZES


class Stream:
    """What was sent of it, and what has come."""

    def __init__(self, number):
        self.number = number
        self.sent = 0
        self.refused = 0    # not taken by the sender's own port
        self.came = []      # (number, when it came, seconds it took)
        self.damaged = 0

    def take(self, number, sent_ns, whole):
        now = time.monotonic_ns()
        if not whole:
            self.damaged += 1
        self.came.append((number, now / 1e9, (now - sent_ns) / 1e9))

    def verdict(self):
        """{lost, doubled, late, damaged}"""
        seen, late, highest = set(), 0, -1
        for number, _, _ in self.came:
            late += number < highest and number not in seen
            highest = max(highest, number)
            seen.add(number)
        return {"lost": self.sent - len(seen), "doubled": len(self.came) - len(seen), "late": late,
                "damaged": self.damaged}

    def first_after(self, moment):
        """When the first one came that was sent after it; None: none has."""
        return next((came for _, came, took in list(self.came) if came - took > moment), None)

    def longest_silence(self):
        times = [came for _, came, _ in self.came]
        return max((b - a for a, b in zip(times, times[1:])), default=0.0)
