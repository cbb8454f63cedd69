# SPDX-License-Identifier: BSD-3-Clause
"""A guest of our own on a vhost-user socket, that can do what no honest guest would.

It speaks the protocol as qemu does (one queue pair, split rings, its memory a memfd) and gives a
test every byte it shares: frames with their virtio headers, descriptors, indexes. It polls; no
interrupts. Enough for behaviour, not for speed.
"""

import array
import mmap
import os
import socket
import struct
import time

from proc import wait_for

GET_FEATURES, SET_FEATURES, SET_OWNER, SET_MEM_TABLE = 1, 2, 3, 5
SET_VRING_NUM, SET_VRING_ADDR, SET_VRING_BASE, GET_VRING_BASE = 8, 9, 10, 11
SET_VRING_KICK, SET_VRING_CALL, SET_VRING_ENABLE, NET_SET_MTU = 12, 13, 18, 20
VERSION, REPLY = 1, 4

# Feature bits.
CSUM, GUEST_CSUM, MTU, GSO, MRG_RXBUF, MQ = 0, 1, 3, 6, 15, 22
GUEST_OFFLOADS = (7, 8, 9, 10)
HOST_OFFLOADS = (11, 12, 13, 14)
LOG_ALL, INDIRECT_DESC, PROTOCOL_FEATURES, VERSION_1, RING_PACKED = 26, 28, 30, 32, 34

NEXT, WRITE, INDIRECT = 1, 2, 4
RX, TX = 0, 1  # ring numbers, as the guest sees them
RING_SIZE = 256
MEMORY = 8 << 20
USER_BASE = 0x10000000      # the guest's own view of its memory; physical addresses begin at 0
RING_OFFSET = (0, 0x10000)  # desc 4 KiB, avail, used: one after the other
DESC, AVAIL, USED = 0, 0x1000, 0x2000
BUFFERS = 0x100000          # packet memory begins here
HEADER = bytes(12)
MRG_HEADER = 12


def write_index(memory, at, value):
    """As one: struct.pack_into() writes zeros first, and whoever reads them takes 65,000 frames for new."""
    memory[at:at + 2] = value.to_bytes(2, "little")


def read_index(memory, at):
    return int.from_bytes(memory[at:at + 2], "little")


class Closed(AssertionError):
    """The other side ended the connection."""


