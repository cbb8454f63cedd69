# SPDX-License-Identifier: BSD-3-Clause
"""Guests that are set up wrong: what is said in the log, shown in status and warned of by check; and
what one that tries again and again costs the others."""

import contextlib
import glob
import os
import re
import socket
import struct
import subprocess
import threading
import time

import scenario
import status
from bench import program
from guest import QemuGuest
from proc import wait_for
from spplib import FLUSH, SppTest, commands, component
from vhost_frontend import GET_FEATURES, HEADER, RX, SET_FEATURES, TX, VERSION, Closed, Frontend

FRAME = b"\x02\0\0\0\0\x01" + b"\x02\0\0\0\0\x02" + b"\x88\xb5" + bytes(46)
FLOOD_S = 3.0
BURST_S = 2.5      # until what may come at once has come
SHARE_MAX = 0.01   # of a CPU
LINES_MAX = 60     # of one port within a minute: ours and librte_vhost's, each 20, and some room
SILENT_S = 12.0


def cpu_seconds(pid):
    """What all threads of a process have used, to the nanosecond."""
    used = 0
    for path in glob.glob(f"/proc/{pid}/task/*/schedstat"):
        with contextlib.suppress(OSError), open(path, encoding="ascii") as f:
            used += int(f.read().split()[0])
    return used / 1e9


def hurried_qemu(path):
    """What qemu 7.2 does at its start while it is refused: the next try at once, for ever."""
    with socket.socket(socket.AF_UNIX) as sock:
        sock.settimeout(5)
        sock.connect(path)
        sock.send(struct.pack("<III", GET_FEATURES, VERSION, 0))
        sock.recv(20)


def nonsense(path):
    with socket.socket(socket.AF_UNIX) as sock:
        sock.settimeout(5)
        sock.connect(path)
        sock.send(struct.pack("<III", 77, VERSION, 0))
        sock.recv(20)


class Attack:
    """Again and again, as fast as it goes."""

    def __init__(self, act, *args):
        self.act = act
        self.args = args
        self.count = 0
        self.over = False
        self.thread = threading.Thread(target=self.run)

    def run(self):
        while not self.over:
            with contextlib.suppress(OSError, Closed):
                self.act(*self.args)
            self.count += 1

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over = True
        self.thread.join()


class Wrong(SppTest):
    vf_args = ()

    @classmethod
    def prepare(cls, b):
        b.start_controller()
        b.primary(["net_null0"])
        cls.vf = b.vf(1, args=cls.vf_args)
        reply = b.controller[1].request(commands(
            component(2, "forward", ["vhost:0"], ["vhost:1"]),
            component(3, "forward", ["vhost:1"], ["vhost:0"]), FLUSH))
        assert all(r["result"] == "success" for r in reply["results"]), reply

    def setUp(self):
        self.begin = len(self.vf.text())
        wait_for("no guest", lambda: not self.up(0) and not self.up(1))

    def up(self, port):
        return status.port(self.b.vf_status(), f"vhost{port}")["link_up"]

    def said(self):
        return self.vf.text()[self.begin:]

    def says(self, pattern):
        """Its log is written by a thread of its own: maybe after status has it."""
        wait_for(f"/{pattern}/ in the log", lambda: re.search(pattern, self.said()))

    def connect(self, port, wait=True, **more):
        guest = Frontend(self.b.sock(port), **more)
        self.addCleanup(guest.close)
        if wait:
            wait_for(f"guest {port}", lambda: self.up(port))
        return guest

    def problems(self, port=0):
        return status.problems(self.b.vf_status(), f"vhost{port}")

    def check(self):
        """(exit code, line) of sppctl check."""
        done = subprocess.run([program("sppctl"), "check"], env={**os.environ, **self.b.env},
                              capture_output=True, text=True, timeout=20, check=False)
        return done.returncode, done.stdout

    def wait_problem(self, name, port=0, deadline=SILENT_S):
        wait_for(f"{name} in status", lambda: name in self.problems(port), deadline)

    def cheap(self, seconds=FLOOD_S):
        """So long: the share of a CPU that spp_vf needs, and what it logs, stay within their limits."""
        time.sleep(BURST_S)
        used, begun = cpu_seconds(self.vf.pid), time.monotonic()
        time.sleep(seconds)
        share = (cpu_seconds(self.vf.pid) - used) / (time.monotonic() - begun)
        self.assertLess(share, SHARE_MAX, f"{share:.1%} of a CPU")
        lines = self.said().splitlines()
        self.assertLess(len(lines), LINES_MAX, "\n".join(lines[-20:]))

    def passes(self, sender, receiver):
        receiver.post(1)
        sender.send(FRAME)
        self.assertEqual(receiver.receive(), FRAME)


