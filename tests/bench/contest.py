# SPDX-License-Identifier: BSD-3-Clause
"""Several systems on one path, run by turns; the median, least and most of each figure."""

import statistics
import sys

from cpu import aside
import ovs
from others import SHARE_MAX
from ours import Ours
from testpmd import Testpmd

TRIES = 3


def system(janitor, path, kind):
    """None where it is not there or cannot do this."""
    if kind in ("event", "auto"):
        return Ours(janitor, path, kind)
    if path.scheduler_apart:
        return None
    if kind == "testpmd":
        return Testpmd(janitor, path)
    return ovs.Ovs(janitor, path) if ovs.installed() and ovs.can(path) else None


def spread(values):
    values = [v for v in values if v is not None]
    if not values:
        return None
    return {"median": statistics.median(values), "min": min(values), "max": max(values)}


def undisturbed(one, seconds, more):
    """A run; another when somebody else had much of the CPUs meanwhile."""
    for _ in range(TRIES):
        result = one.run(seconds, **more)
        if result["others"] <= SHARE_MAX:
            break
    return result


class Contest:
    def __init__(self, janitor, path, kinds):
        self.path = path
        self.systems = []
        self.start(janitor, [(kind, system(janitor, path, kind)) for kind in kinds])

    def start(self, janitor, systems):
        try:
            for kind, one in systems:
                if one is None:
                    continue
                self.systems.append((kind, one))
                if len(self.systems) == 1:
                    aside(one.b)
                self.begin(one)
        except BaseException:
            self.close()
            raise

    @staticmethod
    def begin(one):
        try:
            one.start()
        except BaseException:
            print(one.b.dump(), file=sys.stderr)
            raise
        one.pause()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()

    def close(self):
        for _, one in reversed(self.systems):
            one.close()

    def runs(self, count, seconds, **more):
        """{kind: figures}; more: for System.send."""
        found = {kind: [] for kind, _ in self.systems}
        for number in range(count):
            for kind, one in self.systems if number % 2 == 0 else reversed(self.systems):
                found[kind].append(undisturbed(one, seconds, more))
        summaries = {kind: summary(results) for kind, results in found.items()}
        bound = [r["cycles"] for r in found.get("testpmd", [])]
        for kind, results in found.items():
            if bound and kind != "testpmd":
                # of the same round: what slows the machine slows both
                summaries[kind]["of_testpmd"] = spread(
                    [r["cycles"] / t for r, t in zip(results, bound) if r["cycles"] and t])
        return summaries


def summary(results):
    """Of the runs of a system; what is no number is the last run's."""
    last = results[-1]
    drops = {}
    for result in results:
        for reason, packets in result.get("drops", {}).items():
            drops[reason] = drops.get(reason, 0) + packets
    middle = sorted(results, key=lambda r: r["cycles"] or 0)[len(results) // 2]
    return {"cycles": spread([r["cycles"] for r in results]),
            "mpps": spread([r["mpps"] for r in results]),
            "sent_mpps": spread([r["sent_mpps"] for r in results]),
            "cpu": spread([r["cpu"] for r in results]),
            "lost": spread([r["lost"] for r in results]),
            "others": max(r["others"] for r in results), "drops": drops, "runs": len(results), "tsc_hz": last["tsc_hz"],
            "threads": middle["threads"], "components": middle.get("components", {})}
