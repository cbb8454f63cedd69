# SPDX-License-Identifier: BSD-3-Clause
"""Random attacks, each made by its number from the seed, so that any can be repeated alone.

Every second one speaks wrongly (messages: malformed, truncated, out of order, with wrong descriptors),
the others speak well and fill their rings with what no driver would; every eighth of all with chains
whose pieces and sum lie at the edges.
"""

import os
import random
import socket
import struct
import time

from master import *  # noqa: F403  pylint: disable=wildcard-import

NUMBERS = (0, 1, 2, 3, 4, 7, 8, 15, 16, 100, 255, 256, 257, 1023, 1024, 4095, 4096, 32767, 32768,
           65535, 65536, 2**31 - 1, 2**31, 2**32 - 1, 2**48, 2**63, 2**64 - 4096, 2**64 - 1)
REQUESTS = [*range(0, 45), 255, 2**31, 2**32 - 1]
OFTEN = [SET_FEATURES, SET_MEM_TABLE, SET_VRING_NUM, SET_VRING_ADDR, SET_VRING_BASE, GET_VRING_BASE,
         SET_VRING_KICK, SET_VRING_CALL, SET_VRING_ENABLE]
ROUNDS = (4, 24)
PIECES = (2, 3, 4, 11, 12, 13, 64, 250)
SUMS = (8, 12, 13, 60, 72, 1500, 2048, 2**16, 2**20, 2**32 + 1, 2**32 + 72, 2**32 + 1500)


