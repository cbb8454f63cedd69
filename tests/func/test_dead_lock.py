# SPDX-License-Identifier: BSD-3-Clause
"""A process has died inside one of DPDK's shared locks; whoever starts after it must not wait for ever."""

import os
import signal
import struct
import subprocess
import time

import janitor
import numbered
import scenario
import status
from bench import program
from proc import wait_for
from spplib import FLUSH, SppTest, commands, component

LOCK_S = 20  # src/vf/await.h
RELEASED_S = 3  # src/primary/dead_lock.h
TOLD_S = 5
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

    def test_a_start_after_one_that_died_looking_for_its_nics(self):
        self.starts("ports", "list of ports")

    def test_a_reader_of_the_memory_map_that_died_keeps_nobody_waiting(self):
        self.dies("map")
        self.late().wait_log("ready: slot", RELEASED_S)
        self.b.primary_proc.wait_log(RELEASED % "memory map", RELEASED_S + 3)
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

    def keeps(self, holder, go_on, said):
        """Nothing is taken from one that lives, and who waits for it says so."""
        late = self.late()
        late.wait_log("waiting: DPDK's lock of the list of memzones is taken", 3)
        self.b.primary_proc.wait_log(
            rf"lock of the list of memzones .* pid {holder.pid} \(spp_lock\) may hold it, {said}",
            TOLD_S + 3)
        self.assertNotIn("ready", late.text())
        holder.send_signal(go_on)
        self.assertEqual(holder.wait(10), 0, holder.tail())
        late.wait_log("ready: slot", 10)
        self.assertNotRegex(self.b.primary_proc.text(), "released|has died|restart spp_primary")
        self.others_are_well()

    def test_a_stopped_process_keeps_its_lock(self):
        holder = self.locker("stop")
        wait_for("it to stop", lambda: state(holder.pid) == "T")
        self.keeps(holder, signal.SIGCONT, "which is stopped")

    def test_one_that_sleeps_keeps_its_lock(self):
        """It is neither stopped nor does it move: silence proves nothing."""
        holder = self.locker("sleep")
        wait_for("it to sleep", lambda: self.in_memzones() and state(holder.pid) == "S")
        self.keeps(holder, signal.SIGUSR1, "which is no spp_vf of ours")

    def in_memzones(self):
        """Readers of the list of memzones, by struct rte_mem_config of DPDK."""
        with open(f"/var/run/dpdk/{self.b.prefix}/config", "rb") as f:
            return struct.unpack_from("<i", f.read(20), 16)[0]

    def test_a_spp_vf_that_is_stopped_in_its_start_keeps_its_lock(self):
        self.b.env["LD_PRELOAD"] = program("tests/tools/libspp_stop.so")
        first = self.late()
        wait_for("it to stop", lambda: state(first.pid) == "T")
        del self.b.env["LD_PRELOAD"]
        second = self.b.vf(3, config=False, ids=[7, 8], wait=False)
        second.wait_log(rf"waiting: pid {first.pid} \(spp_vf\) is starting", 3)
        time.sleep(RELEASED_S + 3)
        self.assertNotRegex(self.b.primary_proc.text(), "released|restart spp_primary")
        first.send_signal(signal.SIGCONT)
        first.wait_log("ready: slot", 10)
        second.wait_log("all 2 VF slots are in use", 10)
        self.assertEqual(second.wait(10), 1)
        self.others_are_well()

    def test_one_that_must_stay_is_said_and_a_start_ends(self):
        self.dies("memory")
        begun = time.monotonic()
        late = self.late()
        self.b.primary_proc.wait_log("died while it changed DPDK's memory map.* restart spp_primary",
                                     TOLD_S + 3)
        self.assertEqual(late.wait(LOCK_S + 5), 1, late.tail())
        self.assertGreater(time.monotonic() - begun, LOCK_S - 1)
        self.assertIn("DPDK's lock of the memory map is taken, and has been for 20 s", late.text())
        self.others_are_well()


class FileLock(SppTest):
    """Another program has the lock of the hugetlbfs mount, which the EAL waits for without a word."""

    def hold(self):
        """`flock -x MOUNT sleep`; what is said of it. (flock ends, and leaves it to its child.)"""
        mount = janitor.hugetlbfs_mounts()[0]
        holder = self.b.start("sh", ["sh", "-c", f"exec 9<{mount}; flock -x 9; exec sleep 600"])
        wait_for("flock", lambda: subprocess.run(["flock", "-n", "-x", mount, "true"],
                                                 check=False).returncode != 0)
        return holder, rf"the start waits for the lock of {mount}, which pid {holder.pid} \(sleep\)"

    def test_a_start_says_so_and_ends_with_the_reason(self):
        self.b.primary(["net_null0", "net_null1"])
        first = self.b.vf(1, config=False, ids=[0, 2])
        holder, said = self.hold()
        second = self.b.vf(2, config=False, ids=[3, 4], wait=False)
        second.wait_log(said, 3)
        # the lock of the memory map is taken all the while, by one that lives
        self.assertEqual(second.wait(LOCK_S + 5), 1)
        self.assertRegex(second.text(), rf"has not ended within 20 s: it waits for the lock of .* "
                         rf"pid {holder.pid} \(sleep\)")
        self.assertNotRegex(second.text() + self.b.primary_proc.text(), "died|released|restart")
        third = self.b.vf(2, config=False, ids=[3, 4], wait=False)
        third.wait_log(said, 3)
        holder.kill()
        third.wait_log("ready: slot", 5)
        self.assertTrue(first.alive())

    def test_so_does_spp_primary(self):
        holder, said = self.hold()
        primary = self.b.primary(["net_null0"], wait=False)
        primary.wait_log(said, 3)
        holder.kill()
        primary.wait_log("ready", 10)


class Remains(SppTest):
    def test_what_a_primary_left_is_no_primary(self):
        """Each spp_vf span for 20 s here, and then asked to restart what does not run."""
        failed = self.b.primary(["net_tap0,iface=a/b"], wait=False)
        self.assertNotEqual(failed.wait(20), 0)
        self.assertTrue(os.path.exists(f"/var/run/dpdk/{self.b.prefix}/config"))
        begun = time.monotonic()
        vf = self.b.vf(1, config=False, ids=[0, 2], wait=False)
        self.assertEqual(vf.wait(5), 1)
        self.assertLess(time.monotonic() - begun, 2)
        self.assertIn("no spp_primary runs with this --file-prefix", vf.text())
        self.assertIn("one left that has ended", vf.text())
