# SPDX-License-Identifier: BSD-3-Clause
"""Two builds of ours on one path, run by turns, beside a control: this build once more. What the
machine does to a measure shows in the control; a difference within its spread is none.
"""

import statistics

from contest import Contest, undisturbed
from ours import Ours


class Against(Contest):
    """"this", "again" (the control), "other"."""

    def __init__(self, janitor, path, dispatch, other):
        self.path = path
        self.systems = []
        self.start(janitor, [("this", Ours(janitor, path, dispatch)),
                             ("again", Ours(janitor, path, dispatch)),
                             ("other", Ours(janitor, path, dispatch, other))])

    def rounds(self, count, seconds):
        """[{name: cycles a packet}], the order turned each round."""
        found = []
        for number in range(count):
            turn = number % len(self.systems)
            found.append({name: undisturbed(one, seconds, {})["cycles"]
                          for name, one in self.systems[turn:] + self.systems[:turn]})
        return [r for r in found if all(r.values())]


def ratios(rounds, to):
    """Lower quartile, median, upper quartile of this build's cycles over those beside it."""
    return statistics.quantiles([r["this"] / r[to] for r in rounds], n=4)


def show(path, dispatch, rounds):
    """One line. The bound is 1 and the width of the control's quartiles."""
    control, other = ratios(rounds, "again"), ratios(rounds, "other")
    width = control[2] - control[0]
    medians = {name: statistics.median(r[name] for r in rounds) for name in rounds[0]}
    verdict = "" if other[1] <= 1 + width else "  dearer"
    print(f"{path.name:16} {dispatch:6} this {medians['this']:7.1f}  other {medians['other']:7.1f}"
          f"  this/other {other[1]:.3f} ({other[0]:.3f}-{other[2]:.3f})"
          f"  control {control[1]:.3f} ({control[0]:.3f}-{control[2]:.3f})"
          f"  bound {1 + width:.3f}{verdict}", flush=True)
    return not verdict
