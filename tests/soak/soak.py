# SPDX-License-Identifier: BSD-3-Clause
"""The soak: the founding scenario with numbered packets through spp_vf 1, re-wired all the time,
while spp_vf 2, its guests and the controller die, hang and misbehave beside it. Built on
tests/hitless and tests/func.
"""

import collections
import random
import time

import balance
import judge
import operations
import second_vf
import status
from bed import GUEST_RING, Bed, prefer
from controllers import Controllers
from guests import RealGuest, RudeGuest
from nic import DRIVER, Nic
from recorder import Recorder

FLUSHES = 40          # operations a second
AT_ONCE = 5           # of them in one turn, at most, when turns take long
PACE = 1 / FLUSHES    # seconds from one turn to the next
OTHER_RATE = 5000     # packets a second to the second NIC
VMS = 3
PATIENCE_S = 10       # until a worker that has no turn has one
REST_S = 60           # until all have come to rest
MEMORY_MB = 1024      # of the primary: DPDK leaks some 160 kB for each start of a spp_vf
WHOLE = ("lost", "doubled", "reordered", "corrupted")


class Soak:
    def __init__(self, b, rate, seed, recorder=False):
        """rate: packets a second of each of the four sources; recorder: a spp_mirror and a
        spp_pcap, too."""
        self.b = b
        self.rate = rate
        self.seed = seed
        self.rng = random.Random(seed)
        self.eal = ["-d", DRIVER]
        self.resting = False
        self.controlled = True  # there is a controller that can flush
        self.counts = collections.Counter()
        self.begun = self.last = time.monotonic()
        self.due = 0  # flushes, by the clock
        second_vf.saved_state(b)
        other, third = Nic(b, 1), Nic(b, 2)
        nics = [other.vdev, third.vdev] if recorder else [other.vdev]
        self.bed = Bed(b, vms=VMS, nics=nics, more_rings=6, eal=self.eal,
                       mem=MEMORY_MB, slots=4 if recorder else None)
        self.bed.tries = PATIENCE_S * 10  # a flush gives up after 100 ms
        for proc in (b.primary_proc, b.vfs[1]):
            prefer(proc.pid)  # hours long, and whatever else the machine does
        self.second = second_vf.SecondVf(self)
        other.set(macs=2, rate=OTHER_RATE)
        self.acts = [self.second, RealGuest(self), RudeGuest(self), Controllers(self)]
        if recorder:
            self.acts.append(Recorder(self))
            third.set(macs=1, rate=OTHER_RATE)
        self.dropped = self.drops()
        self.first = None  # balance of the first minute

    def drops(self):
        return status.drops(self.b.vf_status())

    # -- what goes on ------------------------------------------------------------------------

    def turn(self):
        """Everything takes a step; whether all of it rests."""
        begun = time.monotonic()
        self.due += min((begun - self.last) * FLUSHES, AT_ONCE)
        self.last = begun
        if self.controlled and not self.resting:
            for _ in range(round(min(self.due, AT_ONCE))):
                self.flush()
        if not self.resting:
            self.b.vf_status()
            self.b.primary_status()
            self.counts["status asked"] += 2
        rests = [act.turn() for act in self.acts]
        left = PACE - (time.monotonic() - begun)
        if left > 0:
            time.sleep(left)
        return all(rests)

    def flush(self):
        for message in operations.mixed(self.bed.wiring, self.rng):
            self.bed.request(message)
        self.due = max(0, self.due - 1)

    def rest(self):
        self.resting = True
        end = time.monotonic() + REST_S
        while not self.turn():
            if time.monotonic() > end:
                raise AssertionError(f"not everything came to rest within {REST_S} s")

    def go_on(self):
        self.resting = False

    def minute(self, seconds=60):
        """So long of everything, then a rest and a look. The figures of it, with its breaches."""
        bed = self.bed
        bed.flushes, bed.failed = [], []
        bed.tool.begin(bed.specs(VMS), rate=self.rate)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.turn()
        self.rest()
        if not bed.wiring.has_vm(2):
            # What the third VM sent while it was out waits in its ring.
            bed.operate(operations.third_vm, self.rng)
        result = bed.tool.end()
        figures = {"time_s": round(time.monotonic() - self.begun), **self.packets(result),
                   **self.done(), **balance.look(self.b)}
        self.first = self.first or figures
        figures["breaches"] = self.breaches(figures)
        self.go_on()
        return figures

    # -- what became of it -------------------------------------------------------------------

    def packets(self, result):
        before, self.dropped = self.dropped, self.drops()
        # A guest that did not look for longer than its ring holds lost its packets itself.
        offered = 2 * self.rate
        return judge.verdict(result, self.dropped - before, offered, GUEST_RING)

    def done(self):
        """What was done since the last look, and how long it took."""
        counts = self.counts
        for act in self.acts:
            name = type(act).__name__
            counts += collections.Counter({f"{name}: {k}": n for k, n in act.counts.items()})
            act.counts.clear()
        self.counts = collections.Counter()
        times = {"slot_us": self.second.slot_us, "back_ms": self.second.back_ms}
        self.second.slot_us, self.second.back_ms = [], []
        return {"flushes": len(self.bed.flushes), "tried_again": self.bed.failed,
                "counts": dict(counts), **times, **self.bed.flush_times()}

    def breaches(self, figures):
        bad = [f"{k}: {figures[k]} packets (dropped: {figures['dropped']})" for k in WHOLE
               if figures[k]]
        here = {part.core: (part.kind, list(part.rx), list(part.tx))
                for part in self.bed.wiring.parts.values()}
        info = self.b.vf_status()
        seen = {core: (kind, sorted(rx), sorted(tx))
                for core, (kind, rx, tx) in status.wiring(info).items()}
        wanted = {core: (kind, sorted(rx), sorted(tx)) for core, (kind, rx, tx) in here.items()}
        if not self.bed.wiring.named and len(here) == len(self.bed.wiring.parts) and seen != wanted:
            bad.append(f"the wiring is {seen} instead of {wanted}")
        if status.table(info) != self.bed.wiring.table:
            bad.append(f"the table is {status.table(info)} instead of {self.bed.wiring.table}")
        return bad + balance.breaches(self.first, figures)
