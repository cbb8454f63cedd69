# SPDX-License-Identifier: BSD-3-Clause
"""Attacks by memory: regions that lie, files that vanish, and rings full of corrupt descriptors."""

import contextlib
import fcntl
import functools
import os
import struct
import threading
import time

from case import again, case, honest
from master import *  # noqa: F403  pylint: disable=wildcard-import

F_SEAL_FUTURE_WRITE = 0x10  # Linux 5.1; not in Python 3.11


@case
def region_past_the_end_of_its_file(m):
    m.introduce()
    m.share(regions=[(0, 1 << 30, USER_BASE, 0)])
    for ring in (RX, TX):
        base = USER_BASE + MEMORY + ring * RING_STEP
        m.state(SET_VRING_NUM, ring, 256)
        m.addresses(ring, desc=base, avail=base + AVAIL, used=base + USED)
        m.u64(SET_VRING_KICK, ring, [m.event()])
        m.u64(SET_VRING_CALL, ring, [m.event()])
        m.state(SET_VRING_ENABLE, ring, 1)
    m.sync()
    time.sleep(0.1)


@case
def buffers_past_the_end_of_the_file(m):
    m.introduce()
    m.share(regions=[(0, 1 << 30, USER_BASE, 0)])
    for ring in (RX, TX):
        m.start_ring(ring)
    m.sync()
    for i in range(64):
        m.descriptor(RX, i, MEMORY + i * BUFFER, BUFFER, WRITE)
        m.offer(RX, i)
        m.descriptor(TX, i, MEMORY + i * BUFFER, 100)
        m.offer(TX, i)
    time.sleep(0.1)


@case
def header_over_three_buffers_at_the_end_of_memory(m):
    """librte_vhost takes the second buffer for endless and writes the packet past it."""
    m.start()
    for chain in range(80):
        first = 3 * chain
        m.descriptor(RX, first, BUFFERS, 1, WRITE | NEXT, first + 1)
        m.descriptor(RX, first + 1, MEMORY - 1, 1, WRITE | NEXT, first + 2)
        m.descriptor(RX, first + 2, BUFFERS + BUFFER, BUFFER, WRITE)
        m.offer(RX, first)
    m.sync()
    time.sleep(0.3)


@case
def packet_of_more_than_4_gib(m):
    """Its length wraps to a short one's; mbufs are taken until there is none."""
    pieces = 250
    m.introduce()
    address = m.share_large()
    for ring in (RX, TX):
        m.start_ring(ring, 256)
    m.post(64)
    for length in (2**32 + 100, 2**32 + 1400):
        for i in range(pieces):
            rest = length - length // pieces * (pieces - 1)
            m.descriptor(TX, i, address, length // pieces if i < pieces - 1 else rest,
                         NEXT if i < pieces - 1 else 0, i + 1)
        for _ in range(40):
            m.offer(TX, 0, 5)
            m.u64(SET_VRING_CALL, TX, [m.event()])  # who waits for the ring's lock waits long
            time.sleep(0.005)
    m.sync()


@case
def indirect_table_that_grows_after_it_was_looked_at(m):
    """It is copied, by its new length, into the heap that all share."""
    m.introduce()
    address = m.share_large()
    for ring in (RX, TX):
        m.start_ring(ring, 256)
    until = time.monotonic() + 1
    for index in range(256):
        m.descriptor(TX, index, address, 4096, INDIRECT)
    while time.monotonic() < until:
        m.offer(TX, 0, 64)
        for _ in range(200):
            for length in (60 << 20, 4096):
                for index in range(4):
                    m.descriptor(TX, index, address, length, INDIRECT)
    m.sync()


@case
def pieces_of_a_packet_that_fails(m):
    """What was copied of it is written again after its mbufs were freed."""
    m.start(1024)
    for i in range(1000):
        m.descriptor(TX, i, BUFFERS + i, 200, NEXT, i + 1)
    for _ in range(100):
        m.offer(TX, 0, 8)
        time.sleep(0.001)
    m.sync()


def seal(fds, delay):
    time.sleep(delay)
    for fd in reversed(fds):
        with contextlib.suppress(OSError):
            fcntl.fcntl(fd, fcntl.F_ADD_SEALS, F_SEAL_FUTURE_WRITE)


