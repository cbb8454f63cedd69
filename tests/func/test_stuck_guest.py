# SPDX-License-Identifier: BSD-3-Clause
"""A guest that never empties its ring costs others no more than a healthy one: tests/hostile/stuck.py.

On a machine that others use, too, the best of some tries counts.
"""

import os
import sys

from bench import TREE
from spplib import SppTest

sys.path[:0] = [os.path.join(TREE, "tests", "hostile")]

import stuck  # noqa: E402  (needs the path)

TRIES = 4
# Packets of the stuck guest may wait in the ring in front of its forward: 2,048, and 32 vectors.
MBUFS_MAX, VECTORS_MAX = 4096, 128


class StuckGuest(SppTest):
    in_event = True
    deadline = 170

    def test_costs_another_guest_no_more_than_a_healthy_one(self):
        here = stuck.Stuck(self.b)
        for _ in range(TRIES):
            figures = here.contest(1, 1)
            self.assertGreater(figures["stuck"]["vhost_full"], 1000)
            self.assertLess(figures["stuck"]["mbufs"], MBUFS_MAX)
            self.assertLess(figures["stuck"]["vectors"], VECTORS_MAX)
            breaches = stuck.breaches(figures)
            if not breaches:
                return
        self.fail(f"{breaches}: {figures}")
