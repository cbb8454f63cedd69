# SPDX-License-Identifier: BSD-3-Clause
"""Something that goes on beside everything else, in one thread: a generator of which each step takes
some milliseconds at most. Knows no processes.
"""

import collections
import random
import time

from proc import NOT_YET, Timeout

RESTS = object()  # yielded by an act that has put its things in order and waits for the soak


class Act:
    def __init__(self, soak):
        self.soak = soak
        self.b = soak.b
        self.rng = random.Random(f"{soak.seed} {type(self).__name__}")
        self.counts = collections.Counter()  # of what was done, since the last look
        self.steps = self.run()

    def run(self):
        raise NotImplementedError

    def turn(self):
        """One step; true when it rests."""
        return next(self.steps) is RESTS

    # -- for run() ---------------------------------------------------------------------------

    def rest(self):
        while self.soak.resting:
            yield RESTS

    def pause(self, low, high, unless=lambda: False):
        """So many seconds at random; none when the soak wants to rest."""
        end = time.monotonic() + self.rng.uniform(low, high)
        while time.monotonic() < end and not self.soak.resting and not unless():
            yield

    def until(self, what, condition, deadline=20.0):
        """As proc.wait_for(), while the others go on."""
        end = time.monotonic() + deadline
        last = None
        while True:
            try:
                last = condition()
                if last:
                    return last
            except NOT_YET as e:
                last = e
            if time.monotonic() > end:
                raise Timeout(f"waited {deadline:g} s for {what}, last seen: {last!r}")
            yield
