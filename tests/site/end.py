# SPDX-License-Identifier: BSD-3-Clause
"""One end of the way that is tried: a stand-in for a VM on a vhost-user socket, in a thread of its own. It sends
numbered frames, hears those of others, and sends back what asks for it; whenever its spp_vf goes it connects anew.
"""

import os
import select
import socket
import struct
import threading
import time

from stream import SPOKEN_FOR, Stream, frame, read
from vhost_frontend import (AVAIL, BUFFERS, DESC, HEADER, MRG_HEADER, PROTOCOL_FEATURES, RING_OFFSET, RING_SIZE, RX,
                            SET_VRING_CALL, TX, USED, VERSION_1, WRITE, Closed, Frontend, write_index)

FEATURES = 1 << VERSION_1 | 1 << PROTOCOL_FEATURES
SLOT = 2048
PLACE = (BUFFERS, BUFFERS + RING_SIZE * SLOT)  # a buffer of its own for each descriptor of each ring
FULL_S = 1.0  # how long a sender waits for room


class Guest(Frontend):
    """With buffers that stay where they are, and none that it waits for."""

    def give(self, count):
        """So many empty buffers."""
        for _ in range(count):
            index = self.available[RX] % RING_SIZE
            self.write_descriptor(RX, index, PLACE[RX] + index * SLOT, SLOT, WRITE)
            self.offer(RX, index)

    def take(self):
        """The next frame; None: none has come."""
        if self.used(RX) == self.seen[RX]:
            return None
        entry = RING_OFFSET[RX] + USED + 4 + 8 * (self.seen[RX] % RING_SIZE)
        index, length = struct.unpack_from("<II", self.memory, entry)
        address = PLACE[RX] + index * SLOT
        self.seen[RX] = (self.seen[RX] + 1) & 0xffff
        return self.memory[address + MRG_HEADER:address + length]

    def room(self):
        return (self.available[TX] - self.used(TX)) & 0xffff < RING_SIZE

    def put(self, data):
        index = self.available[TX] % RING_SIZE
        address = PLACE[TX] + index * SLOT
        data = HEADER + data
        self.memory[address:address + len(data)] = data
        struct.pack_into("<QIHH", self.memory, RING_OFFSET[TX] + DESC + 16 * index, address, len(data), 0, 0)
        base = RING_OFFSET[TX] + AVAIL
        write_index(self.memory, base + 4 + 2 * index, index)
        self.available[TX] = (self.available[TX] + 1) & 0xffff
        write_index(self.memory, base + 2, self.available[TX])
        os.eventfd_write(self.kick, 1)


class End:
    def __init__(self, path, mac, peer_mac):
        self.path, self.mac, self.peer_mac = path, mac, peer_mac
        self.streams = {}     # by number: those that are heard here
        self.guest = None
        self.connections = 0
        self.lock = threading.Lock()  # of the ring for sending: the echo comes from the other thread
        self.done = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def close(self):
        self.done.set()
        self.thread.join()

    # -- hearing --------------------------------------------------------------------------------

    def _run(self):
        while not self.done.is_set():
            try:
                self._serve()
            except (OSError, Closed, ValueError):  # the last one: its memory was closed
                self.done.wait(0.02)

    def _serve(self):
        kick, call = os.eventfd(0, os.EFD_NONBLOCK), os.eventfd(0, os.EFD_NONBLOCK)
        guest = None
        try:
            guest = Guest(self.path, FEATURES, kick=kick)
            for ring in (RX, TX):
                guest.tell(SET_VRING_CALL, struct.pack("<Q", ring), [call])
            guest.give(RING_SIZE)
            with self.lock:
                self.guest = guest
                self.connections += 1
            self._hear(guest, call)
        finally:
            with self.lock:
                self.guest = None
            if guest is not None:
                guest.close()
            os.close(kick)
            os.close(call)

    def _hear(self, guest, call):
        while not self.done.is_set():
            ready = select.select([call, guest.sock], [], [], 0.2)[0]
            if guest.sock in ready and guest.sock.recv(1, socket.MSG_DONTWAIT) == b"":
                raise Closed("end of file")
            if call in ready:
                os.eventfd_read(call)
            while (data := guest.take()) is not None:
                guest.give(1)
                os.eventfd_write(guest.kick, 1)
                self._take(data)

    def _take(self, data):
        ours = read(data)
        if ours is None:
            return
        stream, number, sent_ns, whole = ours
        if stream in self.streams:
            self.streams[stream].take(number, sent_ns, whole)
        elif stream & SPOKEN_FOR:
            self._send(data[6:12] + data[:6] + data[12:])

    # -- sending --------------------------------------------------------------------------------

    def _send(self, data):
        """False: no spp_vf, or it takes nothing."""
        end = time.monotonic() + FULL_S
        while True:
            with self.lock:
                if self.guest is None:
                    return False
                if self.guest.room():
                    self.guest.put(data)
                    return True
            if time.monotonic() > end:
                return False
            time.sleep(0.001)

    def send(self, stream, size):
        """The next one of it."""
        if self._send(frame(self.peer_mac, self.mac, stream.number, stream.sent, size)):
            stream.sent += 1
            return True
        stream.refused += 1
        return False

    def problem(self):
        return None if self.guest is not None else f"{self.path}: no spp_vf serves it"


class Talker:
    """A stream of frames of all sizes from one end to another, at a pace, until it is stopped."""

    numbers = iter(range(1, SPOKEN_FOR))

    def __init__(self, source, target, rate, sizes):
        self.source, self.rate, self.sizes = source, rate, sizes
        self.stream = Stream(next(Talker.numbers))
        target.streams[self.stream.number] = self.stream
        self.done = threading.Event()
        self.thread = threading.Thread(target=self._talk, daemon=True)
        self.thread.start()

    def _talk(self):
        begun, turn = time.monotonic(), 0
        while not self.done.is_set():
            ahead = begun + turn / self.rate - time.monotonic()
            if ahead > 0:
                time.sleep(ahead)
            elif ahead < -1:  # this machine stood still: not all of it at once
                begun -= ahead
            self.source.send(self.stream, self.sizes[turn % len(self.sizes)])
            turn += 1

    def stop(self, settle):
        """The stream, when all has come, or for settle seconds nothing more."""
        self.done.set()
        self.thread.join()
        last, end = -1, time.monotonic() + settle
        while len(self.stream.came) < self.stream.sent and time.monotonic() < end:
            if len(self.stream.came) != last:
                last, end = len(self.stream.came), time.monotonic() + settle
            time.sleep(0.01)
        return self.stream
