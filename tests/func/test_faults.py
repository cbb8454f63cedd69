# SPDX-License-Identifier: BSD-3-Clause
"""Each allocation, system call and DPDK call of the programs fails once: at a start, in a flush.

A start tells what is wrong and ends, or does without; a flush changes everything or nothing; the next
one works, and nothing is missing. More places of a start than 8, or all (an hour for a spp_vf, most
in the JSON of its files), and all of a flush: SPP_TEST_FAULTS=100 or =all ./test -k func/faults. Which
places is drawn by SPP_TEST_SEED: CI draws the same each time, and is red for a change, not by luck.
"""

import glob
import os
import random
import re
import signal

import status
from faults import NEVER, Faults
from proc import NOT_YET, wait_for
from spplib import FLUSH, SppTest, commands, component, table

WANTED = os.environ.get("SPP_TEST_FAULTS")
ALL = WANTED == "all"
SEED = int(os.environ.get("SPP_TEST_SEED", 20261130))
SAMPLE = 8 if WANTED is None or ALL else int(WANTED)  # of the places of a start
MAC = "00:11:22:33:44:55"
BASE = [component(2, "classifier", ["nic0"], ["ring0"]),
        component(3, "forward", ["ring0"], ["vhost0"]),
        component(4, "forward", ["vhost0"], ["nic0"]), table(MAC, "ring0")]
# Moves one, adds one with a NIC that was not used, takes one away, changes the table.
CHANGE = [component(3, "none"), component(5, "forward", ["ring0"], ["vhost0"]),
          component(4, "none"), component(6, "forward", ["nic1"], ["vhost1"]),
          table(MAC, "unuse"), table("default", "ring0")]
BACK = [component(5, "none"), component(3, "forward", ["ring0"], ["vhost0"]),
        component(6, "none"), component(4, "forward", ["vhost0"], ["nic0"]),
        table("default", "unuse"), table(MAC, "ring0")]


