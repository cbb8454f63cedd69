# SPDX-License-Identifier: BSD-3-Clause
"""Two NICs and their cables: what comes out of them, by number, while one or the other is pulled.

The cable of a NIC is its TAP, in a bridge of its own: pulled is `ip link set TAP down`, which the
driver shows as a lost link, and what is sent then is lost as by a cable.
"""

import threading
import time

from frames import KIND, Tap, frame, mac_bytes
from proc import run, wait_for
from vhost_frontend import TX

RARP = 0x8035
GUEST = "02:00:00:00:aa:00"


def number_of(data):
    """Of a numbered frame; None: not one of ours."""
    if int.from_bytes(data[12:14], "big") != KIND:
        return None
    return int.from_bytes(data[14:18], "big")


def rarp(data):
    """(MAC, VID or None) that a frame tells of; None: no RARP. As it must be, or AssertionError."""
    tag = data[12:14] == b"\x81\x00"
    body = data[18:] if tag else data[14:]
    if int.from_bytes(data[16:18] if tag else data[12:14], "big") != RARP:
        return None
    mac = data[6:12]
    assert data[:6] == b"\xff" * 6, data.hex()
    # RFC 903: Ethernet, IP, lengths 6 and 4, request reverse; asks for itself
    assert body[:8] == bytes.fromhex("0001080006040003"), data.hex()
    assert body[8:14] == mac and body[18:24] == mac, data.hex()
    vid = int.from_bytes(data[14:16], "big") & 0xfff if tag else None
    return ":".join(f"{byte:02x}" for byte in mac), vid


class Here:
    """In place of a namespace."""

    @staticmethod
    def inside(make):
        return make()


class Cable:
    """One TAP: hears all that the NIC sends, and can be pulled and put back."""

    def __init__(self, tap):
        self.tap = tap
        self.heard = []  # (when, frame)
        self.done = threading.Event()
        self.ear = Tap(Here, tap)
        self.ear.sock.settimeout(0.1)
        self.thread = threading.Thread(target=self._listen, daemon=True)
        self.thread.start()

    def _listen(self):
        while not self.done.is_set():
            try:
                data = self.ear.receive()
            except OSError:  # nothing comes; or the TAP is down: said once, then it goes on
                continue
            if data is not None:
                self.heard.append((time.monotonic(), data))

    def pull(self):
        run("ip", "link", "set", self.tap, "down")
        return time.monotonic()

    def put_back(self):
        run("ip", "link", "set", self.tap, "up")

    def send(self, dst, *numbers):
        """To the NIC."""
        for number in numbers:
            self.ear.sock.send(frame(dst, number))

    def numbers(self):
        return [n for _, data in list(self.heard) if (n := number_of(data)) is not None]

    def announced(self):
        """[(when, MAC, VID)] of all RARPs."""
        return [(when, *told) for when, data in list(self.heard)
                if (told := rarp(data)) is not None]

    def close(self):
        self.done.set()
        self.thread.join()
        self.ear.close()


class Talker:
    """A guest that sends numbered frames at a pace until it is stopped."""

    def __init__(self, guest, pps=1000, burst=5):
        self.guest, self.pps, self.burst = guest, pps, burst
        self.sent = 0
        self.sent_at = []  # by number
        self.done = threading.Event()
        guest.wait_used = self._wait_used
        self.thread = threading.Thread(target=self._talk, daemon=True)
        self.thread.start()

    def _wait_used(self, ring=TX, deadline=5.0):
        """In place of the guest's, whose step is too long for a pace."""
        wait_for("the other side", lambda: self.guest.used(ring) == self.guest.available[ring],
                 deadline, step=0.0002)

    def _talk(self):
        start = time.monotonic()
        while not self.done.is_set():
            ahead = start + self.sent / self.pps - time.monotonic()
            if ahead > 0:
                time.sleep(ahead)
            self.guest.send_burst([self.frame(self.sent + i) for i in range(self.burst)])
            self.sent_at += [time.monotonic()] * self.burst
            self.sent += self.burst

    @staticmethod
    def frame(number):
        data = frame("02:00:00:00:ee:99", number)
        return data[:6] + mac_bytes(GUEST) + data[12:]

    def stop(self):
        self.done.set()
        self.thread.join()
        del self.guest.wait_used
        return self.sent


__all__ = ["Cable", "GUEST", "Talker", "number_of", "rarp"]
