# SPDX-License-Identifier: BSD-3-Clause
"""What `sppctl trace --what-if` says beside what real frames do: same ends, same reasons, same counters."""

import collections
import json
import os
import struct
import subprocess
import time

import scenario
import status
from bench import program
from frames import SOURCE, Tap, frame, mac_bytes
from proc import wait_for
from spplib import FLUSH, SppTest, commands, component, table
from vhost_frontend import Frontend

MAC0, MAC1 = scenario.MACS
NOBODY, LOST, ENDED, DEAD = (f"02:00:00:00:00:{n:02x}" for n in (0x99, 0x98, 0x97, 0x96))
EVERYBODY, STP, PAUSE = "ff:ff:ff:ff:ff:ff", "01:80:c2:00:00:00", "01:80:c2:00:00:01"
TIMES = 3  # each frame is sent so often

IN_OUT = [component(2, "classifier", ["nic0"], ["ring0", "ring2"]),
          component(3, "merge", ["ring1", "ring3"], ["nic0"]),
          component(4, "forward", ["ring0"], [{"port": "vhost0", "vlan": {"operation": "del"}}]),
          component(5, "forward", [{"port": "vhost0", "filter": "reserved",
                                    "vlan": {"operation": "add", "id": 101, "pcp": 3}}], ["ring1"]),
          component(6, "forward", ["ring2"], ["vhost2"]),  # which has no guest
          component(7, "forward", ["vhost1"], ["ring3"]),
          table(f"101/{MAC0}", "ring0", "vlan"), table(MAC1, "ring2"), table(LOST, "ring5")]
# The broadcast comes twice: both its ways lead to one merge.
TWICE = [component(2, "classifier", ["nic0"], ["ring0", "ring1", "ring4", "ring5"]),
         component(3, "merge", ["ring0", "ring1"],
                   [{"port": "vhost0", "vlan": {"operation": "add", "id": 7}}]),
         component(4, "forward", ["ring5"], []),
         table(f"5/{MAC0}", "ring0", "vlan"), table(f"5/{MAC1}", "ring1", "vlan"),
         table(DEAD, "ring4"), table(ENDED, "ring5"), table("default", "ring0")]
# (from, to, VLAN, bytes with the tag and without CRC)
FRAMES_IN_OUT = [
    ("nic0", MAC0, 101, 64), ("nic0", MAC0, None, 60), ("nic0", MAC1, None, 60),
    ("nic0", MAC1, 0, 64), ("nic0", LOST, None, 60), ("nic0", NOBODY, 101, 64),
    ("nic0", EVERYBODY, None, 60), ("nic0", EVERYBODY, 101, 64), ("nic0", EVERYBODY, 9, 64),
    ("vhost0", NOBODY, None, 60), ("vhost0", NOBODY, 9, 64), ("vhost0", NOBODY, None, 42),
    ("vhost0", STP, None, 60), ("vhost0", NOBODY, None, 1518), ("vhost0", NOBODY, 9, 17),
    ("vhost1", STP, None, 60), ("vhost1", PAUSE, None, 60), ("vhost1", NOBODY, None, 1519),
    ("vhost1", NOBODY, None, 13), ("vhost1", NOBODY, 9, 17)]
FRAMES_TWICE = [
    ("nic0", EVERYBODY, 5, 64), ("nic0", EVERYBODY, 6, 64), ("nic0", NOBODY, None, 60),
    ("nic0", DEAD, None, 60), ("nic0", ENDED, None, 60), ("nic0", EVERYBODY, None, 60),
    ("nic0", NOBODY, None, 1514)]


class Here:
    """In place of a namespace: frames at the NIC's TAP itself, for no bridge forwards all of them."""

    @staticmethod
    def inside(make):
        return make()


def made(dst, vid, size, number):
    """A frame of that size, however short."""
    tag = 0 if vid is None else 4
    return frame(dst, number, max(size - tag, 60), vid)[:size]


def seen(one):
    """What a trace tells of a frame: its size, and the tag."""
    if one[12:14] != b"\x81\x00":
        return len(one), None
    tci = struct.unpack("!H", one[14:16])[0]
    return len(one), (tci & 0xfff, tci >> 13)


def counters(info):
    """All drops, by (port and side, or core; reason)."""
    found = collections.Counter()
    for port in info["port"]:
        for side in ("rx", "tx"):
            for reason, number in port[side]["drops"].items():
                found[f"{port['port']} {side}", reason] = number
    for one in info["component"]:
        for reason, number in one["drops"].items():
            found[f"core {one['core']}", reason] = number
    return found


