# SPDX-License-Identifier: BSD-3-Clause
"""Attacks by messages: malformed, truncated, in the wrong order, with descriptors that block."""

import contextlib
import functools
import os
import socket
import struct
import time

from case import again, case, honest
from master import *  # noqa: F403  pylint: disable=wildcard-import


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


def lingering(listener):
    """A socket whose last close() waits 2 s for a peer that does not read."""
    s = socket.create_connection(listener.getsockname())
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 2))
    s.setblocking(False)
    with contextlib.suppress(BlockingIOError):
        while s.send(bytes(65536)):
            pass
    return s


@case
def descriptors_whose_closing_waits(m):
    """What librte_vhost does with the rings' locks held."""
    def attack(other, request):
        honest(other)
        with lingering(listener) as s:
            other.u64(request, TX, [s.fileno()])
        time.sleep(0.05)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        again(m, [functools.partial(attack, request=request) for request in
                  (SET_VRING_ERR, SET_VRING_CALL, SET_VRING_KICK, SET_SLAVE_REQ_FD, SET_MEM_TABLE,
                   SET_VRING_ENABLE)])
        time.sleep(2.2)


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
