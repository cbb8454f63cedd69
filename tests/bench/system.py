# SPDX-License-Identifier: BSD-3-Clause
"""A system under test on a path: programs on the CPU of ours, guests on the other, sources; and
one look at all counters. Several stand side by side, all but one of them stopped (SIGSTOP), so that
runs of one and the other alternate within seconds.
"""

import signal
import time

from bench import BUILD, Bench
from cpu import threads
from others import Others

WARM = 0.15  # seconds of traffic before a look


class System:
    name = ""

    def __init__(self, janitor, path, dispatch=None, build=BUILD):
        self.path = path
        self.dispatch = dispatch
        self.b = Bench(janitor, dispatch, build)
        self.nics = []
        self.sources = []
        self.procs = []  # under test: their CPU time counts
        self.guests = None

    # -- what a kind of system defines ----------------------------------------------------------

    def start(self):
        raise NotImplementedError

    def sinks(self):
        """NICs of which the packets taken count as delivered."""
        raise NotImplementedError

    def figures(self):
        """What else it knows of itself: a value for details()."""
        return None

    def details(self, before, after, packets):
        """Figures of a run beside the common ones."""
        return {}

    # -- common ---------------------------------------------------------------------------------

    def add_guests(self, socks, server=False):
        import testpmd  # needs System

        if socks:
            guests = testpmd.Fed if self.path.fed else testpmd.Guests
            self.guests = guests(self.b, socks, self.path.echo, server)
            self.guests.wait_ready(self.b)

    def close(self):
        self.resume()
        self.b.close()

    def everybody(self):
        return [p for p in self.b.procs if p.alive()]

    def pause(self):
        for proc in self.everybody():
            proc.send_signal(signal.SIGSTOP)

    def resume(self):
        for proc in self.everybody():
            proc.send_signal(signal.SIGCONT)

    def send(self, **more):
        """The sources begin; their packets as the path has them. rate: of all together."""
        rate = more.pop("rate", 0) / len(self.sources)
        for number, source in enumerate(self.sources):
            source.set(**{"macs": self.path.macs if len(self.sources) == 1 else 1,
                          "sizes": self.path.sizes, "rate": rate, **more})
        if self.path.storm:
            self.guests.sink.set(macs=1, group=True)

    def quiet(self):
        for one in {*self.nics, *self.sources, *(self.sinks() if self.path.fed else ())}:
            one.set(macs=0)

    def cpu(self):
        """(time, {(program, thread id, thread): seconds})"""
        found = {}
        for proc in self.procs:
            for tid, (name, seconds, _) in threads(proc.pid).items():
                found[proc.name, tid, name] = seconds
        return time.monotonic(), found

    def look(self):
        """All counters, each with the time it was read."""
        now = time.monotonic()
        counts = [(now, sum(one.taken() for one in self.sinks()))]
        cpu = self.cpu()
        sent = (time.monotonic(), sum(one.sent() for one in self.sources))
        if self.guests and not self.path.fed:
            counts.append(self.guests.received())
        return counts, cpu, sent

    def run(self, seconds, **more):
        """Traffic for so long; the figures of it."""
        self.resume()
        self.send(**more)
        time.sleep(WARM)
        figures = self.figures()
        others = Others(self.b.procs)
        before = self.look()
        time.sleep(seconds)
        after = self.look()
        others = others.share()
        figures_after = self.figures()
        self.quiet()
        time.sleep(0.02)
        self.pause()
        return {**self.evaluate(before, after, figures, figures_after), "others": others}

    def evaluate(self, before, after, figures, figures_after):
        pps = sum((n1 - n0) / (t1 - t0) for (t0, n0), (t1, n1) in zip(before[0], after[0]))
        (t0, cpu0), (t1, cpu1) = before[1], after[1]
        used = {}
        for (program, tid, thread), seconds in cpu1.items():
            share = (seconds - cpu0.get((program, tid, thread), 0)) / (t1 - t0)
            used[f"{program} {thread}"] = used.get(f"{program} {thread}", 0) + share
        hz = self.sources[0].tsc_hz()
        (t0, sent0), (t1, sent1) = before[2], after[2]
        busy = sum(used.values())
        result = {"mpps": pps / 1e6, "cycles": busy * hz / pps if pps else None,
                  "cpu": busy, "threads": {k: v for k, v in used.items() if v > 0.001},
                  "sent_mpps": (sent1 - sent0) / (t1 - t0) / 1e6, "tsc_hz": hz}
        # What went in and came out nowhere; an echo comes out twice.
        ideal = result["sent_mpps"] * (2 if self.path.echo else 1)
        result["lost"] = max(0.0, 1 - result["mpps"] / ideal) if ideal else None
        result.update(self.details(figures, figures_after, pps))
        return result
