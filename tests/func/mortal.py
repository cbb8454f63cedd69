# SPDX-License-Identifier: BSD-3-Clause
"""A spp_vf that dies, or stands still, at a chosen point of its life, again and again.

spp_vf 1 of a bench: a NIC that always has packets (net_null), two rings, and a guest of our own that
connects and never drains; its wiring is saved. Death.once() brings it to a point, ends it there, and
checks what it left one second later. Used by test_death.py.
"""

import collections
import contextlib
import glob
import os
import random
import re
import signal
import threading
import time

import status
from others import SHARE_MAX, Others
from proc import NOT_YET, Timeout, wait_for
from spplib import FLUSH, commands, component
from vhost_frontend import Frontend

POINTS = ["start", "attach", "configure", "start-wired", "flush", "vhost", "load"]
SIGNALS = [signal.SIGKILL, signal.SIGSEGV, signal.SIGSTOP]
WITHIN = 1.0  # seconds: until everything is back, and until a restarted one forwards
LOCK_LINE = "died while it changed DPDK's"
RELEASED = r"died holding DPDK's lock of the (?!memory map)"  # that one keeps nobody waiting
RELEASE_S = 3.0 + 3.0  # src/primary/dead_lock.h; and room: what one that is released may cost

WIRING = [component(2, "forward", ["nic0"], ["ring0"]),
          component(3, "forward", ["ring0"], ["vhost0"]),
          component(4, "forward", ["vhost0"], ["nic0"])]
MOVES = [  # flushes that pause, drain and link; each undoes the other
    [component(3, "none"), component(5, "forward", ["ring0"], ["vhost0"])],
    [component(5, "none"), component(3, "forward", ["ring0"], ["vhost0"])]]


class DeadLock(Exception):
    """It died inside one of DPDK's shared locks: known, and said by spp_primary, or by the spp_vf
    that starts next and meets the lock."""