def places(total):
    if ALL:
        return range(1, total + 1)
    step = max(1, total // SAMPLE)
    return range(random.Random(SEED).randrange(1, step + 1), total + 1, step)


def tell(what, nb):
    if WANTED:
        print(f"{what} has {nb} places", flush=True)


class Starts(SppTest):
    deadline = 3600 if WANTED else 120

    def told(self, proc, place):
        """It ended, and the last line says why. (The EAL says EINVAL also where it had no memory: then
        it is taken for a wrong option of the EAL's, 2.)"""
        codes = (1, 2) if "error: the EAL does not start" in proc.text() else (1,)
        self.assertIn(proc.popen.returncode, codes, place)
        self.assertRegex(proc.text(), r"(?m)^spp_\w+: error: .{8}", place)

    def came_up(self, proc, answers):
        """True once it answers, False when it has ended."""
        def look():
            if not proc.alive():
                return "ended"
            try:
                return answers() and "answers"
            except NOT_YET:
                return None
        return wait_for(f"{proc.name} to answer or end", look, 20) == "answers"

    def test_of_a_vf(self):
        b = self.b
        b.env["SPP_STATE_DIR"] = b.path("state")
        b.primary(["net_null0"])
        b.start_controller()
        b.vf(1)
        self.send_ok(b.controller[1], commands(*BASE[:1], component(3, "forward", ["ring0"], [
            "vhost0"]), FLUSH))
        wait_for("the wiring to be saved", lambda: b.vf_status()["state_file"]["saved"])
        b.vfs[1].stop(signal.SIGTERM)
        b.controller.close()
        b.controller = None
        saved = b.path("state/vf-1.json")
        with open(saved, encoding="utf-8") as f:
            wiring = f.read()
        faults = Faults(b)
        total = self.count_of_vf(faults)
        tell("the start of a VF", total)
        self.assertGreater(total, 50)
        for n in places(total):
            with open(saved, "w", encoding="utf-8") as f:
                f.write(wiring)
            faults.arm(n)
            with faults.preloaded():
                vf = b.vf(1, wait=False)
            vf.expected_end = True
            up = self.came_up(vf, b.vf_status)
            _, name = faults.disarm()
            place = f"call {n}, {name}"
            if up:
                self.assertEqual(vf.stop(signal.SIGTERM), 0, place)
            else:
                self.told(vf, place)
            wait_for(f"{place}: the slot",
                     lambda: status.slot(b.primary_status(), 1) is None)
            self.assertEqual(status.missing(b.primary_status()), {}, place)
            b.procs.remove(vf)
            for path in glob.glob(saved + ".*"):
                os.unlink(path)
        self.assertEqual(status.deaths(b.primary_status()), 0, "all of them ended in order")
        b.vf(1)
        self.assertEqual(b.vfs[1].stop(signal.SIGTERM), 0)
        self.assertEqual(b.primary_proc.stop(signal.SIGTERM), 0)

    def count_of_vf(self, faults):
        faults.arm(NEVER)
        with faults.preloaded():
            self.b.vf(1, wait=False)
        self.b.vfs[1].until(self.b.vf_status, "an answer of spp_vf 1")
        total, _ = faults.disarm()
        self.assertEqual(self.b.vfs[1].stop(signal.SIGTERM), 0)
        return total

    def test_of_the_primary(self):
        b = self.b
        faults = Faults(b)
        todo = [NEVER]
        while todo:
            n = todo.pop(0)
            faults.arm(n)
            with faults.preloaded():
                primary = b.primary(["net_null0"], mem=256, wait=False)
            primary.expected_end = True
            up = self.came_up(primary, b.primary_status)
            count, name = faults.disarm()
            place = f"call {n}, {name}"
            if n == NEVER:
                total = count
                todo = list(places(total))
                tell("the start of the primary", total)
                self.assertGreater(total, 30)
            if up:
                self.assertEqual(primary.stop(signal.SIGTERM), 0, place)
            else:
                self.told(primary, place)
            self.assertEqual(glob.glob(f"/dev/hugepages/{b.prefix}map_*"), [], place)
            b.procs.remove(primary)


class Flushes(SppTest):
    deadline = 300

    def state(self):
        info = self.b.vf_status()
        return status.wiring(info), status.table(info)

    def flush(self, message, n):
        """Send with the n-th call failing: (went through, what failed)."""
        self.faults.arm(n)
        try:
            reply = self.b.controller[1].request(message)
        except ConnectionError:
            reply = None
        _, name = self.faults.disarm()
        if reply is None:
            self.b.controller.wait(1)  # it may give the connection up, and comes back
            return None, name
        bad = [r for r in reply["results"] if r["result"] != "success"]
        if not bad:
            return True, name
        told = [r["error_details"]["message"] for r in bad if r["result"] == "error"]
        self.assertTrue(told and all(len(text) > 10 for text in told), f"{name}: {reply}")
        return False, name

    def test_a_flush_changes_all_or_nothing(self):
        b = self.b
        b.start_controller()
        b.primary(["net_null0", "net_null1"])
        self.faults = Faults(b)
        with self.faults.preloaded():
            b.vf(1, ids=range(0, 8))
        self.send_ok(b.controller[1], commands(*BASE, FLUSH))
        old = self.state()
        self.send_ok(b.controller[1], commands(*CHANGE, FLUSH))
        new = self.state()
        self.assertNotEqual(old, new)
        self.send_ok(b.controller[1], commands(*BACK, FLUSH))
        step = 1 if WANTED else 3
        seen, n = set(), random.Random(SEED).randrange(step) + 1 - step
        while True:
            n += step
            went, name = self.flush(commands(*CHANGE, FLUSH), n)
            if name is None:
                break
            seen.add(name)
            now = self.state()
            self.assertIn(now, (old, new), f"call {n}, {name}: neither as before nor as sent")
            if went is not None:
                self.assertEqual(now, new if went else old, f"call {n}, {name}")
            info = b.vf_status()
            self.assertFalse(info["degraded"], name)
            if now == old:
                again = [] if info["staged"] else CHANGE
                self.send_ok(b.controller[1], commands(*again, FLUSH))
            self.assertEqual(self.state(), new, f"after call {n}, {name}")
            self.send_ok(b.controller[1], commands(*BACK, FLUSH))
            self.assertEqual(self.state(), old, f"back after call {n}, {name}")
        tell("a flush", n - 1)
        self.assertGreater(n, 20, "places in a flush")
        self.assertTrue(seen & {"malloc", "calloc"}, seen)
        if WANTED:
            self.assertLessEqual({"rte_event_port_link", "rte_event_port_unlink"}, seen)
        rx = status.port(b.vf_status(), "nic0")["rx_packets"]
        wait_for("packets", lambda: status.port(b.vf_status(), "nic0")["rx_packets"] > rx + 1000)
        self.assertEqual(b.vfs[1].stop(signal.SIGTERM), 0)
        wait_for("the slot", lambda: status.slot(b.primary_status(), 1) is None)
        self.assertEqual(status.missing(b.primary_status()), {})
        self.assertEqual(re.findall("(?m)^.*missing$", b.primary_proc.text()), [])
