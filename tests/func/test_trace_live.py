# SPDX-License-Identifier: BSD-3-Clause
"""sppctl trace PORT: the way of single packets as it was, with real traffic, both ways of dispatching."""

import os
import re
import signal
import subprocess

import scenario
import tapping
from frames import SOURCE, Tap, frame
from proc import wait_for
from spplib import FLUSH, SppTest, commands, component, program, table

MAC0, MAC1 = scenario.MACS
CLEAR = [component(core, "none") for core in range(2, 10)]
NOBODY = "02:00:00:00:00:99"
EVERYBODY = "ff:ff:ff:ff:ff:ff"
OURS = ("ether", "proto", "0x88b5")
TAGGED = ("ether", "src", SOURCE)
HEAD = re.compile(r"^\d\d:\d\d:\d\d\.\d{6} packet (\d+): (\S+) > (\S+?), (.*)$")
PLACE = re.compile(r"^ +(-?\d+\.\d) us +([+-]\d+\.\d)  (.*)$")


class Way:
    """What sppctl wrote of one packet."""

    def __init__(self, head):
        number, self.src, self.dst, self.rest = HEAD.match(head).groups()
        self.number, self.times, self.places = int(number), [], []


def read(out):
    ways = []
    for line in out.splitlines():
        if HEAD.match(line):
            ways.append(Way(line))
            continue
        time, _, place = PLACE.match(line).groups()
        ways[-1].times.append(float(time))
        ways[-1].places.append(place)
    return ways


