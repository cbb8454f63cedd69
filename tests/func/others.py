# SPDX-License-Identifier: BSD-3-Clause
"""How much of the machine others use: on a busy one a lost packet proves nothing.

Knows only /proc. Used by spplib.py, which repeats a case that lost packets while others were busy.
"""

import os
import resource

TICK = os.sysconf("SC_CLK_TCK")
SHARE_MAX = 0.1  # of all CPUs


def busy_seconds():
    """(busy, all) seconds of all CPUs since boot."""
    with open("/proc/stat", encoding="ascii") as stat:
        user, nice, system, idle, iowait, irq, softirq, steal = map(
            int, stat.readline().split()[1:9])
    busy = user + nice + system + irq + softirq + steal
    return busy / TICK, (busy + idle + iowait) / TICK


def used_by(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as stat:
            return sum(map(int, stat.read().rpartition(")")[2].split()[11:13])) / TICK
    except OSError:
        return 0.0


def our_seconds(procs):
    """Of this process, of what it waited for, and of the running ones."""
    ended = sum(u.ru_utime + u.ru_stime for u in (resource.getrusage(resource.RUSAGE_SELF),
                                                  resource.getrusage(resource.RUSAGE_CHILDREN)))
    return ended + sum(used_by(p.pid) for p in procs if p.alive())


class Others:
    """Measures from its creation."""

    def __init__(self, procs):
        self.procs = procs  # a list that grows as programs are started
        self.busy, self.all = busy_seconds()
        self.ours = our_seconds(procs)

    def share(self):
        """Of all CPU time since then, what went to others: 0 to 1."""
        busy, everything = busy_seconds()
        others = busy - self.busy - (our_seconds(self.procs) - self.ours)
        return max(0.0, others / max(everything - self.all, 0.01))

    def disturb(self):
        return self.share() > SHARE_MAX
