# SPDX-License-Identifier: BSD-3-Clause
"""The controller of the first spp_vf and of spp_primary: restarted, silent, deaf, or sending garbage.
While it is none, nobody can flush.
"""

import json
import os
import time

from act import Act
from controller import Controller, PROCESS

BACK_S = 15.0
WAYS = ["restarted", "silent", "deaf", "garbage", "half a message"]
STATUS = json.dumps({"commands": [{"command": "status"}]}).encode()


class Controllers(Act):
    @property
    def here(self):
        return self.b.controller

    def run(self):
        while True:
            yield from self.pause(2.0, 10.0)
            yield from self.rest()
            way = self.rng.choice(WAYS)
            self.soak.controlled = False
            yield from getattr(self, way.replace(" ", "_"))()
            yield from self.back()
            self.counts[way] += 1

    def back(self):
        """Both connect anew."""
        def connected():
            self.here.poll()
            return {0, 1} <= set(self.here.peers)

        yield from self.until("spp_vf 1 and spp_primary to connect again", connected, BACK_S)
        self.soak.bed.peer = self.here.peers[1]
        self.soak.controlled = True

    def drop(self):
        for peer in self.here.peers.values():
            peer.close()
        self.here.peers.clear()

    def restarted(self):
        port = self.here.port
        self.here.close()
        yield from self.pause(0.0, 2.0)
        self.b.controller = Controller(port)

    def silent(self):
        yield from self.pause(0.5, 3.0)

    def deaf(self):
        """Asks and asks, and reads no answer."""
        for peer in self.here.peers.values():
            self.push(peer.sock, STATUS * 10000)
        yield from self.pause(0.5, 2.0)
        self.drop()

    def garbage(self):
        """For a second or so, reading what comes back."""
        end = time.monotonic() + self.rng.uniform(0.2, 1.5)
        while time.monotonic() < end:
            for peer in self.here.peers.values():
                self.push(peer.sock, self.noise())
                self.pull(peer.sock)
            yield
        self.drop()

    def half_a_message(self):
        for peer in self.here.peers.values():
            peer.send(json.dumps(PROCESS)[:self.rng.randrange(2, 20)])
        for peer in self.here.peers.values():
            # It gives the half up after some seconds, and says so.
            reply = yield from self.until("an answer to half a message", lambda p=peer: (
                None if p.silent(0) else p.reply(1)))
            if reply["results"][0]["result"] != "error":
                raise AssertionError(f"half a message was answered with {reply}")

    def noise(self):
        kind = self.rng.randrange(4)
        size = self.rng.randrange(1, 65536)
        if kind == 0:
            return os.urandom(size)
        if kind == 1:
            return self.rng.choice([b"[", b"{", b"{[", b'{"', b"}\n", b"\n"]) * (size // 2)
        if kind == 2:
            return STATUS[:self.rng.randrange(1, len(STATUS))] * (size // len(STATUS))
        return b"componant start x 2 forward;" * (size // 64) + b"\n"

    @staticmethod
    def push(sock, data):
        """What the other side takes at once."""
        sock.setblocking(False)
        try:
            while data:
                data = data[sock.send(data):]
        except (BlockingIOError, ConnectionError):
            pass

    @staticmethod
    def pull(sock):
        try:
            while sock.recv(1 << 16):
                pass
        except (BlockingIOError, ConnectionError):
            pass