def share_and_seal(m, delay, flags):
    m.start()
    m.post(64)
    fds = [os.memfd_create("sealed", os.MFD_ALLOW_SEALING) for _ in range(7)]
    m.fds += fds
    for fd in fds:
        os.ftruncate(fd, MEMORY)
    sealer = threading.Thread(target=seal, args=(fds, delay))
    sealer.start()
    m.share([(i * MEMORY, MEMORY, USER_BASE + i * MEMORY, 0) for i in range(8)], [m.fd, *fds], flags)
    sealer.join()
    m.sync()
    time.sleep(0.002)


@case
def memory_sealed_while_it_is_mapped(m):
    """Against writing in the future, which mappings that are there do not prevent."""
    again(m, [functools.partial(share_and_seal, delay=n * 20e-6, flags=flags)
              for flags in (VERSION, VERSION | NEED_REPLY) for n in range(30)])


@case
def memory_in_pieces_that_change(m):
    """Tables of one to eight regions one after the other, the same twice, and the case above."""
    m.start()
    for nb in (1, 2, 2, 8, 3, 8, 8, 1):
        step = MEMORY // 8
        size = step * (9 - nb)
        regions = [(0, size, USER_BASE, 0)] + [
            (at, step, USER_BASE + at, at) for at in range(size, MEMORY, step)]
        m.share(regions)
        m.post(32)
        for i, at in enumerate(range(size - 1, MEMORY, step)):
            first = 64 + 3 * i
            m.descriptor(RX, first, BUFFERS, 1, WRITE | NEXT, first + 1)
            m.descriptor(RX, first + 1, at, 1, WRITE | NEXT, first + 2)
            m.descriptor(RX, first + 2, BUFFERS, BUFFER, WRITE)
            m.offer(RX, first)
        m.sync()
        time.sleep(0.05)


@case
def file_cut_short_while_it_runs(m):
    """The memory of all rings and buffers vanishes: SIGBUS for who touches it."""
    honest(m)
    os.ftruncate(m.fd, 0)
    time.sleep(0.1)
    os.ftruncate(m.fd, MEMORY)


@case
def memory_that_cannot_be_mapped(m):
    """The new table fails when the old one is gone: rings must not be used with either."""
    honest(m)
    sealed = os.memfd_create("sealed", os.MFD_ALLOW_SEALING)
    os.ftruncate(sealed, MEMORY)
    fcntl.fcntl(sealed, fcntl.F_ADD_SEALS, fcntl.F_SEAL_WRITE)
    m.fds.append(sealed)
    read_only = os.open(f"/proc/self/fd/{m.fd}", os.O_RDONLY)
    m.fds.append(read_only)
    for fd in (sealed, read_only):
        m.share(regions=[(0, MEMORY, USER_BASE + 0x1000, 0)], fds=[fd],
                flags=VERSION | NEED_REPLY)
        time.sleep(0.1)


@case
def memory_of_the_wrong_kind(m):
    m.introduce()
    directory = os.open("/", os.O_RDONLY)
    m.fds.append(directory)
    for fd in (m.event(), directory, m.sock.fileno()):
        m.share(fds=[fd], flags=VERSION | NEED_REPLY)


@case
def memory_tables_that_lie(m):
    m.introduce()
    for regions in ([], [(0, 0, USER_BASE, 0)], [(0, MEMORY, USER_BASE, 2**64 - 4096)],
                    [(0, 2**64 - 1, USER_BASE, 0)], [(2**64 - 4096, MEMORY, 2**64 - 4096, 0)],
                    [(0, MEMORY, USER_BASE, 0)] * 8):
        m.share(regions, flags=VERSION | NEED_REPLY)
    m.tell(SET_MEM_TABLE, struct.pack("<II", 0xffffffff, 0) + bytes(256), [m.fd] * 8)


