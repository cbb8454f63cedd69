# SPDX-License-Identifier: BSD-3-Clause
"""What the primary does when a process of the soak has ended: in time, and nothing is missing."""

import time

import status
from act import Act

SLOT_S = 2.0   # until the primary has put its slot in order
BACK_S = 20.0  # until it works again; how long it took is in the figures


class Dying(Act):
    def __init__(self, soak):
        super().__init__(soak)
        self.slot_us = []

    def put_in_order(self, number, ended):
        """Nothing may be missing once the primary is done; how long it took is written down."""
        info = yield from self.until("the primary to put its slot in order",
                                     lambda: self._slot_free(number), SLOT_S)
        self.slot_us.append(round((time.monotonic() - ended) * 1e6))
        missing = status.missing(info)
        if missing:
            raise AssertionError(f"after process {number} was gone: {missing}")

    def _slot_free(self, number):
        info = self.b.primary_status()
        return info if status.slot(info, number) is None else None
