# SPDX-License-Identifier: BSD-3-Clause
"""The patch panel as sppctl works at it: a memif NIC, spp_vf 1, spp_agent, the tool at all ends."""

import os

import numbered
import scenario
from ctllib import Ctl
from proc import wait_for

MACS = scenario.MACS


def start(test, workers=None):
    """spp_agent, a memif NIC, spp_vf 1, and the tool at all three ends."""
    b = test.b
    ctl = Ctl(b)
    nic = numbered.memif(b, 0)
    b.primary([nic.server], args=["-s", ctl.address])
    os.mkdir(b.path("state"))
    b.vf(1, ids=workers, args=["-s", ctl.address, "--state-dir", b.path("state")])
    ctl.wait("primary", "vf1")
    return ctl, scenario.all_sides(b, nic)


def goes_round(ctl, lcore):
    """Until this worker polls its sources again and again. When it first polls a memif NIC it maps
    the partner's memory, and on a busy machine that takes longer than a flush waits for it."""
    def cycles():
        one = next(c for c in ctl.info()["lcore"] if c["lcore"] == lcore)
        return one["busy_cycles"] + one["idle_cycles"] + one["asleep_cycles"]

    for _ in range(2):
        before = cycles()
        wait_for(f"lcore {lcore} to go round", lambda: cycles() > before)


def plug_both(ctl):
    ctl.ok("plug", "vhost0", MACS[0])
    goes_round(ctl, 2)
    ctl.ok("plug", "vhost1", MACS[1])