@case
def memory_table_during_traffic(m):
    """Allowed (hotplug); each time all rings are translated anew."""
    honest(m)
    for i in range(100):
        m.share([(0, MEMORY, USER_BASE, 0)] if i % 2 else
                [(0, MEMORY // 2, USER_BASE, 0), (MEMORY // 2, MEMORY // 2,
                                                  USER_BASE + MEMORY // 2, MEMORY // 2)])
        m.post(16)
        m.send(16)
    m.sync()


@case
def memory_table_without_the_rings(m):
    honest(m)
    m.share([(0, 0x1000, USER_BASE + MEMORY, 0)])
    time.sleep(0.05)


@case
def memory_table_without_a_region(m):
    honest(m)
    m.share([])
    time.sleep(0.05)


# -- rings --------------------------------------------------------------------------------------

@case
def chain_that_is_a_loop(m):
    m.start()
    for ring, write in ((RX, WRITE), (TX, 0)):
        m.descriptor(ring, 0, BUFFERS, 64, NEXT | write, 1)
        m.descriptor(ring, 1, BUFFERS, 64, NEXT | write, 0)
        m.offer(ring, 0, 200)
    time.sleep(0.1)


@case
def chains_of_nothing(m, size=1024):
    """Every entry a chain as long as the ring, of no bytes: the square of its size to walk for one
    packet."""
    m.start(size)
    for ring, write in ((RX, WRITE), (TX, 0)):
        for i in range(size):
            m.descriptor(ring, i, BUFFERS, 0, write | (NEXT if i < size - 1 else 0), i + 1)
        for _ in range(size):
            m.offer(ring, 0)
    time.sleep(0.5)


@case
def chains_of_nothing_in_the_largest_ring(m):
    chains_of_nothing(m, RING_MAX)


@case
def indirect_tables(m):
    m.start()
    table = BUFFERS + 0x100000
    for length in (0, 15, 16, 4096, 0xfffffff0, 0xffffffff):
        for flags in (INDIRECT, INDIRECT | NEXT, INDIRECT | WRITE):
            for at in (table, MEMORY - 8, 2**64 - 16, 0):
                m.descriptor(TX, 0, at, length, flags, 0)
                m.descriptor(RX, 0, at, length, flags, 0)
                struct.pack_into("<QIHH", m.memory, table, table, 4096, INDIRECT | NEXT, 0)
                m.offer(TX, 0)
                m.offer(RX, 0)
    time.sleep(0.1)


@case
def index_that_jumps(m):
    m.start()
    for value in (1, 0x8000, 0xffff, 0, 300, 257):
        m.index(RX, value)
        m.index(TX, value)
        time.sleep(0.02)


@case
def frame_of_many_megabytes(m):
    m.start()
    for i in range(256):
        m.descriptor(TX, i, BUFFERS, 0x700000, NEXT if i < 255 else 0, i + 1)
    m.offer(TX, 0, 256)
    time.sleep(0.1)


@case
def used_ring_over_everything_else(m):
    """Each used entry overwrites the descriptors and avail entries that are still to be read."""
    m.introduce()
    m.share()
    for ring in (RX, TX):
        base = USER_BASE + ring * RING_STEP
        m.state(SET_VRING_NUM, ring, 256)
        m.state(SET_VRING_BASE, ring, 0)
        m.addresses(ring, desc=base, avail=base, used=base)
        m.u64(SET_VRING_KICK, ring, [m.event()])
        m.u64(SET_VRING_CALL, ring, [m.event()])
        m.state(SET_VRING_ENABLE, ring, 1)
    m.sync()
    m.memory[0:4096] = os.urandom(4096)
    time.sleep(0.1)


@case
def more_used_entries_than_the_ring_has(m):
    """It says that 65,535 buffers are available, of a byte each: librte_vhost collects more
    used entries than it has room for, in hugepages that all processes share."""
    for size in (32, 256):
        m.introduce()
        m.share()
        for ring in (RX, TX):
            m.start_ring(ring, size)
        m.sync()
        for i in range(size):
            m.descriptor(RX, i, BUFFERS + i, 1, WRITE)
            m.descriptor(TX, i, BUFFERS + 0x400000, 72)
        for ring in (RX, TX):
            for i in range(size):
                m.offer(ring, i)
        for _ in range(20):
            for ring in (RX, TX):
                m.index(ring, m.used(ring) - 1)
            time.sleep(0.005)
        for ring in (RX, TX):
            m.state(GET_VRING_BASE, ring, 0)
            m.reply()


@case
def ring_smaller_than_a_burst(m):
    """The same with a ring that is smaller than what is moved at once."""
    m.introduce()
    m.share()
    for ring in (RX, TX):
        m.start_ring(ring, 2)
    m.sync()
    for i in range(2):
        m.descriptor(TX, i, BUFFERS, 72)
    m.index(TX, 32000)
    time.sleep(0.05)
