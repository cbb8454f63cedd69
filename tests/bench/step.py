# SPDX-License-Identifier: BSD-3-Clause
"""What a NIC loses when traffic starts: from silence to a rate at once, at each --idle-us, and beside
it the same rate without a step, which shows what the machine's own pauses cost.

The NIC's descriptors are as many as spp_primary gave it; what comes while all are in use is missed.
"""

import statistics
import time

import ours
import paths

RATES = (1, 2, 5, 10)  # Mpps
IDLE = ("1000", "250", "auto", "0")
DESCRIPTORS = (1024, 4096)
SILENCE, SECONDS = 0.5, 1.0
PATH = next(path for path in paths.TABLE if path.name == "nics")


class Started(ours.Ours):
    """With these options; nothing else stands beside it."""

    def __init__(self, janitor, idle, descriptors):
        super().__init__(janitor, PATH, "auto")
        self.primary_args = ["--nic-descriptors", str(descriptors)]
        self.vf_args = ["--idle-us", idle]


def missed(one, rate, step):
    """Packets lost within a second of traffic."""
    source = one.sources[0]
    source.set(macs=2, rate=rate)
    time.sleep(SILENCE)
    if step:
        source.set(macs=0)
        time.sleep(SILENCE)
        before = source.missed()
        source.set(macs=2, rate=rate, now=True)
    else:
        before = source.missed()
    time.sleep(SECONDS)
    lost = source.missed() - before
    source.set(macs=0)
    return lost


def measure(janitor, runs):
    """Rows: (descriptors, idle, rate in Mpps, median lost with the step, without it)."""
    rows = []
    for descriptors in DESCRIPTORS:
        for idle in IDLE:
            one = Started(janitor, idle, descriptors)
            try:
                one.start()
                for rate in RATES:
                    both = [(missed(one, rate * 1e6, True), missed(one, rate * 1e6, False))
                            for _ in range(runs)]
                    rows.append((descriptors, idle, rate,
                                 *(statistics.median(column) for column in zip(*both))))
                    print("{:>11} {:>8} {:>6} {:>12.0f} {:>13.0f}".format(*rows[-1]), flush=True)
            finally:
                one.close()
    return rows


HEAD = "descriptors  idle-us   Mpps  lost at step  without it"
