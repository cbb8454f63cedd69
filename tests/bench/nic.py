# SPDX-License-Identifier: BSD-3-Clause
"""A port of net_bench (tests/bench/nic): its control block, set and read while packets flow.

    nic = Nic(b, 0)              nic.vdev for a DPDK program's command line, after -d DRIVER
    Nic(b, 1, "ask=1")           more of its options: net_bench.c
    nic.set(macs=2, sizes=[60])  what it sends from now on
    nic.sent(), nic.taken()      packets so far
"""

import mmap
import os
import struct
import time

from bench import BUILD

# By name, not by path: the EAL refuses drivers below a directory others may write (a clone in /tmp).
DRIVER = "net_bench.so"
os.environ["LD_LIBRARY_PATH"] = ":".join(
    [os.path.join(BUILD, "tests", "bench"), *filter(None, [os.environ.get("LD_LIBRARY_PATH")])])
MAGIC = 0x736f757263653031
SIZE_MAX = 16
CONFIG, RX, TX, LATENCY = 0, 512, 1024, 1536  # of struct bench_ctl's parts
TSC_HZ = CONFIG + 48 + 8 * SIZE_MAX
SINCE = TSC_HZ + 8
GROUP = SINCE + 32
SUB = 32
LATENCY_MAX = 40 * SUB
LENGTH = LATENCY + 8 * LATENCY_MAX
UNLIMITED = 0
SOURCE = "02:00:00:00:ff:00"  # the address it sends from

IMIX = [60] * 7 + [590] * 4 + [1514]  # the common 7:4:1, without FCS


def mac(number):
    """Destination number n."""
    return "52:54:00:{:02x}:{:02x}:{:02x}".format(*number.to_bytes(3, "big"))


class Nic:
    def __init__(self, b, index, more=""):
        path = b.path(f"nic{index}")
        with open(path, "wb") as f:
            f.truncate(LENGTH)
        self.file = open(path, "r+b")
        self.map = mmap.mmap(self.file.fileno(), LENGTH)
        self.path = path
        self.name = f"net_bench{index}"
        self.vdev = f"{self.name},ctl={path}" + (more and f",{more}")
        self.generation = 0
        self._put(CONFIG, MAGIC)
        self.set(macs=0)
        b.closers.append(self.close)

    def close(self):
        self.map.close()
        self.file.close()

    def _put(self, place, *words):
        struct.pack_into(f"<{len(words)}Q", self.map, place, *words)

    def _get(self, place, count=1):
        return struct.unpack_from(f"<{count}Q", self.map, place)

    def set(self, macs=2, sizes=(60,), rate=UNLIMITED, latency=False, now=False, group=False):
        """macs=0: it sends nothing. rate: packets a second; now: from this moment on, and not from
        when the port is polled next. group: broadcasts."""
        if len(sizes) > SIZE_MAX:
            raise ValueError(f"{len(sizes)} sizes: at most {SIZE_MAX}")
        self.generation += 1
        self._put(CONFIG + 16, int(rate), macs, int(latency), len(sizes), *sizes)
        self._put(SINCE, time.monotonic_ns() if now else 0)
        self._put(GROUP, int(group))
        self._put(CONFIG + 8, self.generation)

    def tsc_hz(self):
        """Of the TSC, as DPDK found it; 0 before the port is polled."""
        return self._get(TSC_HZ)[0]

    def asked(self):
        """Requests to the secondaries, those not answered in time, answers."""
        return self._get(SINCE + 8, 3)

    def sent(self):
        return self._get(RX)[0]

    def missed(self):
        """Packets that were due and found all descriptors in use."""
        return self._get(RX + 16)[0]

    def taken(self):
        return self._get(TX)[0]

    def not_simple(self):
        """Of the packets taken: of several mbufs, or not its only owner's."""
        return self._get(TX + 16)[0]

    def latencies(self):
        """How many packets, by step; see cycles()."""
        return self._get(LATENCY, LATENCY_MAX)


def cycles(step):
    """The middle of a step of latencies(), in TSC cycles."""
    shift, low = divmod(step, SUB)
    if shift == 0:
        return low
    return ((SUB + low + 0.5) * 2 ** (shift - 1))


def percentiles(before, after, wanted=(50, 99, 99.9)):
    """[cycles] of the packets between two looks at latencies(); None when there were none."""
    counts = [b - a for a, b in zip(before, after)]
    total = sum(counts)
    if total == 0:
        return [None] * len(wanted)
    found, seen = [], 0
    limits = [total * p / 100 for p in wanted]
    for step, count in enumerate(counts):
        seen += count
        while len(found) < len(limits) and seen >= limits[len(found)]:
            found.append(cycles(step))
    return found