class Frontend:
    def __init__(self, path, features=None, deadline=5.0, kick=None, private=False, mtu=None):
        """Connect and bring both rings up.

        features: instead of all that is offered. private: its memory is not shared, though its
        file is handed over, as with qemu's share=off. mtu: say so, as qemu does with host_mtu.
        """
        self.kick = kick
        self.kicks = [None, None]
        self.mtu = mtu
        self.fd = os.memfd_create("frontend")
        os.ftruncate(self.fd, MEMORY)
        self.memory = mmap.mmap(self.fd, MEMORY, mmap.MAP_PRIVATE if private else mmap.MAP_SHARED)
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(deadline)
        try:
            self._introduce(path, features)
        except Exception:
            self.close()
            raise

    def _introduce(self, path, features):
        self.sock.connect(path)
        self.offered = self.ask(GET_FEATURES)
        self.features = self.offered if features is None else features
        self.tell(SET_OWNER)
        if self.mtu is not None:
            self.tell(NET_SET_MTU, struct.pack("<Q", self.mtu))
        self.tell(SET_FEATURES, struct.pack("<Q", self.features))
        self.tell(SET_MEM_TABLE, struct.pack("<IIQQQQ", 1, 0, 0, MEMORY, USER_BASE, 0), [self.fd])
        self.set_up(self.kick)

    # -- protocol ---------------------------------------------------------------------------

    def tell(self, request, payload=b"", fds=()):
        ancillary = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))] if fds else []
        message = struct.pack("<III", request, VERSION, len(payload)) + payload
        try:
            self.sock.sendmsg([message], ancillary)
        except (BrokenPipeError, ConnectionResetError) as e:
            raise Closed(str(e)) from e

    def ask(self, request, payload=b""):
        """The number in the reply; of a ring's base, the second one."""
        self.tell(request, payload)
        header = self._read(12)
        size = struct.unpack("<III", header)[2]
        body = self._read(size)
        return struct.unpack("<Q" if request == GET_FEATURES else "<4xI", body)[0]

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

    def is_closed(self):
        """The other side has ended the connection; nothing is expected on it now."""
        self.sock.settimeout(0.1)
        try:
            return self.sock.recv(1) == b""
        except TimeoutError:
            return False
        except ConnectionResetError:
            return True

    def set_up(self, kick=None):
        """Both rings, empty, from index 0: as a driver does that was just loaded.

        kick: a descriptor to hand over as the one by which we say that we sent something; False:
        none, which asks the other side to look (bit 8, VHOST_USER_VRING_NOFD_MASK).
        """
        self.available = [0, 0]
        self.seen = [0, 0]
        self.next_buffer = BUFFERS
        for ring in (RX, TX):
            base = RING_OFFSET[ring]
            self.memory[base:base + 0x4000] = bytes(0x4000)
            user = USER_BASE + base
            self.tell(SET_VRING_NUM, struct.pack("<II", ring, RING_SIZE))
            self.tell(SET_VRING_BASE, struct.pack("<II", ring, 0))
            self.tell(SET_VRING_ADDR, struct.pack("<IIQQQQ", ring, 0, user + DESC, user + USED,
                                                  user + AVAIL, 0))
            for request in (SET_VRING_KICK, SET_VRING_CALL):
                if kick is False and request == SET_VRING_KICK:
                    self.tell(request, struct.pack("<Q", ring | 1 << 8))
                    continue
                event = os.dup(kick) if kick else os.eventfd(0, os.EFD_NONBLOCK)
                self.tell(request, struct.pack("<Q", ring), [event])
                if request == SET_VRING_KICK:
                    event, self.kicks[ring] = self.kicks[ring], event
                if event is not None:
                    os.close(event)
            self.enable(ring, True)

    def notify(self, ring):
        """Kick: say that something was made available."""
        os.eventfd_write(self.kicks[ring], 1)

    def enable(self, ring, on):
        self.tell(SET_VRING_ENABLE, struct.pack("<II", ring, int(on)))

    def reset(self):
        """Stop both rings, as qemu does when the guest's driver resets the device."""
        for ring in (RX, TX):
            self.ask(GET_VRING_BASE, struct.pack("<II", ring, 0))

    def close(self):
        self.sock.close()
        self.memory.close()
        for fd in (self.fd, *self.kicks):
            if fd is not None:
                os.close(fd)
        self.fd, self.kicks = None, []

    # -- rings ------------------------------------------------------------------------------

    def write_descriptor(self, ring, index, address, length, flags=0, following=0):
        struct.pack_into("<QIHH", self.memory, RING_OFFSET[ring] + DESC + 16 * index, address,
                         length, flags, following)

    def offer(self, ring, head):
        """Give the chain that begins at descriptor head to the other side."""
        base = RING_OFFSET[ring] + AVAIL
        write_index(self.memory, base + 4 + 2 * (self.available[ring] % RING_SIZE), head)
        self.available[ring] = (self.available[ring] + 1) & 0xffff
        write_index(self.memory, base + 2, self.available[ring])

    def used(self, ring):
        """How many chains the other side has given back, modulo 65,536."""
        return read_index(self.memory, RING_OFFSET[ring] + USED + 2)

    def wait_used(self, ring=TX, deadline=5.0):
        """Until it has given back all."""
        wait_for("the guest's buffers back", lambda: self.used(ring) == self.available[ring],
                 deadline)

    def place(self, data):
        """Put bytes into packet memory; their address."""
        if self.next_buffer + len(data) > MEMORY:
            self.next_buffer = BUFFERS
        address = self.next_buffer
        self.memory[address:address + len(data)] = data
        self.next_buffer += (len(data) + 63) & ~63
        return address

    def send(self, frame, header=HEADER, pieces=1):
        """Send a frame, as a chain of so many descriptors."""
        data = header + frame
        step = -(-len(data) // pieces)
        parts = [data[i:i + step] for i in range(0, len(data), step)]
        first = self.available[TX] * 8 % RING_SIZE  # 8 descriptors a chain: never in use twice
        for i, part in enumerate(parts):
            last = i == len(parts) - 1
            self.write_descriptor(TX, first + i, self.place(part), len(part),
                                  0 if last else NEXT, 0 if last else first + i + 1)
        self.offer(TX, first)
        self.wait_used()

    def send_burst(self, frames):
        """Send frames that the other side finds all at once."""
        base = RING_OFFSET[TX] + AVAIL
        for number, frame in enumerate(frames):
            index = (self.available[TX] + number) % RING_SIZE
            data = HEADER + frame
            self.write_descriptor(TX, index, self.place(data), len(data))
            write_index(self.memory, base + 4 + 2 * index, index)
        self.available[TX] = (self.available[TX] + len(frames)) & 0xffff
        write_index(self.memory, base + 2, self.available[TX])
        self.wait_used()

    def receive_all(self, seconds=0.3):
        """All frames that come within that time of each other."""
        found = []
        while not self.receives_nothing(seconds):
            found.append(self.receive())
        return found

    def post(self, count, size=2048):
        """Give count empty buffers for frames to the other side."""
        for _ in range(count):
            index = self.available[RX] % RING_SIZE
            self.write_descriptor(RX, index, self.place(bytes(size)), size, WRITE)
            self.offer(RX, index)

    def receive(self, deadline=5.0):
        """The next frame, from as many buffers as it took."""
        data, buffers = b"", 1
        while buffers > 0:
            wait_for("a frame", lambda: self.used(RX) != self.seen[RX], deadline)
            entry = RING_OFFSET[RX] + USED + 4 + 8 * (self.seen[RX] % RING_SIZE)
            index, length = struct.unpack_from("<II", self.memory, entry)
            address = struct.unpack_from("<Q", self.memory, RING_OFFSET[RX] + 16 * index)[0]
            part = self.memory[address:address + length]
            if not data:
                buffers = struct.unpack_from("<10xH", part)[0]
            data += part
            self.seen[RX] = (self.seen[RX] + 1) & 0xffff
            buffers -= 1
        return data[MRG_HEADER:]

    def receives_nothing(self, seconds=0.2):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.used(RX) != self.seen[RX]:
                return False
            time.sleep(0.01)
        return True
