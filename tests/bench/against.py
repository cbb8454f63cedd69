# SPDX-License-Identifier: BSD-3-Clause
"""Two builds of ours on one path, or one build on two paths, run by turns, beside a control: the same
once more. What the machine does to a measure shows in the control; a difference within its spread
is none.
"""

import statistics

from contest import Contest, undisturbed
from ours import Ours


class Against(Contest):
    """"this", "again" (the control), "other": a path with another build, or another path."""

    def __init__(self, janitor, path, dispatch, other):
        self.path = path
        self.systems = []
        self.start(janitor, [("this", Ours(janitor, path, dispatch)),
                             ("again", Ours(janitor, path, dispatch)),
                             ("other", Ours(janitor, path, dispatch, other)
                              if isinstance(other, str) else Ours(janitor, other, dispatch))])

    def rounds(self, count, seconds):
        """[{name: (cycles a packet, Mpps)}], the order turned each round."""
        found = []
        for number in range(count):
            turn = number % len(self.systems)
            runs = {name: undisturbed(one, seconds, {})
                    for name, one in self.systems[turn:] + self.systems[:turn]}
            found.append({name: (run["cycles"], run["mpps"]) for name, run in runs.items()})
        return [r for r in found if all(cycles for cycles, _ in r.values())]


def ratios(rounds, to, figure=0):
    """Lower quartile, median, upper quartile of this one's cycles (or Mpps) over those beside it."""
    return statistics.quantiles([r["this"][figure] / r[to][figure] for r in rounds], n=4)


def show(path, dispatch, rounds):
    """One line. The bound is 1 and the width of the control's quartiles."""
    control, other = ratios(rounds, "again"), ratios(rounds, "other")
    width = control[2] - control[0]
    medians = {name: statistics.median(r[name][0] for r in rounds) for name in rounds[0]}
    rate = ratios(rounds, "other", 1)
    verdict = "" if other[1] <= 1 + width else "  dearer"
    print(f"{path.name:16} {dispatch:6} this {medians['this']:7.1f}  other {medians['other']:7.1f}"
          f"  this/other {other[1]:.3f} ({other[0]:.3f}-{other[2]:.3f})"
          f"  control {control[1]:.3f} ({control[0]:.3f}-{control[2]:.3f})"
          f"  bound {1 + width:.3f}{verdict}  packets {rate[1]:.3f} ({rate[0]:.3f}-{rate[2]:.3f})",
          flush=True)
    return not verdict
