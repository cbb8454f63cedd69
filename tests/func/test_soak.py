# SPDX-License-Identifier: BSD-3-Clause
"""Everything that may go wrong beside traffic that must not notice: the short form of
tests/soak/run.py.
"""

import os
import sys

from bench import TREE
from spplib import SppTest

sys.path += [os.path.join(TREE, "tests", name) for name in ("hitless", "bench", "soak")]

from soak import Soak  # noqa: E402  (needs the paths)

SEED = 20261126
RATE = 3000
LOOKS, SECONDS = 2, 7


class SoakedShortly(SppTest):
    deadline = 120

    def test_nothing_is_lost_or_leaked_while_all_else_dies_and_misbehaves(self):
        soak = Soak(self.b, RATE, SEED)
        done = [soak.minute(SECONDS) for _ in range(LOOKS)]
        self.assertEqual([one["breaches"] for one in done], [[]] * LOOKS)
        self.assertGreater(done[-1]["deaths"], 0)