class TwiceTheSamePath(Wrong):
    def test_a_second_guest_is_named_and_costs_nothing(self):
        first, other = self.connect(0), self.connect(1)
        with Attack(hurried_qemu, self.b.sock(0)) as attack:
            self.cheap()
            self.passes(first, other)
            self.passes(other, first)
            self.wait_problem("second_guest")
        self.assertLess(attack.count, 20)
        self.says(r"warning: vhost0 \S+: a second guest on vhost0's socket: is the path used twice\?")
        code, line = self.check()
        self.assertEqual(code, 1, line)
        self.assertIn("vf1 vhost0: a second guest wants its socket", line)

    def test_the_second_gets_the_port_when_the_first_goes(self):
        first = self.connect(0)
        with socket.socket(socket.AF_UNIX) as second:
            second.settimeout(5)
            second.connect(self.b.sock(0))
            second.send(struct.pack("<III", GET_FEATURES, VERSION, 0))
            first.sock.close()
            self.assertEqual(len(second.recv(20)), 20)

    def test_nonsense_again_and_again_costs_nothing(self):
        with Attack(nonsense, self.b.sock(0)) as attack:
            self.cheap()
        self.assertGreater(attack.count, 10)
        self.says(r"connection ended, for request: request 77 is not served")
        self.connect(0)  # an honest one waits for its turn, no longer


class TwiceTheSamePathAsClient(Wrong):
    vf_args = ("--vhost-client",)

    def serve(self, act):
        """As a guest with server=on; act(connection) for each of ours."""
        path = self.b.sock(0)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(path)
        listener.listen()
        listener.settimeout(5)
        self.addCleanup(listener.close)

        def once():
            conn, _ = listener.accept()
            with conn:
                act(conn)
        return once

    def test_a_guest_that_hangs_up_again_and_again_costs_nothing(self):
        with Attack(self.serve(lambda conn: None)) as attack:
            self.cheap()
        self.assertGreater(attack.count, 5)

    def test_a_second_guest_is_named(self):
        """It makes the socket anew, as qemu does, and waits in vain: we stay with the first."""
        taken, held = threading.Event(), threading.Event()

        def hold(conn):
            conn.settimeout(5)
            conn.send(struct.pack("<III", GET_FEATURES, VERSION, 0))
            if len(conn.recv(20)) == 20:  # not before it is this port's guest
                taken.set()
            held.wait(30)

        first = threading.Thread(target=self.serve(hold))
        first.start()
        self.assertTrue(taken.wait(15), "we have not connected")
        self.serve(lambda conn: None)
        self.vf.wait_log(r"vhost0 \S+: a second guest on vhost0's socket: is the path used twice\?")
        self.wait_problem("second_guest")
        held.set()
        first.join()


