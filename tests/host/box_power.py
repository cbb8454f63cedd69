# SPDX-License-Identifier: BSD-3-Clause
"""A reboot, a power cut while the wiring changes, and a clock that is an hour behind: what comes back without a hand."""

import json
import threading
import time

from group import Group, equal, true
from spplib import FLUSH, commands, table

UP_S = 600  # four times what it takes beside other work
HOUR = 3600
SAVED = 3       # changes that are on the disk before the power goes
UNDER_WAY = 12  # ... when it goes
LATER = 255


def address(number):
    return f"02:00:00:00:03:{number:02x}"


class Power(Group):
    came_up = False

    def case_power_cut_while_the_wiring_changes(self):
        """What was saved is there, and of what was under way a first part: no change is half in, none without those before."""
        self._first_boot()
        for number in range(SAVED):
            self._change(number)
        self.until("that it is saved", lambda: self.status("vf1")["state_file"]["saved"], 60)
        sent = []
        changer = threading.Thread(target=self._change_on, args=(sent,), daemon=True)
        changer.start()
        self.until("changes under way", lambda: len(sent) >= UNDER_WAY, 120, step=0.01)
        self.box.power_cut()
        changer.join()
        self.box.power_on()
        self._back("power after a cut", self.box.power_at)
        wiring = self._wiring()
        found = [number for number in range(LATER) if address(number) in wiring]
        equal("entries of the table", found, list(range(len(found))))
        true(f"those saved before: {len(found)}", SAVED <= len(found) <= SAVED + len(sent))
        equal("files of the state", self.box.ok("ls -A /var/lib/spp | grep -v running").split(), ["vf-1.json", "vf-2.json"])
        self.tell(f"{len(sent)} changes under way at the cut: the first {len(found) - SAVED} of them were on the disk")

    def case_clock_is_an_hour_behind(self):
        """... at boot, as with an empty battery, and set right later."""
        self._first_boot()
        before, wiring = self._clock(), self._wiring()
        self.box.power_cut()
        self.box.clock_behind = HOUR
        self.box.power_on()
        self._back("power with the clock an hour behind", self.box.power_at)
        true("its clock is behind", self._clock() < before)
        equal("wiring", self._wiring(), wiring)
        pids = {unit: self.pid(unit) for unit in self.units}
        self._change(LATER)
        self.until("that it is saved", lambda: self.status("vf1")["state_file"]["saved"], 60)
        self.box.ok("date -s '+1 hour'")
        for nic in range(len(self.nics)):
            self.ping_all(nic)
        equal("processes", {unit: self.pid(unit) for unit in self.units}, pids)

    def case_reboot(self):
        self._first_boot()
        before = self._wiring()
        asked = time.monotonic()
        self.box.begin("systemctl reboot")
        self._back("systemctl reboot", asked)
        equal("wiring", self._wiring(), before)

    # -- -----------------------------------------------------------------------------------------

    def _first_boot(self):
        """Of whichever case is the first."""
        if not self.came_up:
            self._back("power-on", self.box.power_at)
            self.came_up = True

    def _back(self, what, since):
        """Everything is there again, each started once."""
        self.box.wait_up(UP_S)
        for nic in range(len(self.nics)):
            self.wait_ping(nic, UP_S)
        self.tell(f"{what} to the last ping: {time.monotonic() - since:.0f} s")
        self.until("all units", lambda: self.active(*self.units), 60)
        equal("restarts", self.restarts(), {name: 0 for name in self.units})
        for number in (1, 2):
            true(f"vf{number} has its wiring from the file", self.status(f"vf{number}")["state_file"]["restored"])
        for nic in range(len(self.nics)):
            self.ping_all(nic)

    def _wiring(self):
        return self.box.ok("sppctl dump")

    def _clock(self):
        return int(self.box.ok("date +%s"))

    def _change(self, number):
        change = json.dumps(commands(table(address(number), "ring0"), FLUSH))
        self.box.ok(f"echo '{change}' >/run/change; sppctl send vf1 /run/change")

    def _change_on(self, sent):
        """One after the other, until the power goes."""
        while True:
            sent.append(SAVED + len(sent))
            try:
                self._change(sent[-1])
            except (AssertionError, OSError):  # it went
                return
