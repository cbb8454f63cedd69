# SPDX-License-Identifier: BSD-3-Clause
"""Speed cannot rot unseen: cycles a packet, beside testpmd's on the same ports in the same seconds.

./bench measures; this only fails when a path has become much dearer than it was (REGRESSION), and
three tries in a row say so. Where a bound is passed on purpose, measure with ./bench and set it here.
"""

import os
import sys
import time
import unittest

from bench import TREE
from spplib import SppTest
from proc import CPU_OURS, CPU_TOOLS

sys.path[:0] = [os.path.join(TREE, "tests", "bench"), os.path.join(TREE, "tests", "hitless")]

import spplib  # noqa: E402
from contest import Contest  # noqa: E402  (needs the paths)
import paths  # noqa: E402

# How many times testpmd's cycles a packet take: as measured (docs/performance.md).
OF_TESTPMD = {
    ("nics", "event"): 5.2, ("nics", "auto"): 2.3,
    ("vhosts", "event"): 2.4, ("vhosts", "auto"): 1.1,
}
REGRESSION = 1.5
# Handing over from thread to thread costs twice as much for minutes at a time on a virtual machine:
# 9 to 11.6 was seen, of this build and of an older one in turn, and below 7.8 minutes before and after.
UNSTEADY = {("nics", "event"): 2.5}
TRIES = 6
PAUSE_S = 10
RUNS = 3
SECONDS = 0.3


class Speed(SppTest):
    deadline = 170
    repeatable = False

    def cheap(self, name):
        if CPU_OURS == CPU_TOOLS:
            raise unittest.SkipTest("one CPU: guests and tools need another than ours")
        modes = [mode for path, mode in OF_TESTPMD if path == name]
        for _ in range(TRIES):
            with Contest(spplib.JANITOR, paths.by_name(name), [*modes, "testpmd"]) as contest:
                result = contest.runs(RUNS, SECONDS)
            # The least: whatever else the machine does only adds.
            ratio = {mode: result[mode]["of_testpmd"]["min"] for mode in modes}
            dear = {mode: f"{ratio[mode]:.2f} times testpmd's cycles a packet, "
                    f"{OF_TESTPMD[name, mode]:g} was measured" for mode in modes
                    if ratio[mode] > UNSTEADY.get((name, mode), REGRESSION) * OF_TESTPMD[name, mode]}
            if not dear:
                return
            time.sleep(PAUSE_S)
        self.fail(f"path {name}: {dear}")

    def test_from_nic_to_nics(self):
        self.cheap("nics")

    def test_from_nic_to_vhosts(self):
        self.cheap("vhosts")
