# SPDX-License-Identifier: BSD-3-Clause
"""Attacks by frames alone: the driver is honest, what it sends is not."""

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
