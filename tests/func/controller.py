# SPDX-License-Identifier: BSD-3-Clause
"""A controller for tests: takes the connections of spp_primary and spp_vf, and can misbehave.

Also the client of the processes' local sockets. Knows the framing of replies (one JSON object
each) and `process`, nothing else of the protocol.
"""

import json
import select
import socket
import time

from proc import Timeout, wait_for

PROCESS = {"commands": [{"command": "process"}]}


def to_bytes(message):
    if isinstance(message, bytes):
        return message
    if isinstance(message, str):
        return message.encode()
    return json.dumps(message).encode()


class Stream:
    """A socket on which requests go out and JSON objects come back."""

    def __init__(self, sock):
        self.sock = sock
        self.buffer = ""

    def send(self, message, deadline=20.0):
        """bytes and str go as they are, anything else as JSON."""
        self.sock.settimeout(deadline)
        self.sock.sendall(to_bytes(message))

    def reply(self, deadline=10.0):
        """The next reply, parsed."""
        end = time.monotonic() + deadline
        while True:
            text = self.buffer.lstrip()
            if text:
                try:
                    value, length = json.JSONDecoder().raw_decode(text)
                    self.buffer = text[length:]
                    return value
                except json.JSONDecodeError:
                    pass  # not all there yet
            left = end - time.monotonic()
            if left <= 0:
                raise Timeout(f"no reply within {deadline:g} s; so far: {text[:300]!r}")
            self.sock.settimeout(left)
            try:
                data = self.sock.recv(1 << 16)
            except socket.timeout:
                continue
            if not data:
                raise ConnectionError(f"connection closed before the reply; so far: {text[:300]!r}")
            self.buffer += data.decode()

    def request(self, message, deadline=10.0):
        self.send(message)
        return self.reply(deadline)

    def silent(self, seconds):
        """Nothing comes in for so long (and nothing is waiting)."""
        if self.buffer.strip():
            return False
        readable, _, _ = select.select([self.sock], [], [], seconds)
        return not readable

    def closed(self, deadline=5.0):
        """The other side closes within the deadline (what it still sends is thrown away)."""
        self.sock.settimeout(deadline)
        try:
            while self.sock.recv(1 << 16):
                pass
        except socket.timeout:
            return False
        except ConnectionError:
            pass
        return True

    def close(self):
        self.sock.close()


class Controller:
    """TCP server on a port of its own; peers by their process id, 0 being the primary."""

    def __init__(self, port=0):
        self.server = socket.socket()
        self.server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.server.bind(("127.0.0.1", port))
        self.server.listen(64)
        self.port = self.server.getsockname()[1]
        self.address = f"127.0.0.1:{self.port}"
        self.peers = {}

    def accept(self, deadline=10.0):
        """The next connection, unasked."""
        self.server.settimeout(deadline)
        try:
            sock, _ = self.server.accept()
        except socket.timeout:
            raise Timeout(f"nobody connected to {self.address} within {deadline:g} s") from None
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return Stream(sock)

    def poll(self):
        """Take the connections that wait; nothing is waited for."""
        while select.select([self.server], [], [], 0)[0]:
            stream = self.accept(0.1)
            try:
                process = stream.request(PROCESS, 1.0)["process"]
            except (OSError, AssertionError):
                stream.close()  # it has ended meanwhile
                continue
            if process in self.peers:
                self.peers[process].close()
            self.peers[process] = stream

    def wait(self, process_id, deadline=15.0):
        """Accept until the process with this id has connected (anew); its stream."""
        end = time.monotonic() + deadline
        old = self.peers.pop(process_id, None)
        if old is not None:
            old.close()
        while process_id not in self.peers:
            left = end - time.monotonic()
            if left <= 0:
                raise Timeout(f"process {process_id} did not connect within {deadline:g} s")
            stream = self.accept(left)
            answer = stream.request(PROCESS, left)
            self.peers[answer["process"]] = stream
        return self.peers[process_id]

    def __getitem__(self, process_id):
        if process_id not in self.peers:
            return self.wait(process_id)
        return self.peers[process_id]

    def close_listener(self):
        self.server.close()

    def close(self):
        self.server.close()
        for stream in self.peers.values():
            stream.close()
        self.peers = {}


def local(path, message, deadline=5.0):
    """Ask a process over its local socket."""
    sock = socket.socket(socket.AF_UNIX)
    stream = Stream(sock)
    try:
        sock.settimeout(deadline)
        sock.connect(path)
        return stream.request(message, deadline)
    finally:
        stream.close()


def local_status(path, deadline=5.0):
    return local(path, {"commands": [{"command": "status"}]}, deadline)["info"]


def wait_status(path, what, condition, deadline=10.0):
    """Until condition(info) is true; the info."""
    def look():
        info = local_status(path)
        return info if condition(info) else None
    return wait_for(what, look, deadline, step=0.05)