class Attack:
    def __init__(self, seed, number):
        self.rng = random.Random(f"{seed}/{number}")
        self.speaks_wrongly = number % 2 == 0
        self.chains_only = number % 8 == 7

    def run(self, m):
        if self.speaks_wrongly:
            self.messages(m)
        elif self.chains_only:
            self.chains(m)
        else:
            self.rings(m)

    def number(self, limit=2**64):
        kind = self.rng.random()
        if kind < 0.6:
            return self.rng.choice(NUMBERS) % limit
        if kind < 0.8:
            return self.rng.randrange(min(limit, 512))
        return self.rng.randrange(limit)

    # -- messages ---------------------------------------------------------------------------

    def messages(self, m):
        rng = self.rng
        begin = rng.random()
        if begin < 0.6:
            m.start(rng.choice((2, 64, 256, 1024)))
            m.post(rng.choice((0, 16, 64)))
        elif begin < 0.8:
            m.introduce()
            m.share()
        for _ in range(rng.randint(*ROUNDS)):
            self.message(m)
            if rng.random() < 0.2:
                m.post(8)
                m.send(4)
            if rng.random() < 0.1:
                time.sleep(0.001)

    def message(self, m):
        rng = self.rng
        request = rng.choice(OFTEN if rng.random() < 0.7 else REQUESTS)
        payload = self.payload(m, request)
        fds = self.descriptors(m, request, payload)
        flags = VERSION if rng.random() < 0.9 else rng.choice((0, 2, 5, 9, 13, 2**32 - 1))
        size = len(payload) if rng.random() < 0.95 else self.number(2**32)
        if rng.random() < 0.05:
            payload = payload[:rng.randrange(len(payload) + 1)]
        m.tell(request, payload, fds, flags, size)

    def payload(self, m, request):
        rng = self.rng
        ring = rng.choice((0, 1)) if rng.random() < 0.85 else self.number(2**32)
        if request == SET_MEM_TABLE:
            nb = rng.choice((1, 1, 1, 2, 8, 0, 9))
            wild = rng.random() < 0.5
            regions = [[i * (MEMORY // nb), MEMORY // nb, USER_BASE + i * (MEMORY // nb),
                        i * (MEMORY // nb)] for i in range(nb)]
            for region in regions:
                if wild:
                    region[rng.randrange(4)] = self.number()
            return struct.pack("<II", nb, 0) + b"".join(struct.pack("<QQQQ", *r) for r in regions)
        if request == SET_VRING_ADDR:
            base = USER_BASE + ring % 2 * RING_STEP
            parts = [base + DESC, base + USED, base + AVAIL, 0]
            if rng.random() < 0.5:
                parts[rng.randrange(4)] = rng.choice(
                    (self.number(), USER_BASE + MEMORY - self.number(4096), base + self.number(64)))
            return struct.pack("<IIQQQQ", ring, rng.random() < 0.1, *parts)
        if request in (SET_VRING_KICK, SET_VRING_CALL, SET_VRING_ERR):
            return struct.pack("<Q", rng.choice((ring % 256, ring % 256 | NO_FD)) if ring < 2
                               or rng.random() < 0.5 else self.number())
        if request in (SET_VRING_NUM, SET_VRING_BASE, GET_VRING_BASE, SET_VRING_ENABLE):
            return struct.pack("<II", ring, self.number(2**32))
        if request == SET_FEATURES:
            return struct.pack("<Q", rng.choice((m.features, m.features, self.number())))
        return rng.randbytes(rng.choice((0, 8, 8, 16, 40, 264, 632)))

    def descriptors(self, m, request, payload):
        rng = self.rng
        nb = 0
        if request == SET_MEM_TABLE:
            nb = min(struct.unpack_from("<I", payload)[0], 8)
        elif request in (SET_VRING_KICK, SET_VRING_CALL, SET_VRING_ERR):
            value = struct.unpack("<Q", payload)[0]
            # librte_vhost loses the descriptors of a ring beyond 255: cases.py has that
            if value & 0xff not in (0, 1):
                return []
            nb = 0 if value & NO_FD else 1
        elif request == SET_SLAVE_REQ_FD:
            nb = 1
        if rng.random() < 0.1 and request not in (SET_VRING_NUM, SET_VRING_BASE, GET_VRING_BASE,
                                                  SET_VRING_ADDR, SET_VRING_ENABLE, SET_INFLIGHT_FD):
            nb = rng.choice((0, 1, 2, 8))
        return [self.descriptor(m, request) for _ in range(nb)]

    def descriptor(self, m, request):
        rng = self.rng
        if rng.random() < 0.8:
            return m.fd if request == SET_MEM_TABLE else m.event()
        kind = rng.randrange(5)
        if kind == 0:
            fds = os.pipe()
        elif kind == 1:
            fds = [os.open("/dev/null", os.O_RDWR)]
        elif kind == 2:
            fds = [os.memfd_create("short")]
            os.ftruncate(fds[0], rng.choice((0, 1, 4096)))
        elif kind == 3:
            fds = [end.detach() for end in socket.socketpair()]
        else:
            fds = [os.open(f"/proc/self/fd/{m.fd}", os.O_RDONLY)]
        m.fds += fds
        return fds[0]

    # -- rings ------------------------------------------------------------------------------

    def rings(self, m):
        rng = self.rng
        size = rng.choice((32, 32, 64, 256, 1024, 2048))
        m.start(size)
        for _ in range(rng.randint(*ROUNDS)):
            for ring in (RX, TX):
                self.fill(m, ring, size)
            if rng.random() < 0.05:
                os.ftruncate(m.fd, rng.choice((0, 4096, MEMORY // 2)))
                time.sleep(0.002)
                os.ftruncate(m.fd, MEMORY)
            if rng.random() < 0.1:
                m.state(SET_VRING_ENABLE, rng.choice((RX, TX)), rng.choice((0, 1)))
            time.sleep(rng.choice((0, 0.0005, 0.002)))
        m.sync()

    def fill(self, m, ring, size):
        rng = self.rng
        what = rng.random()
        if what < 0.1:
            # any bytes, anywhere in the ring
            at = ring * RING_STEP + rng.choice((DESC, AVAIL, USED))
            m.memory[at:at + 4096] = rng.randbytes(4096)
            return
        for _ in range(rng.choice((1, 8, 64))):
            index = rng.randrange(size)
            address = rng.choice((BUFFERS + self.number(BUFFERS), self.number(),
                                  MEMORY - self.number(64)))
            flags = rng.choice((0, NEXT, WRITE, NEXT | WRITE, INDIRECT, INDIRECT | NEXT, rng.getrandbits(16)))
            m.descriptor(ring, index, address, self.number(2**32), flags,
                         rng.choice((index + 1, index, self.number(65536))))
            m.offer(ring, index if rng.random() < 0.9 else self.number(65536))
        if what < 0.2:
            m.index(ring, self.number(65536))

    # -- chains -----------------------------------------------------------------------------

    def chains(self, m):
        rng = self.rng
        size = rng.choice((256, 1024))
        m.introduce()
        large = m.share_large()
        for ring in (RX, TX):
            m.start_ring(ring, size)
        m.sync()
        for _ in range(rng.randint(*ROUNDS)):
            ring = rng.choice((RX, TX))
            for index, length, last in self.pieces(rng.randrange(size), size):
                address = rng.choice((BUFFERS, MEMORY - min(length, MEMORY), MEMORY - 1, large))
                m.descriptor(ring, index, large if length > MEMORY else address, length,
                             (WRITE if ring == RX else 0) | (0 if last else NEXT), (index + 1) % size)
                if last:
                    m.offer(ring, (index - last + 1) % size, rng.choice((1, 4, 32)))
            time.sleep(rng.choice((0.0005, 0.002)))
        m.sync()

    def pieces(self, first, size):
        """Of one chain: index, length, and with the last one how many there are (else 0)."""
        rng = self.rng
        nb = rng.choice(PIECES)
        total = rng.choice(SUMS)
        lengths = [total // nb] * nb if rng.random() < 0.5 else [1] * nb
        lengths[-1] = max(total - sum(lengths[:-1]), 1) % 2**32
        for i, length in enumerate(lengths):
            yield (first + i) % size, length, nb if i == nb - 1 else 0
