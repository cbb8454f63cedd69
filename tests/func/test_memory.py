# SPDX-License-Identifier: BSD-3-Clause
"""Too little memory for spp_primary, and what others take of it: said as what it is, in time."""

import glob
import re
import signal
import time

import status
from bench import program
from proc import wait_for
from spplib import SppTest

MIB = 1 << 20
NEEDED = (r"spp_primary: error: the memory is too little for %d VF slots? .*"
          r"--socket-mem (\d+) at least")


def pages(prefix):
    return glob.glob(f"/dev/hugepages/{prefix}map_*")


class TooLittle(SppTest):
    def ends(self, mem, slots=1):
        """spp_primary without enough ends by itself. The size that it names, in MB."""
        b = self.b
        b.prefix = b.new_prefix(f"m{len(b.prefixes)}")
        proc = b.primary(["net_null0"], mem=mem, args=["--max-vf", slots], wait=False)
        self.assertEqual(proc.wait(20), 1, proc.tail())
        lines = [line for line in proc.text().splitlines() if "error: " in line]
        self.assertEqual(len(lines), 1, lines)
        self.assertNotIn("PANIC", proc.text())
        self.assertNotIn("ready: ", proc.text())
        self.assertEqual(pages(b.prefix), [])
        needed = re.search(NEEDED % slots, lines[0])
        self.assertIsNotNone(needed, lines[0])
        return int(needed[1])

    def test_each_size_is_refused_with_the_one_that_is_right(self):
        """2 to 32 ended in a panic of event_sw's, 128 in a primary without room for any VF."""
        needed = {self.ends(mem) for mem in (2, 16, 32, 40, 64, 100, 128)}
        self.assertEqual(len(needed), 1, "the same whatever was given")
        self.assertLess(needed.pop(), 200)

    def test_too_many_slots_for_it(self):
        self.assertGreater(self.ends(512, slots=14), 1024)

    def test_with_the_size_that_is_named_every_slot_can_be_used(self):
        for slots in (1, 3):
            mem = self.ends(2 * slots, slots)
            b = self.b
            b.prefix = b.new_prefix(f"r{slots}")
            b.primary(["net_null0"], mem=mem, args=["--max-vf", slots])
            heap = b.primary_status()["heap"]
            self.assertGreaterEqual(heap["restarts_left"], 50)
            for number in range(1, slots + 1):
                b.vf(number, config=False, ids=[0, 1 + number])
            for number in range(1, slots + 1):
                self.assertEqual(b.vfs[number].stop(signal.SIGTERM), 0)
            self.assertEqual(b.primary_proc.stop(), 0)

    def test_what_just_starts_has_room_for_a_vf(self):
        """In steps of two hugepages: none is `ready` and then refuses its first spp_vf."""
        b = self.b
        needed = self.ends(2)
        for mem in range(needed - 24, needed + 1, 4):
            b.prefix = b.new_prefix(f"s{mem}")
            proc = b.primary(["net_null0"], mem=mem, wait=False)
            wait_for("either", lambda p=proc: not p.alive() or "ready: " in p.text())
            if not proc.alive():
                self.assertEqual(proc.wait(), 1)
                continue
            b.vf(1, config=False, ids=[0, 2])
            self.assertEqual(b.vfs[1].stop(signal.SIGTERM), 0)
            self.assertEqual(proc.stop(), 0)


    def test_without_a_size_it_takes_what_it_needs(self):
        b = self.b
        b.primary_proc = b.start("spp_primary", [
            program("spp_primary"), *b.eal((1,), "--vdev", "net_null0"), "--", "-p", "1", "-n", "4"])
        wait_for("an answer", lambda: b.primary_status()["heap"])
        self.assertGreaterEqual(b.primary_status()["heap"]["restarts_left"], 50)
        b.vf(1, config=False, ids=[0, 2])
        self.assertEqual(len(b.primary_status()["vf"]), 2, "one for its NIC, and one for a mirror or recorder")

    def test_one_slot_more_than_nics_where_memory_has_room(self):
        """And what started before there was this one still does, with as many as it has NICs."""
        b = self.b
        needed = self.ends(2, 3)
        for mem, slots in ((needed + 64, 3), (needed - 2, 2)):
            b.prefix = b.new_prefix(f"d{mem}")
            b.primary(["net_null0", "net_null1"], mem=mem, slots=0)
            self.assertEqual(len(b.primary_status()["vf"]), slots, mem)
            self.assertGreaterEqual(b.primary_status()["heap"]["restarts_left"], 50)
            self.assertEqual(b.primary_proc.stop(), 0)


class Others(SppTest):
    """Other DPDK programs on our --file-prefix. What they take stays when they end."""

    def heap(self):
        return self.b.primary_status()["heap"]

    def take(self, mib, what="pool"):
        b = self.b
        proc = b.start("spp_taker", [program("tests/tools/spp_taker"), what, mib,
                                     *b.eal((0,), "--proc-type=secondary")])
        proc.expected_end = True
        return proc, proc.wait()

    def test_it_is_counted_as_theirs_and_said(self):
        b = self.b
        b.primary(["net_null0"])
        b.vf(1, config=False, ids=[0, 2])
        b.vfs[1].stop(signal.SIGTERM)
        wait_for("the slot", lambda: status.slot(b.primary_status(), 1) is None)
        before = self.heap()
        self.assertEqual(before["others"], 0)
        proc, code = self.take(12)
        self.assertEqual(code, 0, proc.tail())
        b.primary_proc.wait_log(rf"warning: pid {proc.pid} \(spp_taker\) took 1[23]\.\d MiB of the "
                                rf"memory \(.*taker_{proc.pid}.*\), which stay when it ends: "
                                r"1[23]\.\d MiB are others' by now", 3)
        heap = self.heap()
        self.assertGreater(heap["others"], 12 * MIB)
        self.assertLess(heap["restarts_left"], before["restarts_left"] - 30)
        b.vf(1, config=False, ids=[0, 2])
        b.vfs[1].kill()
        wait_for("the slot", lambda: status.slot(b.primary_status(), 1) is None)
        self.assertLess(self.heap()["leaked"] - before["leaked"], MIB, "of that VF, not of others")
        before = self.heap()
        time.sleep(2.2)  # what comes within a second of a VF's end may be the VF's: two looks later
        proc, _ = self.take(6, "heap")
        b.primary_proc.wait_log(rf"pid {proc.pid} \(spp_taker\) took [67]\.\d MiB of the memory", 3)
        heap = self.heap()
        self.assertGreater(heap["others"], before["others"] + 6 * MIB)
        b.vf(1, config=False, ids=[0, 2])
        b.vfs[1].kill()
        wait_for("the slot", lambda: status.slot(b.primary_status(), 1) is None)
        self.assertLess(self.heap()["leaked"] - heap["leaked"], MIB, "of that VF, not of others")

    def test_when_all_is_theirs_a_vf_is_refused_with_the_reason(self):
        b = self.b
        b.primary(["net_null0"], mem=200)
        mib = 16
        while self.heap()["restarts_left"] > 0 and mib > 0:
            before = self.heap()["others"]
            _, code = self.take(mib)
            if code != 0:
                mib //= 2
                continue
            wait_for("its count", lambda n=before: self.heap()["others"] > n, 3)
        self.assertEqual(self.heap()["restarts_left"], 0)
        vf = b.vf(1, config=False, ids=[0, 2], wait=False)
        self.assertEqual(vf.wait(), 1)
        self.assertRegex(vf.text(), r"the memory of spp_primary is used up: 0\.\d MiB by what DPDK lost "
                                    r"with processes that died, \d+\.\d MiB by other DPDK programs")