class Silent(Wrong):
    def test_a_guest_that_says_nothing_is_named_with_what_it_negotiated(self):
        with socket.socket(socket.AF_UNIX) as sock:
            sock.connect(self.b.sock(0))
            sock.send(struct.pack("<III", GET_FEATURES, VERSION, 0))
            self.wait_problem("silent")
        self.says(r"vhost0 \S+: the guest is silent for \d+ s: its driver has not "
                  r"started .*; virtio features 0x0 so far")
        wait_for("the mark gone with the guest", lambda: self.problems() == [])

    def test_one_that_shares_no_memory_is_named_so(self):
        with socket.socket(socket.AF_UNIX) as sock:
            sock.connect(self.b.sock(0))
            sock.send(struct.pack("<IIIQ", SET_FEATURES, VERSION, 8, 1 << 32))
            self.wait_problem("silent")
            code, line = self.check()
        self.assertEqual(code, 1, line)
        self.assertIn("vf1 vhost0: its guest is connected and does not start", line)
        self.says(r"has shared no memory .*share=on.* features 0x100000000 so far")


    def test_what_is_offered_and_taken_is_shown_by_name(self):
        def port():
            return next(p for p in self.b.vf_status()["port"] if p["port"] == "vhost0")
        self.assertIn("indirect_desc", port()["offered"])
        self.assertNotIn("csum", port()["offered"])
        self.assertEqual(port()["negotiated"], [])
        with socket.socket(socket.AF_UNIX) as sock:
            sock.connect(self.b.sock(0))
            sock.send(struct.pack("<IIIQ", SET_FEATURES, VERSION, 8, 1 << 32 | 1 << 28))
            wait_for("its features", lambda: port()["negotiated"] == ["indirect_desc", "version_1"])
        wait_for("none without a guest", lambda: port()["negotiated"] == [])

    def test_one_that_takes_what_is_not_offered_is_refused_by_name(self):
        with socket.socket(socket.AF_UNIX) as sock:
            sock.connect(self.b.sock(0))
            sock.send(struct.pack("<IIIQ", SET_FEATURES, VERSION, 8, 1 << 32 | 1 << 0 | 1 << 11))
            self.says(r"vhost0 \S+: connection ended, for SET_FEATURES: takes features that are not offered: "
                      r"csum, host_tso4 \(")


class NotShared(Wrong):
    def test_memory_that_is_not_shared_is_named_and_marked(self):
        guest = self.connect(0, private=True)
        guest.post(64)
        guest.notify(RX)
        guest.write_descriptor(TX, 0, guest.place(HEADER + FRAME), len(HEADER + FRAME))
        guest.offer(TX, 0)
        guest.notify(TX)
        self.wait_problem("not_shared", deadline=6)
        said = (r"vhost0 \S+: the guest kicks, and nothing is in its rings: "
                r"its memory is not shared .*share=on")
        self.says(said)
        self.assertEqual(len(re.findall(said, self.said())), 1)
        code, line = self.check()
        self.assertEqual(code, 1, line)
        self.assertIn("vf1 vhost0: its guest kicks, and nothing is in its rings", line)

    def test_an_honest_guest_that_is_idle_is_not(self):
        guest, other = self.connect(0), self.connect(1)
        guest.post(64)
        for ring in (RX, TX):  # TX with nothing in it
            guest.notify(ring)
        time.sleep(5)
        self.assertEqual(self.problems(0), [])
        self.passes(guest, other)
        self.assertNotIn("shared", self.said())

    def test_a_packet_in_memory_that_is_not_shared_is_named(self):
        guest = self.connect(0)
        guest.write_descriptor(TX, 0, 1 << 40, len(HEADER + FRAME))
        guest.offer(TX, 0)
        guest.notify(TX)
        self.wait_problem("still", deadline=6)
        self.says(r"the guest's next packet cannot be read, .*all of its memory")


class QueuePairs(SppTest):
    """A real qemu with queues=2: its guest gets on with the one pair there is."""

    def test_a_guest_that_asks_for_two_gets_one_and_it_is_said(self):
        b = self.b
        scenario.start(b, vms=())
        vm = scenario.vm(b, 0, QemuGuest, netdev=",queues=2", device=",mq=on")
        scenario.send(b, "2-initial", "3-start-vm-vhost0")
        vm.start()
        vm.wait_ping(b.wires[0].address)
        said = r"vhost0 \S+: the guest asks for 2 queue pairs; this port has 1: remove queues="
        b.vfs[1].wait_log(said)
        self.assertEqual(status.problems(b.vf_status(), "vhost0"), ["queue_pairs"])
        self.assertEqual(len(re.findall(said, b.vfs[1].text())), 1)
        b.vfs[1].kill()
        b.vf(1)
        scenario.send(b, "2-initial", "3-start-vm-vhost0")
        vm.wait_ping(b.wires[0].address)
