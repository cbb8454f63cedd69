# SPDX-License-Identifier: BSD-3-Clause
"""A vhost-user master that may say anything: messages byte by byte, and rings whose every byte it owns.

What it sends is up to its caller (cases.py, fuzz.py); a connection that the other side ends is
Closed. Its memory is one memfd, seen twice: by user address (rings) and guest address (buffers).
"""

import array
import contextlib
import mmap
import os
import socket
import struct

from vhost_frontend import (  # noqa: F401  (cases and fuzz take them from here)
    Closed, GET_FEATURES, GET_VRING_BASE, INDIRECT, NEXT, RX, SET_FEATURES, SET_MEM_TABLE,
    SET_OWNER, SET_VRING_ADDR, SET_VRING_BASE, SET_VRING_CALL, SET_VRING_ENABLE, SET_VRING_KICK,
    SET_VRING_NUM, TX, VERSION, WRITE, read_index, write_index)

RESET_OWNER, SET_LOG_BASE, SET_LOG_FD, SET_VRING_ERR = 4, 6, 7, 14
GET_PROTOCOL_FEATURES, SET_PROTOCOL_FEATURES, GET_QUEUE_NUM, SEND_RARP = 15, 16, 17, 19
NET_SET_MTU, SET_SLAVE_REQ_FD, IOTLB_MSG, GET_CONFIG, SET_CONFIG = 20, 21, 22, 24, 25
CRYPTO_CREATE, CRYPTO_CLOSE, POSTCOPY_ADVISE, POSTCOPY_LISTEN, POSTCOPY_END = 26, 27, 28, 29, 30
GET_INFLIGHT_FD, SET_INFLIGHT_FD, SET_STATUS, GET_STATUS = 31, 32, 39, 40
REPLY, NEED_REPLY = 4, 8
NO_FD = 1 << 8

MEMORY = 16 << 20
USER_BASE = 0x10000000
RING_STEP = 0x200000            # user address of ring n: USER_BASE + n * RING_STEP
DESC, AVAIL, USED = 0, 0x100000, 0x140000   # room for 32,768 descriptors
BUFFERS = 0x800000
BUFFER = 2048
RING_MAX = 32768


