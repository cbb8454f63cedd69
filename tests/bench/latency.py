# SPDX-License-Identifier: BSD-3-Clause
"""Latency from source to sink at shares of capacity, ours beside testpmd, by turns.

A packet carries the time it was due at, so what waits in the NIC because nobody polls counts. Where
guests echo it is the way there and back. Capacity is each system's own: what it carries when more
is always due (a rate without any loss says more of the machine's pauses than of the systems:
a NIC's 1,024 descriptors are full in 20 to 100 us).
"""

import statistics
import time

import nic
from contest import spread
from system import WARM

SHARES = (0.1, 0.5, 0.9)
OVERLOAD = 1e9
POINTS = (50, 99, 99.9)


def run(one, rate, seconds):
    """(share lost, [microseconds] at POINTS)"""
    one.resume()
    sinks = one.sinks()
    for sink in sinks:
        sink.set(macs=0, latency=True)
    one.send(rate=rate, latency=True)
    time.sleep(WARM)
    before = [sink.latencies() for sink in sinks]
    missed = sum(source.missed() for source in one.sources)
    sent = sum(source.sent() for source in one.sources)
    taken = sum(sink.taken() for sink in sinks)
    time.sleep(seconds)
    missed = sum(source.missed() for source in one.sources) - missed
    sent = sum(source.sent() for source in one.sources) - sent
    taken = sum(sink.taken() for sink in sinks) - taken
    after = [sink.latencies() for sink in sinks]
    one.quiet()
    time.sleep(0.02)
    one.pause()
    total = lambda looks: [sum(column) for column in zip(*looks)]
    hz = one.sources[0].tsc_hz()
    us = [None if c is None else c / hz * 1e6
          for c in nic.percentiles(total(before), total(after), POINTS)]
    return max(0, sent + missed - taken) / max(1, sent + missed), us


def capacity(one, runs, seconds):
    """Packets a second of the sources that come out when more are always due."""
    for sink in one.sinks():
        sink.set(macs=0, latency=True)
    results = [one.run(seconds, rate=OVERLOAD, latency=True) for _ in range(runs)]
    delivered = statistics.median(result["mpps"] for result in results) * 1e6
    return delivered / 2 if one.path.echo else delivered


def measure(contest, runs, seconds):
    """{kind: {"capacity": packets a second, "10": {"50": spread in us, ...}, ...}}"""
    found = {}
    for kind, one in contest.systems:
        found[kind] = {"capacity": capacity(one, runs, seconds)}
    for share in SHARES:
        samples = {kind: [] for kind, _ in contest.systems}
        for number in range(runs):
            for kind, one in contest.systems if number % 2 == 0 else reversed(contest.systems):
                samples[kind].append(run(one, share * found[kind]["capacity"], seconds))
        for kind, results in samples.items():
            found[kind][f"{share:.0%}"] = {
                **{f"p{point:g}": spread([us[i] for _, us in results])
                   for i, point in enumerate(POINTS)},
                "lost": spread([lost for lost, _ in results])}
    return found
