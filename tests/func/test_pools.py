# SPDX-License-Identifier: BSD-3-Clause
"""After an orderly end, and after a kill, in the middle of traffic: nothing missing, nothing left."""

import os
import signal
import time

import numbered
import scenario
import status
from proc import wait_for
from spplib import SppTest


class Pools(SppTest):
    """The founding wiring at full speed on all sides, ended in every way there is."""

    in_event = True

    @classmethod
    def prepare(cls, b):
        b.start_controller()
        cls.nic = numbered.memif(b, 0)
        b.primary([cls.nic.server])

    def start_under_load(self):
        self.b.vf(1)
        scenario.send(self.b, *scenario.MESSAGES)
        tool = scenario.all_sides(self.b, self.nic)
        tool.begin(scenario.ALL_WAYS)
        wait_for("traffic", lambda: status.port(self.b.vf_status(), "nic0")["tx_packets"] > 1000)
        return tool

    def after_the_end(self, deaths):
        wait_for("the slot to be free", lambda: status.slot(self.b.primary_status(), 1) is None)
        info = self.b.primary_status()
        self.assertEqual(status.missing(info), {})
        self.assertEqual(status.deaths(info), deaths)

    def test_1_orderly_end_under_load_with_sigterm_and_sigint(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            tool = self.start_under_load()
            self.assertEqual(self.b.vfs[1].stop(number), 0)
            self.after_the_end(0)
            tool.proc.kill()
            self.assertFalse(os.path.exists(self.b.vf_socket(1)))
            self.assertFalse(os.path.exists(self.b.sock(0)))

    def test_2_killed_under_load(self):
        for deaths in range(1, 6):
            tool = self.start_under_load()
            self.b.vfs[1].kill()
            self.after_the_end(deaths)
            tool.proc.kill()

    def test_3_stopped_for_seconds_and_killed_then(self):
        """A VF that hangs holds up nobody, and is cleaned up as any other."""
        tool = self.start_under_load()
        self.b.vfs[1].send_signal(signal.SIGSTOP)
        end = time.monotonic() + 2
        while time.monotonic() < end:
            self.assertEqual(self.b.primary_status()["process"], 0)
        self.b.vfs[1].kill()
        self.after_the_end(6)
        tool.proc.kill()

    def test_4_while_it_is_wired_pools_are_in_use_and_afterwards_full(self):
        tool = self.start_under_load()
        self.assertEqual(tool.end().disorder(), [])
        scenario.send(self.b, "5-stop-vm-vhost0", "6-stop-vm-vhost1")
        self.assertEqual(self.b.vfs[1].stop(), 0)
        self.after_the_end(6)
        tool.proc.kill()

    def test_5_heap_that_dpdk_leaks_is_shown(self):
        """About 156 kB for each start of a secondary, so far 9 of them."""
        leaked = status.heap_leaked(self.b.primary_status())
        self.assertGreater(leaked, 0)
        self.assertLess(leaked, 9 * 400 * 1024)

    def test_6_primary_ends_in_order(self):
        self.assertEqual(self.b.primary_proc.stop(), 0)
        self.assertFalse(os.path.exists(self.b.primary_socket()))


class Orphan(SppTest):
    def test_a_vf_ends_by_itself_when_its_primary_is_gone(self):
        """Its memory is nobody's any more: it must not go on with it."""
        self.b.start_controller()
        self.b.primary(["net_null0"])
        vf = self.b.vf(1)
        self.b.primary_proc.kill()
        code = vf.wait(15)
        self.assertNotEqual(code, 0)
        self.assertRegex(vf.text(), "primary")