class Master:
    def __init__(self, path, deadline=2.0):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(deadline)
        self.sock.connect(path)
        self.fd = os.memfd_create("hostile")
        os.ftruncate(self.fd, MEMORY)
        self.memory = mmap.mmap(self.fd, MEMORY)
        self.size = [256, 256]
        self.available = [0, 0]
        self.fds = []
        self.features = 0

    def close(self):
        self.sock.close()
        self.memory.close()
        os.close(self.fd)
        for fd in self.fds:
            with contextlib.suppress(OSError):
                os.close(fd)

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()

    # -- messages ---------------------------------------------------------------------------

    def raw(self, data, fds=()):
        ancillary = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))] if fds else []
        try:
            self.sock.sendmsg([data], ancillary)
        except (BrokenPipeError, ConnectionResetError) as e:
            raise Closed(str(e)) from e

    def tell(self, request, payload=b"", fds=(), flags=VERSION, size=None):
        size = len(payload) if size is None else size
        self.raw(struct.pack("<III", request, flags, size) + payload, fds)

    def u64(self, request, value, fds=(), flags=VERSION):
        self.tell(request, struct.pack("<Q", value), fds, flags)

    def state(self, request, ring, number, flags=VERSION):
        self.tell(request, struct.pack("<II", ring, number), flags=flags)

    def reply(self):
        """The payload of the next reply."""
        header = self._read(12)
        return self._read(struct.unpack("<III", header)[2])

    def _read(self, size):
        data = b""
        while len(data) < size:
            try:
                part = self.sock.recv(size - len(data))
            except ConnectionResetError as e:
                raise Closed(str(e)) from e
            if not part:
                raise Closed("end of file")
            data += part
        return data

    def discard(self):
        """Whatever has been answered so far."""
        deadline = self.sock.gettimeout()
        self.sock.settimeout(0)
        with contextlib.suppress(BlockingIOError, ConnectionResetError):
            while self.sock.recv(65536):
                pass
        self.sock.settimeout(deadline)

    def sync(self):
        """All messages so far have been dealt with; or Closed."""
        self.discard()
        self.tell(GET_QUEUE_NUM)
        self.reply()

    # -- an honest start, of which a caller may leave out or change parts ---------------------

    def introduce(self, features=None):
        self.tell(GET_FEATURES)
        offered = struct.unpack("<Q", self.reply())[0]
        self.features = offered if features is None else features
        self.tell(SET_OWNER)
        self.u64(SET_FEATURES, self.features)
        return offered

    def share(self, regions=None, fds=None, flags=VERSION):
        regions = [(0, MEMORY, USER_BASE, 0)] if regions is None else regions
        fds = [self.fd] * len(regions) if fds is None else fds
        self.tell(SET_MEM_TABLE, struct.pack("<II", len(regions), 0) +
                  b"".join(struct.pack("<QQQQ", *r) for r in regions), fds, flags)

    def share_large(self):
        """The memory, and 64 MiB at the address that is returned."""
        address, size = 1 << 32, 64 << 20
        fd = os.memfd_create("large")
        self.fds.append(fd)
        os.ftruncate(fd, size)
        self.share([(0, MEMORY, USER_BASE, 0), (address, size, USER_BASE + address, 0)], [self.fd, fd])
        return address

    def addresses(self, ring, desc=None, used=None, avail=None, flags=0):
        base = USER_BASE + ring % 2 * RING_STEP
        self.tell(SET_VRING_ADDR, struct.pack(
            "<IIQQQQ", ring, flags, base + DESC if desc is None else desc,
            base + USED if used is None else used, base + AVAIL if avail is None else avail, 0))

    def event(self):
        fd = os.eventfd(0, os.EFD_NONBLOCK)
        self.fds.append(fd)
        return fd

    def start_ring(self, ring, size=256):
        self.size[ring] = size
        self.available[ring] = 0
        base = ring * RING_STEP
        for offset in (AVAIL, USED):
            self.memory[base + offset:base + offset + 4] = bytes(4)
        self.state(SET_VRING_NUM, ring, size)
        self.state(SET_VRING_BASE, ring, 0)
        self.addresses(ring)
        self.u64(SET_VRING_KICK, ring, [self.event()])
        self.u64(SET_VRING_CALL, ring, [self.event()])
        self.state(SET_VRING_ENABLE, ring, 1)

    def start(self, size=256, features=None):
        """As an honest driver: both rings up, rx buffers posted."""
        self.introduce(features)
        self.share()
        for ring in (RX, TX):
            self.start_ring(ring, size)
        self.sync()

    # -- rings ------------------------------------------------------------------------------

    def descriptor(self, ring, index, address, length, flags=0, following=0):
        struct.pack_into("<QIHH", self.memory, ring * RING_STEP + DESC + 16 * (index % RING_MAX),
                         address & 0xffffffffffffffff, length & 0xffffffff, flags & 0xffff,
                         following & 0xffff)

    def offer(self, ring, head, count=1):
        base = ring * RING_STEP + AVAIL
        for _ in range(count):
            slot = self.available[ring] % max(self.size[ring], 1)
            write_index(self.memory, base + 4 + 2 * slot, head & 0xffff)
            self.available[ring] = (self.available[ring] + 1) & 0xffff
        self.index(ring, self.available[ring])

    def index(self, ring, value):
        """What it says is available."""
        write_index(self.memory, ring * RING_STEP + AVAIL + 2, value & 0xffff)

    def used(self, ring):
        return read_index(self.memory, ring * RING_STEP + USED + 2)

    def post(self, count, size=BUFFER):
        """Honest receive buffers."""
        for i in range(count):
            index = self.available[RX] % self.size[RX]
            self.descriptor(RX, index, BUFFERS + (i % 1024) * BUFFER, size, WRITE)
            self.offer(RX, index)

    def send(self, count=1, length=72):
        for _ in range(count):
            index = self.available[TX] % self.size[TX]
            self.descriptor(TX, index, BUFFERS + 0x400000, length)
            self.offer(TX, index)
