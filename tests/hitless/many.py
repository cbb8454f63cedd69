# SPDX-License-Identifier: BSD-3-Clause
"""Twelve workers on one CPU against the same twelve components on one worker."""

from bed import Bed
from cpu import Cpu
from wiring import CORES, Wiring

VMS = 4
RINGS = 2 * VMS + 2


def twelve():
    """Classifier, merge, four VMs, and two more forwards in the first one's ways."""
    wiring = Wiring(VMS)
    wiring.lengthen(0, 2 * VMS)
    assert len(wiring.parts) == len(CORES) == 12
    return wiring


def carried(bed, seconds):
    """Packets a second at full speed, and microseconds of CPU of ours for each."""
    cpu = Cpu(bed.b)
    packets = bed.trial(VMS, seconds=seconds)
    rows, watched = cpu.used()
    busy = sum(row[2] for row in rows) * watched
    return {"packets_per_second": round(packets),
            "cpu_us_per_packet": round(busy / (packets * seconds) * 1e6, 3),
            "others_percent": round(100 * cpu.others())}


def compare(b, seconds=2.0):
    """Both, and how much slower twelve workers are, by packets and by CPU time a packet."""
    bed = Bed(b, vms=VMS, rings=RINGS, wiring=twelve())
    spread = carried(bed, seconds)
    together = twelve()
    together.all_on(CORES[0])
    bed.rewire(together)
    alone = carried(bed, seconds)
    return {"twelve_workers": spread, "one_worker": alone,
            "slower": round(alone["packets_per_second"] / spread["packets_per_second"], 2),
            "dearer": round(spread["cpu_us_per_packet"] / alone["cpu_us_per_packet"], 2)}
