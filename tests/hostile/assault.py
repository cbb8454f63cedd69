# SPDX-License-Identifier: BSD-3-Clause
"""Carries attacks out against a bed and judges what became of the others. Used by run.py and by
tests/func/test_hostile.py.
"""

import collections
import time

from target import STALL_US, Bed
from cases import CASES
from churn import WAYS
from fuzz import Attack
from master import Closed, Master

ROUND = 100  # attacks between two looks at the packets
CALM_EACH = 2  # rounds of attacks for one without


# The longest time without a packet of others, in us: as seen, and less what the tool had no CPU.
Quiet = collections.namedtuple("Quiet", "silence stall")


def longest(rounds):
    """In words, of a list of Quiet."""
    silence = max((r.silence for r in rounds), default=0)
    stalls = [r.stall for r in rounds]
    return (f"longest silence {silence:.0f} us, of which the tool was not away "
            f"{max(stalls, default=0):.0f} us, over {STALL_US} us in "
            f"{sum(us > STALL_US for us in stalls)} of {len(rounds)} rounds")


class Assault:
    def __init__(self, b, show=lambda line: None, eal=(), kind=Bed):
        """eal: options for spp_primary. kind: of bed (target.py)."""
        self.bed = kind(b, eal)
        self.show = show
        self.pools = self.bed.pools()
        self.faults = []
        self.attacks = self.closed = self.packets = self.lost = 0
        self.rounds = []  # Quiet of each
        self.calm = []  # of rounds beside them, without an attack

    def attack(self, action, name):
        """One connection; false when spp_vf did not live through it."""
        def connect(path):
            with Master(path) as m:
                action(m)

        return self.visit(connect, name)

    def visit(self, action, name):
        """The same, where the action connects itself."""
        self.attacks += 1
        try:
            action(self.bed.sock)
        except (Closed, OSError):
            self.closed += 1
        if not self.bed.alive():
            self.faults.append(f"{name}: spp_vf ended with {self.bed.vf.popen.returncode}")
            return False
        try:
            self.bed.gone()
        except AssertionError as e:
            self.faults.append(f"{name}: {e}")
            return False
        return True

    def named(self, names):
        for name in names:
            self.begin()
            alive = self.attack(CASES[name], name)
            if not self.end(name) or not alive:
                return
            self.show(f"{name:52} others' longest silence {self.rounds[-1].silence:6.0f} us, "
                      f"stall {self.rounds[-1].stall:6.0f} us")

    def random(self, seed, first, count):
        for begin in range(first, first + count, ROUND):
            end = min(begin + ROUND, first + count)
            name = f"attacks {begin} to {end - 1} of seed {seed}"
            start = time.monotonic()
            self.begin()
            alive = all(self.attack(Attack(seed, n).run, f"attack {n} of seed {seed}")
                        for n in range(begin, end))
            if not self.end(name) or not alive:
                return
            if len(self.rounds) % CALM_EACH == 0:
                self.rest(time.monotonic() - start)
            if (end - first) % (10 * ROUND) == 0:
                self.show(f"{end - first:7} attacks, {self.closed} ended by spp_vf, "
                          f"{self.packets} packets of others, {self.lost} lost; "
                          f"{longest(self.rounds)}; without attack {longest(self.calm)}")

    def rest(self, seconds):
        """A round of the same length without an attack: what the machine does to others."""
        self.begin()
        time.sleep(seconds)
        self.end("no attack")
        self.calm.append(self.rounds.pop())

    def churn(self, count):
        """Guests that come and go, in all ways by turns; none of them does wrong."""
        for begin in range(0, count, ROUND):
            end = min(begin + ROUND, count)
            self.begin()
            alive = all(self.visit(WAYS[n % len(WAYS)], f"guest {n}") for n in range(begin, end))
            if not self.end(f"guests {begin} to {end - 1}") or not alive:
                return
        if self.closed:
            self.faults.append(f"{self.closed} of {count} honest guests were refused")

    def begin(self):
        self.bed.begin()

    def end(self, name):
        """The packets of others since begin(); false when the bed is of no use any more."""
        if not self.bed.alive():
            return False
        result, sent, lost, disorder = self.bed.end()
        self.packets += sent
        self.lost += lost
        self.rounds.append(Quiet(max(result.silence_us.values()), max(result.stall_us.values())))
        if self.rounds[-1].stall > STALL_US:
            self.show(f"{name}: others stalled for {self.rounds[-1].stall:.0f} us")
        if lost or disorder:
            self.faults.append(f"{name}: others lost {lost} of {sent} packets, disorder {disorder}")
        try:
            self.bed.settled()
            self.bed.returned(self.pools)
        except AssertionError as e:
            self.faults.append(f"{name}: {e}")
            return False
        return True

    def stalls(self):
        return [r.stall for r in self.rounds if r.stall > STALL_US]

    def summary(self, seconds):
        return (f"{self.attacks} attacks in {seconds:.0f} s, {self.closed} ended by spp_vf; others: "
                f"{self.packets} packets, {self.lost} lost; {longest(self.rounds)}" +
                (f"; without attack {longest(self.calm)}" if self.calm else ""))
