# SPDX-License-Identifier: BSD-3-Clause
"""A process has died inside one of DPDK's shared locks; whoever starts after it must not wait for ever."""

import signal
import time

import numbered
import scenario
import status
from bench import program
from proc import wait_for
from spplib import FLUSH, SppTest, commands, component

START_S = 20  # src/vf_main.c
RELEASED_S = 3  # src/dead_lock.h
MAP_S = 15
RELEASED = r"died holding DPDK's lock of the %s .* released"


def state(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        return stat.read().rpartition(")")[2].split()[0]


class DeadLock(SppTest):
    def setUp(self):
        super().setUp()
        b = self.b
        b.start_controller()
        nic = numbered.memif(b, 0)
        b.primary([nic.server, "net_null1"])
        b.vf(1, config=b.vf_config(1, num_vhost=1, first_vhost=0), ids=[0, 2, 3])
        self.send_ok(b.controller[1], commands(component(2, "forward", ["nic0"], ["vhost0"]),
                                               component(3, "forward", ["vhost0"], ["nic0"]), FLUSH))
        self.witness = numbered.Numbered(b, [nic.port, numbered.vhost(b.sock(0), 1)])
        self.witness.begin([f"tx:0:1:{scenario.MACS[0]}", f"tx:1:2:{scenario.NIC_MAC}",
                            "rx:0", "rx:1"], rate=1000)

    def locker(self, where):
        return self.b.start("spp_lock", [program("tests/tools/spp_lock"), where,
                                         *self.b.eal([4], "--proc-type=secondary")])

    def dies(self, where):
        victim = self.locker(where)
        self.assertEqual(victim.wait(10), -signal.SIGKILL, victim.tail())

    def late(self):
        return self.b.vf(2, config=False, ids=[5, 6], wait=False)

    def others_are_well(self):
        self.whole(self.witness.end())
        self.assertTrue(self.b.vfs[1].alive())
        self.b.vf_status(1)

    def starts(self, where, lock):
        """The lock is released: it costs the next start seconds, and nobody anything else."""
        self.dies(where)
        begun = time.monotonic()
        self.late().wait_log("ready: slot", RELEASED_S + 10)
        self.assertGreater(time.monotonic() - begun, RELEASED_S - 1, "it met no lock")
        self.b.primary_proc.wait_log(RELEASED % lock, 1)
        begun = time.monotonic()
        self.assertEqual(self.b.vfs[2].stop(), 0)
        self.late().wait_log("ready: slot", 10)
        self.assertLess(time.monotonic() - begun, RELEASED_S, "the next does not wait")
        self.others_are_well()

    def test_a_start_after_one_that_died_in_its_start(self):
        self.starts("start", "list of memzones")

    def test_a_start_after_a_reader_that_died(self):
        self.starts("memzones", "list of memzones")

    def test_a_start_after_one_that_died_making_a_memzone(self):
        self.starts("array", "array of memzones")

    def test_a_reader_of_the_memory_map_that_died_keeps_nobody_waiting(self):
        self.dies("map")
        self.late().wait_log("ready: slot", RELEASED_S)
        self.b.primary_proc.wait_log(RELEASED % "memory map", MAP_S + 3)
        self.others_are_well()

    def test_a_slot_is_put_in_order_after_a_reader_that_died(self):
        late = self.late()
        late.wait_log("ready: slot", 10)
        self.dies("memzones")
        late.kill()
        wait_for("the slot", lambda: status.slot(self.b.primary_status(), 2) is None, RELEASED_S + 5)
        self.assertEqual(status.missing(self.b.primary_status()), {})
        self.b.primary_proc.wait_log(RELEASED % "list of memzones", 1)
        self.assertNotIn("restart spp_primary", self.b.primary_proc.text())
        self.others_are_well()

    def test_a_stopped_process_keeps_its_lock(self):
        holder = self.locker("stop")
        wait_for("it to stop", lambda: state(holder.pid) == "T")
        late = self.late()
        self.b.primary_proc.wait_log(f"while pid {holder.pid} is stopped", RELEASED_S + 2)
        time.sleep(2)
        self.assertNotIn("ready", late.text())
        self.assertNotIn("released", self.b.primary_proc.text())
        holder.send_signal(signal.SIGCONT)
        self.assertEqual(holder.wait(10), 0, holder.tail())
        late.wait_log("ready: slot", 10)
        self.assertNotIn("released", self.b.primary_proc.text())
        self.others_are_well()

    def test_a_start_that_meets_one_which_must_stay_says_so_and_ends(self):
        self.dies("memory")
        begun = time.monotonic()
        late = self.late()
        self.b.primary_proc.wait_log("died while it changed DPDK's memory map.* restart spp_primary",
                                     MAP_S + 3)
        self.assertEqual(late.wait(START_S + 10), 1, late.tail())
        self.assertGreater(time.monotonic() - begun, START_S - 1)
        self.assertIn("restart spp_primary", late.text())
        self.others_are_well()
