# SPDX-License-Identifier: BSD-3-Clause
"""CPU time and wake-ups of the programs under test, from /proc. Knows no packets."""

import os
import time

from proc import CPU_OURS, CPU_TOOLS, pin


def threads(pid):
    """{thread id: (name, seconds on a CPU, times it went to sleep by itself)}"""
    found = {}
    for tid in os.listdir(f"/proc/{pid}/task"):
        base = f"/proc/{pid}/task/{tid}"
        try:
            with open(f"{base}/schedstat", encoding="ascii") as f:
                nanoseconds = int(f.read().split()[0])
            with open(f"{base}/status", encoding="utf-8") as f:
                fields = dict(line.split(":", 1) for line in f.read().splitlines())
        except (FileNotFoundError, ProcessLookupError):  # it ended meanwhile, or as it was read
            continue
        found[int(tid)] = (fields["Name"].strip(), nanoseconds / 1e9,
                           int(fields["voluntary_ctxt_switches"]))
    return found


def cpu_busy():
    """Seconds the CPU of the programs under test was in use, by anybody."""
    with open("/proc/stat", encoding="ascii") as f:
        line = next(line for line in f if line.startswith(f"cpu{CPU_OURS} "))
    ticks = [int(n) for n in line.split()[1:]]
    return (sum(ticks[:8]) - ticks[3] - ticks[4]) / os.sysconf("SC_CLK_TCK")


def aside(b):
    """This program leaves the CPU of ours for as long as the bench stands."""
    before = os.sched_getaffinity(0)
    b.closers.append(lambda: os.sched_setaffinity(0, before))
    pin(CPU_TOOLS)


class Cpu:
    """From its making on: what each of our threads used."""

    def __init__(self, b):
        self.procs = [b.primary_proc, *b.vfs.values()]
        self.start = time.monotonic()
        self.busy = cpu_busy()
        self.before = self._look()

    def _look(self):
        return {proc.name: threads(proc.pid) for proc in self.procs}

    def used(self):
        """[(program, thread, share of a CPU, wake-ups a second)], and how long it was watched."""
        seconds = time.monotonic() - self.start
        rows = []
        for program, now in self._look().items():
            for tid, (name, cpu, sleeps) in now.items():
                _, cpu_before, sleeps_before = self.before[program].get(tid, (name, 0.0, 0))
                rows.append((program, name, (cpu - cpu_before) / seconds,
                             (sleeps - sleeps_before) / seconds))
        return rows, seconds

    def others(self):
        """Share of the CPU of ours that went to programs that are not ours."""
        rows, seconds = self.used()
        return max(0.0, (cpu_busy() - self.busy) / seconds - sum(row[2] for row in rows))
