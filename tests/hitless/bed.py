# SPDX-License-Identifier: BSD-3-Clause
"""The founding scenario with numbered packets on all sides, everything of ours on one CPU: measures
what it carries, then carries out operations under a share of that load. Built on tests/func.
"""

import contextlib
import json
import os
import random
import time

import judge
import numbered
import operations
import status
from cpu import Cpu, aside
from wiring import MACS, SPARE, Wiring, change

NIC_MAC = "02:00:00:00:ff:00"
# Where packets end, larger than usual: the tool shares its CPU with others.
NIC_RING = 8192
GUEST_RING = 2048
LOAD = 0.8
FLUSH_TRIES = 5
CARRIED = 0.99  # of the rate asked for: the layout carries it
PACE = 0.011    # seconds from one message of an operation to the next: 90 a second


def prefer(pid):
    """A process that should hardly ever wait for its CPU, and may use all of it."""
    os.setpriority(os.PRIO_PROCESS, pid, -20)
    with contextlib.suppress(OSError):  # kernels that have groups count these instead
        with open(f"/proc/{pid}/autogroup", "w", encoding="ascii") as f:
            f.write("-20")


@contextlib.contextmanager
def urgent():
    """This program runs before the tool on the CPU they share: its pace holds."""
    os.sched_setscheduler(0, os.SCHED_FIFO | os.SCHED_RESET_ON_FORK, os.sched_param(1))
    try:
        yield
    finally:
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))


class Bed:
    def __init__(self, b, vms=3, wiring=None, rings=None, nics=(), more_rings=0, eal=(), mem=512,
                 uplink=False, slots=None):
        """vms: guests there are, of which the wiring (the founding document's) need not use all.

        uplink: the NIC is one of two, the other has no link, and messages name uplink0.
        nics, more_rings: for others; eal: options of primary and VF; mem: the primary's, in MB;
        slots: for others, too (None: one for each NIC).
        """
        self.b = b
        self.vms = vms
        self.tries = FLUSH_TRIES
        b.start_controller()
        nic = numbered.memif(b, 0, f",rsize={NIC_RING.bit_length() - 1}")
        self.uplink = uplink
        args = ["--uplink", "nic0,nic1"] if uplink else []
        # without a partner: no link
        nics = (numbered.memif(b, 1).server, *nics) if uplink else nics
        rings = rings or 2 * vms
        rings += len(SPARE)
        b.primary([nic.server, *nics], rings=rings + more_rings, eal=eal, mem=mem, slots=slots)
        b.vf(1, config=b.vf_config(1, num_vhost=vms + 1, num_ring=rings, first_vhost=0), eal=eal,
             args=args)
        self.peer = b.controller[1]
        self.wiring = Wiring(0)
        self.wiring.parts = {}
        self.capacity = {}  # by number of VMs: packets a second of all sources together
        self.failed = []    # messages of flushes that had to be tried again
        self.flushes = []   # of the group that runs: [(commit_us, retire_us, round trip in us)]
        self.rewire(wiring or Wiring())
        ends = [nic.port] + [numbered.vhost(b.sock(n), n + 1, GUEST_RING) for n in range(vms)]
        self.tool = numbered.Numbered(b, ends, memory=256)
        # What the far end of the packets does not take would look like loss.
        prefer(self.tool.proc.pid)
        aside(b)

    # -- messages ---------------------------------------------------------------------------

    def request(self, message):
        """Success, if need be only once a worker that had no turn for 100 ms has had one."""
        if self.uplink:
            message = json.loads(json.dumps(message).replace('"nic0"', '"uplink0"'))
        for _ in range(self.tries):
            start = time.monotonic()
            reply = self.peer.request(message)
            trip = (time.monotonic() - start) * 1e6
            bad = [r["error_details"]["message"] for r in reply["results"]
                   if r["result"] == "error"]
            if not bad:
                break
            self.failed += bad
        else:
            raise AssertionError(f"{message}: {bad}")
        if message["commands"][-1]["command"] == "flush":
            done = reply["results"][-1]
            self.flushes.append((done["commit_us"], done["retire_us"], trip))
        return reply

    def rewire(self, wiring):
        """From what there is to this, in one flush."""
        self.request(change(self.wiring, wiring))
        self.wiring = wiring.copy()

    def operate(self, operation, rng, pace=PACE):
        """One operation, its messages a pace apart."""
        for message in operation(self.wiring, rng):
            begun = time.monotonic()
            self.request(message)
            left = pace - (time.monotonic() - begun)
            if left > 0:
                time.sleep(left)

    # -- packets ----------------------------------------------------------------------------

    def specs(self, vms):
        """Sources and destinations."""
        return [f"tx:0:1:{','.join(MACS[:vms])}", "rx:0",
                *(f"tx:{n + 1}:{n + 2}:{NIC_MAC}" for n in range(vms)),
                *(f"rx:{n + 1}" for n in range(vms))]

    def trial(self, vms, rate=None, seconds=0.5):
        """Packets a second that came from all sources to all destinations."""
        result = self.tool.run(self.specs(vms), rate=rate, seconds=seconds, settle=200)
        return result.total_received() / result.seconds

    def measure(self, vms=2):
        """Packets a second that the wiring carries when all sources send at the same rate."""
        if vms > 2 and not self.wiring.has_vm(2):
            self.operate(operations.third_vm, random.Random(0))
        offered = self.trial(vms)
        for _ in range(20):
            carried = self.trial(vms, int(offered / (vms + 1)))
            if carried >= CARRIED * offered:
                break
            offered = max(min(carried, 0.95 * offered), 0.85 * offered)
        self.capacity[vms] = carried
        return carried

    # -- groups -----------------------------------------------------------------------------

    def group(self, operation, count, seed, vms=2, pace=PACE):
        """`count` operations under load, then what became of the packets. All figures."""
        if vms not in self.capacity:
            self.measure(vms)
        rng = random.Random(seed)
        self.flushes, self.failed = [], []
        dropped = status.drops(self.b.vf_status())
        cpu = Cpu(self.b)
        self.tool.begin(self.specs(vms), rate=int(LOAD * self.capacity[vms] / (vms + 1)))
        start = time.monotonic()
        with urgent():
            for _ in range(count):
                self.operate(operation, rng, pace)
        seconds = time.monotonic() - start
        others = cpu.others()
        if vms > 2 and not self.wiring.has_vm(2):
            # What the third VM sent while it was out waits in its ring.
            self.operate(operations.third_vm, rng)
        result = self.tool.end()
        dropped = status.drops(self.b.vf_status()) - dropped
        return {
            "operations": count, "seconds": round(seconds, 3), "seed": seed,
            "others_percent": round(100 * others),
            **judge.verdict(result, dropped, self.capacity[vms], GUEST_RING),
            "flushes": len(self.flushes), "failed": self.failed, **self.flush_times(),
        }

    def flush_times(self):
        commit, retire, trip = zip(*self.flushes) if self.flushes else ((), (), ())
        return {"commit_us": judge.summary(commit), "retire_us": judge.summary(retire),
                "trip_us": judge.summary([round(t) for t in trip])}

    def idle_flushes(self, operation, count, seed, pace=0.0):
        """The same without any packet: only the times."""
        rng = random.Random(seed)
        self.flushes = []
        for _ in range(count):
            self.operate(operation, rng, pace)
        return {"operations": count, **self.flush_times()}

    def alone(self):
        """The third VM is wired out, so that two-VM groups can follow."""
        if self.wiring.has_vm(2):
            self.operate(operations.third_vm, random.Random(0))
