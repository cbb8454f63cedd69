# SPDX-License-Identifier: BSD-3-Clause
"""Attacks by frames alone: the driver is honest, what it sends is not."""

import random
import struct

from case import case
from master import *  # noqa: F403  pylint: disable=wildcard-import
from proc import wait_for

MTU_FRAME = 1518  # the longest of --mtu 1500, with a tag
HEADER = 12       # of virtio
SIZES = [0, 1, 13, 14, 15, 17, 18, 59, 60, 61, MTU_FRAME - 5, MTU_FRAME - 4, MTU_FRAME - 1, MTU_FRAME,
         MTU_FRAME + 1, MTU_FRAME + 4, MTU_FRAME + 5, 2048, 2176, 4096, 9018, 16384, 65535, 70000]
PARTS = [1, 2, 3, 17]


def chained(m, size, parts):
    """One frame over so many descriptors, unequal ones."""
    total, at = HEADER + size, 0
    first = m.chained
    for part in range(parts):
        left = parts - part - 1
        length = max(1, total - at) if left == 0 else max(1, (total - at) // (left + 2))
        m.descriptor(TX, first + part, BUFFERS + at, length, NEXT if left else 0, first + part + 1)
        at += length
    m.chained += parts
    m.offer(TX, first)


@case
def frames_of_all_sizes_in_all_numbers_of_parts(m):
    """Up to the MTU, above it, and longer than any frame is."""
    size = 1024
    m.start(size)
    m.post(64)
    m.memory[BUFFERS:BUFFERS + 0x100000] = bytes(0x100000)
    m.chained = 0
    for length in SIZES:
        for parts in PARTS:
            chained(m, length, parts)
    m.sync()
    sent = len(SIZES) * len(PARTS)
    wait_for("all to be taken", lambda: m.used(TX) == sent)


EDGES = (0, 1, 13, 14, 33, 34, 35, 53, 54, 55, 74, 254, 255, 256, 1400, 1518, 65535)


def tcp(rng):
    """A TCP frame, of which a byte of its headers may be any."""
    size = rng.choice((60, 600, 1400, 3000, 9000, 60000))
    frame = bytearray(b"\2\0\0\0\0\1" b"\2\0\0\0\0\2" b"\x08\0" b"\x45\0" + struct.pack(">H", size - 14) +
                      bytes((0, 0, 0x40, 0, 64, 6)) + bytes(10) + bytes(12) + b"\x50\x18" + bytes(6))
    if rng.random() < 0.3:
        frame[12:14] = b"\x86\xdd"
        frame[14:54] = b"\x60\0\0\0" + struct.pack(">H", size - 54) + b"\6\x40" + bytes(32)
        frame += bytes(12) + b"\x50\x18" + bytes(6)
    if rng.random() < 0.5:
        frame[rng.randrange(12, len(frame))] = rng.randrange(256)
    return bytes(frame) + bytes(max(0, size - len(frame)))


@case
def virtio_headers_that_claim_anything(m):
    """Of frames that are TCP, or nearly: offsets, sizes, kinds that cannot be. Where nothing was
    offered nobody reads them."""
    rng = random.Random(24)
    m.start(256)
    m.post(64)
    for number in range(150):
        header = struct.pack("<BBHHHH", rng.choice((0, 1, 1, 1, 2, 255)),
                             rng.choice((0, 1, 1, 3, 4, 5, 0x81, 0x84, 255)), rng.choice(EDGES),
                             rng.choice(EDGES), rng.choice(EDGES), rng.choice((0, 6, 16, 16, 65535)))
        data = header + bytes(2) + tcp(rng)
        m.memory[BUFFERS + 0x400000:BUFFERS + 0x400000 + len(data)] = data
        m.send(1, len(data))
        m.sync()
        wait_for("it to be taken", lambda n=number: m.used(TX) == n + 1)