class TraceLive(SppTest):
    in_event = True
    deadline = 120

    @classmethod
    def prepare(cls, b):
        b.wire(0)
        b.start_controller()
        b.primary(rings=6)
        b.vf(1, config=b.vf_config(num_vhost=3))  # vhost2 has no guest
        cls.vms = [scenario.vm(b, index) for index in (0, 1)]
        for vm in cls.vms:
            vm.start()
        cls.far = Tap(b.wires[0].ns, "eth0")
        cls.near = [Tap(vm.ns, vm.tap) for vm in cls.vms]
        b.closers += [tap.close for tap in (cls.far, *cls.near)]

    def setUp(self):
        super().setUp()
        self.wire(
            component(2, "classifier", ["nic0"], ["ring0", "ring2"]),
            component(3, "merge", ["ring1", "ring3"], ["nic0"]),
            component(4, "forward", ["ring0"], ["vhost0"]),
            component(5, "forward", ["vhost0"], ["ring1"]),
            component(6, "forward", ["ring2"], ["vhost1"]),
            component(7, "forward", ["vhost1"], ["ring3"]),
            table(MAC0, "ring0"), table(MAC1, "ring2"))

    def wire(self, *parts):
        """These components and entries, until the case ends."""
        self.send_ok(self.b.controller[1], commands(*CLEAR, *parts, FLUSH))
        self.addCleanup(self.send_ok, self.b.controller[1], commands(
            *CLEAR, *({**part, "port": "unuse"} for part in parts
                      if part["command"] == "classifier_table"), FLUSH))

    def start(self, *words):
        """sppctl trace, once it traces."""
        proc = subprocess.Popen([program("sppctl"), "trace", *words], text=True,
                                env={**os.environ, **self.b.env}, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(self.end, proc)
        self.assertEqual(proc.stderr.readline(), "tracing; Ctrl-C ends it\n")
        return proc

    @staticmethod
    def end(proc):
        if proc.poll() is None:
            proc.kill()
        proc.wait(10)
        proc.stdout.close()
        proc.stderr.close()

    def finish(self, proc, number=None):
        """Ways, and what it says at the end."""
        if number is not None:
            proc.send_signal(number)
        out, err = proc.communicate(timeout=20)
        self.assertEqual(proc.returncode, 0, err)
        return read(out), err

    def refused(self, code, *words):
        done = subprocess.run([program("sppctl"), "trace", *words], text=True, timeout=10,
                              env={**os.environ, **self.b.env}, stdin=subprocess.DEVNULL,
                              capture_output=True, check=False)
        self.assertEqual(done.returncode, code, done.stderr)
        return done.stderr

    def captures(self):
        return self.b.vf_status()["captures"]

    def none_left(self):
        wait_for("no trace to be left", lambda: self.captures() == [], 5)

    def is_way(self, way, *patterns):
        """Its places, one after the other, and no time that goes back."""
        self.assertEqual(len(way.places), len(patterns), way.places)
        for place, pattern in zip(way.places, patterns):
            self.assertRegex(place, f"^{pattern}$")
        self.assertEqual(way.times, sorted(way.times))
        self.assertEqual(way.times[0], 0)

    # -- cases ------------------------------------------------------------------------------

    def test_1_from_the_wire_to_a_vm_and_back(self):
        proc = self.start("nic0", "-c", "3", *OURS)
        one = self.captures()[0]
        self.assertEqual((one["ports"], one["trace"], one["uid"], one["pid"], one["filter"]),
                         (["nic0"], 3, 0, proc.pid, True))
        self.far.send([frame(MAC0, n, 80) for n in range(5)])
        self.assertEqual(len(self.near[0].take(5)), 5)
        ways, err = self.finish(proc)
        self.assertEqual(err, "traced 3, lost 0\n")
        self.assertEqual([way.number for way in ways], [1, 2, 3])
        taken = "(direct|event)"
        for way in ways:
            self.assertEqual((way.src, way.dst, way.rest), (SOURCE, MAC0, "type 0x88b5, length 80"))
            self.is_way(way, r"received at nic0 \(lcore 2\)",
                        rf"classifier on core 2 takes it from nic0 \({taken}, lcore 2\)",
                        rf"its table: {MAC0} -> ring0",
                        rf"forward on core 4 takes it from ring0 \({taken}, lcore 4\)",
                        r"sent at vhost0 \(lcore 4\)")
        self.none_left()
        self.b.vfs[1].wait_log(
            rf"capture 0 begins: uid 0 \(pid {proc.pid}\): trace of what comes in "
            "by nic0, 64 bytes a packet, with a filter\n")
        proc = self.start("vhost1", "-c", "1", *OURS)
        self.near[1].send([frame(scenario.NIC_MAC, 0)])
        (way,), _ = self.finish(proc)
        self.is_way(way, r"received at vhost1 \(lcore 7\)",
                    rf"forward on core 7 takes it from vhost1 \({taken}, lcore 7\)",
                    rf"merge on core 3 takes it from ring3 \({taken}, lcore 3\)",
                    r"sent at nic0 \(lcore 3\)")

    def test_2_only_what_passes_the_filter_and_only_so_many(self):
        proc = self.start("nic0", "-c", "2", *OURS, "and", "greater", "200")
        self.far.send([frame(MAC0, n, 300 if n % 3 == 2 else 60) for n in range(12)])
        self.assertEqual(len(self.near[0].take(12)), 12)
        ways, _ = self.finish(proc)
        self.assertEqual([way.rest for way in ways], ["type 0x88b5, length 300"] * 2)
        proc = self.start("nic0", *OURS)
        self.far.send([frame(MAC0, n) for n in range(2)])
        wait_for("them to be seen", lambda: self.captures()[0]["seen"] == 2)
        ways, err = self.finish(proc, signal.SIGINT)
        self.assertEqual(len(ways), 2)
        self.assertIn("traced 2, lost 0", err)
        self.near[0].take(2)

    def test_3_multicast_goes_all_ways_and_tags_change(self):
        self.wire(
            component(2, "classifier", ["nic0"], ["ring0", "ring2"]),
            component(4, "forward", ["ring0"], [{"port": "vhost0", "vlan": {"operation": "del"}}]),
            component(6, "forward", ["ring2"], ["vhost1"]),
            table(f"101/{MAC0}", "ring0", "vlan"), table(f"101/{MAC1}", "ring2", "vlan"))
        proc = self.start("nic0", "-c", "1", *TAGGED)
        self.far.send([frame(EVERYBODY, 7, 100, vid=101, pcp=3)])
        (way,), err = self.finish(proc)
        self.assertIn("traced 1, lost 0", err)
        self.assertIn("vlan 101", way.rest)
        self.assertEqual(way.places[0], "received at nic0 (lcore 2)")
        self.assertEqual(way.places[2], "its table: multicast, to all ports of VLAN 101")
        ends = sorted(place for place in way.places if place.startswith("sent"))
        self.assertEqual(ends, ["sent at vhost0 (lcore 4), untagged", "sent at vhost1 (lcore 6)"])
        self.assertEqual(len(way.places), 7, way.places)
        for near in self.near:
            self.assertEqual(len(near.take(1)), 1)
        proc = self.start("nic0", "-c", "1", *TAGGED)
        self.far.send([frame(MAC0, 8, 100, vid=101)])
        (way,), err = self.finish(proc)
        self.assertEqual(way.places[2], f"its table: {MAC0} of VLAN 101 -> ring0")
        self.assertEqual(way.places[-1], "sent at vhost0 (lcore 4), untagged")
        self.near[0].take(1)

    def test_4_what_is_dropped_and_where(self):
        proc = self.start("nic0", "-c", "2", *OURS)
        self.far.send([frame(NOBODY, n) for n in range(2)])
        ways, err = self.finish(proc)
        for way in ways:
            self.assertEqual(way.places[2], "its table: no entry, and no default")
            self.assertEqual(way.places[3], "dropped at classifier on core 2: no_entry (no entry for "
                             "the destination, and no default, lcore 2)")
        self.assertRegex(err, r"2 no_entry: its MAC is not in the table")
        self.wire(component(4, "forward", ["nic0"], ["vhost2"]))
        proc = self.start("nic0", "-c", "1", *OURS)
        self.far.send([frame(MAC0, 0)])
        (way,), err = self.finish(proc)
        self.assertRegex(way.places[-1], r"^dropped at vhost2 tx: no_guest \(")
        self.assertFalse([place for place in way.places if place.startswith("sent")])

    def test_5_a_port_that_goes_and_comes_again(self):
        proc = self.start("nic0", "-c", "4", *OURS)
        for core in (8, 9):
            self.far.send([frame(MAC0, core)])
            self.assertEqual(len(self.near[0].take(1)), 1)
            self.wire(component(2, "classifier", ["nic0"], ["ring0"]),
                      component(core, "forward", ["ring0"], ["vhost0"]))
            self.far.send([frame(MAC0, core)])
            self.assertEqual(len(self.near[0].take(1)), 1)
        ways, err = self.finish(proc)
        self.assertIn("traced 4, lost 0", err)
        self.assertEqual([way.places[-1] for way in ways],
                         [f"sent at vhost0 (lcore {core})" for core in (4, 8, 8, 9)])

    def test_6_one_at_once_and_its_reader_dies(self):
        first = self.start("nic0", *OURS)
        self.assertIn("a trace runs already", self.refused(1, "vhost0"))
        first.kill()
        first.wait(5)
        self.none_left()
        for _ in range(5):
            proc = self.start("nic0", "-c", "1", *OURS)
            self.far.send([frame(MAC0, 0)])
            self.assertEqual(len(self.near[0].take(1)), 1)
            (way,), _ = self.finish(proc)
            self.assertEqual(way.places[-1], "sent at vhost0 (lcore 4)")

    def test_7_what_is_wrong_is_said_and_changes_nothing(self):
        self.assertIn("at a NIC, an uplink or a vhost", self.refused(2, "ring0"))
        self.assertIn("of one port", self.refused(2, "nic0", "vhost0"))
        self.assertIn("needs --what-if", self.refused(2, "nic0", MAC0))
        self.assertIn("--vlan needs --what-if", self.refused(2, "nic0", "--vlan", "101"))
        self.assertIn("at most 1000 packets", self.refused(2, "nic0", "-c", "1001"))
        self.assertIn("syntax error", self.refused(2, "nic0", "hots", "1.2.3.4"))
        self.assertIn("usage: sppctl trace --what-if PORT DST", self.refused(2, "nic0", "--what-if"))
        request, nic0 = tapping.request, tapping.NIC0
        ret = tapping.insn(0x06, k=1)
        for what, pattern in ((request(nic0, trace=1), "a trace and a capture"),
                              (request(nic0, rx=0, tx=0, reasons=1, trace=1), "a trace and a"),
                              (request(nic0, rx=0, tx=0, trace=1001), "at most 1000 packets"),
                              (request(nic0, tapping.VHOST0, rx=0, tx=0, trace=1), "one port"),
                              (request(rx=0, tx=0, trace=1), "no port"),
                              (request(tapping.RING0, rx=0, tx=0, trace=1), "begins where"),
                              (request(nic0, rx=0, tx=0, trace=1, nb=257) + 257 * ret,
                               "a worker runs it")):
            sock, error, text = tapping.begin(f"{self.b.run_dir}/vf-1.tap", what)
            sock.close()
            self.assertGreater(error, 0)
            self.assertIn(pattern, text)
        self.none_left()