class Trace(SppTest):
    in_event = True
    deadline = 180

    @classmethod
    def prepare(cls, b):
        wire = b.wire()
        b.start_controller()
        b.primary(rings=6)
        b.vf(1, config=b.vf_config(num_vhost=3))
        cls.wire = Tap(Here, wire.tap)
        cls.guests = {f"vhost{n}": Frontend(b.sock(n)) for n in (0, 1)}
        b.closers += [cls.wire.close, *(g.close for g in cls.guests.values())]
        for name, guest in cls.guests.items():
            wait_for(name, lambda port=name: status.port(b.vf_status(), port)["link_up"])
            guest.post(200)

    def wires(self, parts):
        old = [table(e["value"], "unuse", e["type"])
               for e in self.b.vf_status()["classifier_table"]]
        clear = [component(core, "none") for core in range(2, 8)]
        self.send_ok(self.b.controller[1], commands(*old, *clear, *parts, FLUSH))

    def told(self, source, dst, vid, size, *more):
        """The answer as JSON."""
        words = ["trace", "--what-if", source, dst, "--size", str(size), "--json", *more]
        if vid is not None:
            words += ["--vlan", str(vid)]
        done = subprocess.run([program("sppctl"), *words], env={**os.environ, **self.b.env},
                              text=True, stdin=subprocess.DEVNULL, capture_output=True, timeout=20,
                              check=False)
        self.assertEqual(done.stderr, "")
        answer = json.loads(done.stdout)
        sent = [e for e in answer["ends"] if e["result"] == "sent"]
        self.assertEqual(done.returncode, 0 if sent else 1)
        return answer

    @staticmethod
    def ends(answer):
        """(drops as in counters(), frames as in seen() by port), of TIMES frames."""
        drops, frames = collections.Counter(), collections.Counter()
        for end in answer["ends"]:
            if end["result"] == "sent":
                vlan = end["frame"]["vlan"]
                frames[end["port"], (end["frame"]["size"],
                                     vlan and (vlan["id"], vlan["pcp"]))] += TIMES
            else:
                at = end["at"]
                place = (f"core {at['component']['core']}" if "component" in at
                         else f"{at['port']} {at['side']}")
                drops[place, end["reason"]] += TIMES
        return drops, frames

    def from_wire(self):
        """Frames of ours at the NIC, however short they were when they were sent."""
        self.wire.sock.settimeout(0.1)
        while True:
            try:
                one = self.wire.receive()
            except TimeoutError:
                return
            if one is not None and one[6:12] == mac_bytes(SOURCE):
                yield one

    def arrived(self, count):
        """What came at the wire and at the guests, until that many have and nothing more does."""
        found, end = collections.Counter(), time.monotonic() + 5
        while True:
            for one in self.from_wire():
                found["nic0", seen(one)] += 1
            for name, guest in self.guests.items():
                while not guest.receives_nothing(0.02):
                    found[name, seen(guest.receive())] += 1
                    guest.post(1)
            if found.total() >= count or time.monotonic() > end:
                return found

    def compare(self, source, dst, vid, size):
        what = f"{source} to {dst}, VLAN {vid}, {size} bytes"
        drops, frames = self.ends(self.told(source, dst, vid, size))
        before = counters(self.b.vf_status())
        burst = [made(dst, vid, size, number) for number in range(TIMES)]
        if source == "nic0":
            self.wire.send(burst)
        else:
            self.guests[source].send_burst(burst)
        self.assertEqual(self.arrived(frames.total()), frames, what)
        wait_for(f"{what}: drops to be counted", lambda: (
            counters(self.b.vf_status()) - before).total() >= drops.total())
        self.assertEqual(counters(self.b.vf_status()) - before, drops, what)
        return set(reason for _, reason in drops) | {"sent"} if frames else set(
            reason for _, reason in drops)

    def test_real_frames_end_as_told(self):
        ended = set()
        for wiring, frames in ((IN_OUT, FRAMES_IN_OUT), (TWICE, FRAMES_TWICE)):
            self.wires(wiring)
            for one in frames:
                ended |= self.compare(*one)
        self.assertEqual(ended, {"sent", "no_entry", "no_port", "no_guest", "no_consumer",
                                 "incomplete", "too_big", "malformed", "reserved"})

    def test_what_nobody_takes_is_not_counted(self):
        self.wires([])
        answer = self.told("nic0", MAC0, None, 60)
        self.assertEqual([(e["result"], e["port"]) for e in answer["ends"]],
                         [("not_taken", "nic0")])
        before = counters(self.b.vf_status())
        self.wire.send([made(MAC0, None, 60, 1)])
        self.assertEqual(self.arrived(0), collections.Counter())
        self.assertEqual(counters(self.b.vf_status()), before)
        # it waits at the NIC: whoever is wired next gets it
        self.wires([component(2, "forward", ["nic0"], ["vhost1"])])
        self.assertEqual(self.arrived(1), {("vhost1", (60, None)): 1})

    def test_a_dump_and_a_status_say_the_same(self):
        self.wires(IN_OUT)
        paths = [self.b.path("dump.json"), self.b.path("status.json")]
        for path, words in zip(paths, (["dump"], ["status", "vf1", "--json"])):
            with open(path, "w", encoding="utf-8") as f:
                subprocess.run([program("sppctl"), *words], env={**os.environ, **self.b.env},
                               stdin=subprocess.DEVNULL, stdout=f, timeout=20, check=True)
        for one in (("nic0", MAC0, 101, 64), ("vhost0", NOBODY, None, 60), ("nic0", LOST, None, 60),
                    ("vhost0", STP, None, 60)):
            running = self.told(*one)
            for path in paths:
                answer = self.told(*one, "--file", path)
                self.assertEqual([self.without_notes(s) for s in answer["steps"]],
                                 [self.without_notes(s) for s in running["steps"]], (one, path))
                self.assertEqual((answer["file"], answer["process"]), (path, "vf1"))

    @staticmethod
    def without_notes(step):
        return {key: value for key, value in step.items() if key != "notes"}