class Death:
    def __init__(self, b, test, stop_s, seed):
        self.b = b
        self.test = test
        self.stop_s = stop_s
        self.random = random.Random(seed)
        self.starts = 0
        self.ready_s = 0.5       # how long a start takes, as measured last
        self.deaths = 0          # sessions the primary must have seen die
        self.count = collections.Counter()
        self.cleaned_s = []
        self.back_s = []         # (seconds, share of the machine that others used meanwhile)
        self.released = 0        # locks that spp_primary had released before this death
        self.unknown = set()     # pids of those that died before they attached
        self.guest = None

    # -- the parts of a life ------------------------------------------------------------------

    def start(self):
        self.starts += 1
        self.b.vf(1, wait=False)
        return self.b.vfs[1]

    def up(self):
        """Start it, until it answers; with a saved wiring it forwards then."""
        begun = time.monotonic()
        vf = self.start()
        vf.until(lambda: self.b.vf_status(1), "an answer of spp_vf 1", 20)
        self.ready_s = time.monotonic() - begun
        return begun

    def forwards(self):
        def rx():
            return status.port(self.b.vf_status(1), "nic0")["rx_packets"]
        before = rx()
        wait_for("spp_vf 1 to forward", lambda: rx() > before + 1000, 5, step=0.005)

    def peer(self):
        """Its connection to the controller; those of the dead are still in the queue."""
        def look():
            try:
                return self.b.controller.wait(1, 5)
            except ConnectionError as e:
                raise AssertionError(str(e)) from e
        return wait_for("spp_vf 1 at its controller", look, 10, step=0)

    def ask(self, peer, *parts):
        reply = peer.request(commands(*parts, FLUSH))
        bad = [r for r in reply["results"] if r["result"] != "success"]
        if bad:
            raise AssertionError(str(reply))

    def wire(self):
        self.ask(self.peer(), *WIRING)
        wait_for("the wiring to be saved",
                 lambda: self.b.vf_status(1)["state_file"]["saved"], 5, step=0.005)

    def wired(self):
        """Up, forwarding by its saved wiring: within a second. A guest connects."""
        others = Others(self.b.procs)
        begun = self.up()
        if not status.wiring(self.b.vf_status(1)):
            self.wire()
            begun = None
        self.forwards()
        took = begun is not None and time.monotonic() - begun
        if took and not self.met_lock(took):
            self.back_s.append((took, others.share()))
        self.connect()

    def met_lock(self, took):
        """Whether it took so long since a lock was released meanwhile."""
        if took <= WITHIN:
            return False
        return self.releases() > self.released and took < WITHIN + RELEASE_S

    def releases(self):
        return len(re.findall(RELEASED, self.b.primary_proc.text()))

    def connect(self):
        self.guest = Frontend(self.b.sock(0))

    def leave(self):
        if self.guest is not None:
            self.guest.close()
            self.guest = None

    def beside(self, action, delay):
        """Begin action on a thread, and come back after delay: it may fail, its peer dies."""
        def body():
            try:
                action()
            except NOT_YET:
                pass
        thread = threading.Thread(target=body, daemon=True)
        thread.start()
        time.sleep(delay)
        return thread

    # -- to a point ---------------------------------------------------------------------------

    def to_start(self):
        self.start()
        time.sleep(self.random.uniform(0, 0.9 * self.ready_s))

    def to_attach(self):
        self.start()
        wait_for("spp_vf 1 to attach",
                 lambda: status.slot(self.b.primary_status(), 1), 20, step=0)
        time.sleep(self.random.choice([0, self.random.uniform(0, 0.02)]))

    def to_configure(self):
        """As a controller wires it."""
        self.forget()
        self.up()
        peer = self.peer()
        self.thread = self.beside(lambda: self.ask(peer, *WIRING), self.random.uniform(0, 0.008))

    def to_start_wired(self):
        """Around its first answer: the saved wiring is being restored."""
        self.start()
        time.sleep(self.ready_s * self.random.uniform(0.85, 1.1))

    def to_flush(self):
        self.wired()
        peer = self.peer()

        def flushes():
            for n in range(1000):
                self.ask(peer, *MOVES[n % 2])
        self.thread = self.beside(flushes, self.random.uniform(0, 0.03))

    def to_vhost(self):
        self.wired()
        self.leave()

        def connections():
            for _ in range(1000):
                Frontend(self.b.sock(0)).close()
        self.thread = self.beside(connections, self.random.uniform(0, 0.02))

    def to_load(self):
        self.wired()
        time.sleep(self.random.uniform(0, 0.05))

    # -- once ---------------------------------------------------------------------------------

    def once(self, point, number):
        """Bring it to the point and end it there by the signal; check what is left."""
        self.thread = None
        self.released = self.releases()
        vf = None
        try:
            self.bring_to(point)
            vf = self.b.vfs[1]
            self.end(vf, number, point)
        finally:
            self.leave()
            if self.thread is not None:
                self.thread.join(10)
        self.count[f"{point} {signal.Signals(number).name}"] += 1
        self.b.procs.remove(vf)  # of hundreds nobody wants to read the logs

    def bring_to(self, point):
        try:
            getattr(self, "to_" + point.replace("-", "_"))()
        except Exception:
            late = self.b.vfs[1]
            with contextlib.suppress(Timeout):
                wait_for("its end", lambda: not late.alive(), 5)
            if LOCK_LINE in self.b.primary_proc.text() and "DPDK's lock of the" in late.text():
                raise DeadLock(f"before {point}") from None
            raise

    def end(self, vf, number, point):
        attached = self.attached()
        vf.expected_end = True
        vf.send_signal(number)
        if number == signal.SIGSTOP:
            self.stands_still(vf)
            if self.random.random() < 0.5:
                vf.send_signal(signal.SIGCONT)
                vf.until(lambda: self.b.vf_status(1), "an answer after the stop", 20)
                attached = True
        killed = time.monotonic()
        vf.kill()
        self.is_in_order(killed, attached, point)

    def attached(self):
        return status.slot(self.b.primary_status(), 1) is not None

    def stands_still(self, vf):
        """Nobody waits for it."""
        end = time.monotonic() + self.stop_s
        while time.monotonic() < end:
            asked = time.monotonic()
            self.b.primary_status()
            self.b.vf_status(2)
            self.test.assertLess(time.monotonic() - asked, 0.5, "seconds until both answered")
            time.sleep(0.05)

    def is_in_order(self, killed, attached, where):
        """What it had is back within a second of its death."""
        def free():
            return status.slot(self.b.primary_status(), 1) is None
        try:
            wait_for("the primary to clean up", free, RELEASE_S + 2, step=0.005)
        except Timeout:
            if LOCK_LINE in self.b.primary_proc.text():
                raise DeadLock(where) from None
            raise
        took = time.monotonic() - killed
        if self.met_lock(took):
            killed += took  # the rest has its second from then on
        else:
            self.test.assertLess(took, WITHIN, f"{where}: seconds until the primary was done")
        info = self.b.primary_status()
        if not attached:
            self.unknown.add(str(self.b.vfs[1].pid))
        elif took < WITHIN:
            self.cleaned_s.append(took)
        self.test.assertEqual(status.missing(info), {}, where)
        while self.fds() != self.fds_before and time.monotonic() < killed + WITHIN:
            time.sleep(0.005)
        self.test.assertEqual(self.fds(), self.fds_before, where)
        self.test.assertEqual(self.files(), self.files_before, where)
        os.kill(self.b.vfs[2].pid, 0)

    def forget(self):
        try:
            os.unlink(self.b.path("state/vf-1.json"))
        except FileNotFoundError:
            pass

    def slow(self):
        """Restarts that took too long on a machine of their own."""
        return [took for took, others in self.back_s if took > WITHIN and others <= SHARE_MAX]

    # -- what must stay as it is --------------------------------------------------------------

    def fds(self):
        """Open descriptors of the primary, by what they are."""
        found = collections.Counter()
        directory = f"/proc/{self.b.primary_proc.pid}/fd"
        for fd in os.listdir(directory):
            try:
                found[os.readlink(f"{directory}/{fd}").split(":")[0]] += 1
            except FileNotFoundError:
                pass
        return found

    def files(self):
        """Hugepage files, and those of the EAL. What a spp_vf leaves there that died before its
        primary heard of it is removed by the next start."""
        runtime = map(os.path.basename, glob.glob(f"/var/run/dpdk/{self.b.prefix}/*"))
        return (len(glob.glob(f"/dev/hugepages/{self.b.prefix}map_*")), self.hugetlb_kb(),
                sorted(name for name in runtime if not self.unknown & set(name.split("_"))))

    def hugetlb_kb(self):
        with open(f"/proc/{self.b.primary_proc.pid}/status", encoding="ascii") as lines:
            return next(line.split()[1] for line in lines if line.startswith("HugetlbPages"))

    def remember(self):
        """Call when no spp_vf 1 is there, after its first life."""
        self.fds_before, self.files_before = self.fds(), self.files()
