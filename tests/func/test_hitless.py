# SPDX-License-Identifier: BSD-3-Clause
"""Re-wiring under load loses, doubles and reorders nothing: the short form of tests/hitless/run.py.

Where other programs take much of the CPU a group that lost packets is tried again: how long a thread
of ours waits for its turn is then up to them. Doubles and disorder have no such excuse.
"""

import contextlib
import os
import re
import sys
import threading
import time

sys.path.append(os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "hitless"))

import limits
import operations
import status
import tapping
from bed import Bed
from proc import frozen, wait_for
from spplib import FLUSH, SppTest, commands
from test_order import worker_thread
from wiring import Wiring, change

OPERATIONS = 30
FLUSHES = 300
SEED = 20261123
TRIES = 4
CAPTURES = int(os.environ.get("SPP_TEST_CAPTURES", "20"))  # and traces; a long run has 1,000


class Groups(SppTest):
    """Groups of operations under load, and what is asked of each."""
    quiet = True
    deadline = 180 if CAPTURES <= 20 else 560
    bed = None

    def group(self, name, operation, count, **more):
        for attempt in range(TRIES):
            figures = self.bed.group(operation, count, SEED + attempt, **more)
            breaches = limits.group(name, figures)
            self.bed.alone()
            self.assertEqual((figures["doubled"], figures["reordered"], figures["corrupted"]),
                             (0, 0, 0), figures)
            if not breaches or not limits.disturbed(figures):
                break
        self.assertEqual(breaches, [], f"seed {SEED + attempt}: {figures}")
        if not limits.disturbed(figures):
            breaches = limits.commit(name, figures, limits.LOAD_COMMIT_US, "p50")
            self.assertEqual(breaches, [], figures)


class Hitless(Groups):
    in_event = True

    @classmethod
    def prepare(cls, b):
        cls.bed = Bed(b)
        cls.bed.measure()

    def test_1_each_operation_under_load(self):
        for letter, operation in operations.OPERATIONS.items():
            self.group(letter, operation, OPERATIONS, vms=3 if letter == "f" else 2,
                       pace=0.001 if letter == "j" else 0.011)

    def test_2_all_mixed(self):
        self.group("mixed", operations.mixed, FLUSHES // 2, vms=3)
        self.bed.rewire(Wiring(named=True))
        self.group("mixed, named", operations.mixed, FLUSHES // 2, vms=3)

    def test_3_flush_without_load(self):
        for letter in "abcdefg":
            times = self.bed.idle_flushes(operations.OPERATIONS[letter], OPERATIONS, SEED)
            self.assertEqual(limits.commit(letter, times, limits.IDLE_COMMIT_US, "p50"), [], times)
        self.bed.alone()

    def test_3b_captures_and_traces_that_begin_and_end_meanwhile(self):
        """Of the NIC, a vhost, a ring, of drops and of the way, while components move: nothing is lost by it."""
        done, begun, bad = threading.Event(), [], []

        def look():
            kinds = [tapping.request(tapping.NIC0, tapping.VHOST0, tapping.RING0),
                     tapping.request(reasons=(1 << 20) - 1, rx=0, tx=0, every=1),
                     tapping.request(tapping.NIC0, rx=0, tx=0, trace=1000)]
            while not done.is_set():
                sock, error, text = tapping.begin(f"{self.b.run_dir}/vf-1.tap",
                                                  kinds[len(begun) % 3])
                bad.extend([text] if error else [])
                sock.settimeout(0.01)
                with contextlib.suppress(TimeoutError):
                    sock.recv(1 << 20)
                sock.close()
                begun.append(error)

        thread = threading.Thread(target=look)
        thread.start()
        try:
            self.group("c", operations.move_one, 100)
            while len(begun) - len(bad) < CAPTURES:
                self.group("c", operations.move_one, 300)
        finally:
            done.set()
            thread.join()
        self.assertEqual([text for text in bad if not re.search("8 captures|a trace runs", text)], [])
        self.assertGreater(len(begun) - len(bad), 20)
        print(f"# {len(begun) - len(bad)} captures and traces", flush=True)
        wait_for("no capture to be left", lambda: self.b.vf_status()["captures"] == [])

    def wait_packets(self, kind, more):
        """Until the NIC has had so many more; the status that says so."""
        before = status.port(self.b.vf_status(), "nic0")[kind]

        def come():
            info = self.b.vf_status()
            return info if status.port(info, "nic0")[kind] >= before + more else None
        return wait_for(f"{more} {kind} of nic0", come, 5)

    def test_4_a_stopped_worker_fails_the_flush_and_nothing_else(self):
        self.bed.rewire(Wiring(named=True))  # so that each way has packets
        bed, core = self.bed, self.bed.wiring.parts["down1"].core
        before = self.b.vf_status()
        moved = bed.wiring.copy()
        moved.put("down1", core=moved.free_cores()[0])
        bed.tool.begin(bed.specs(2), rate=2000)
        self.wait_packets("rx_packets", 400)
        with frozen(worker_thread(self.b.vfs[1].pid, core)):
            self.wait_packets("rx_packets", 200)  # those of its ring wait for it
            start = time.monotonic()
            self.send_error(bed.peer, change(bed.wiring, moved), rf"\blcore {core}\b")
            self.assertLess(time.monotonic() - start, 0.5)
            info = self.b.vf_status()
            self.assertEqual((status.wiring(info), status.table(info), info["generation"]),
                             (status.wiring(before), status.table(before), before["generation"]))
            info = self.wait_packets("tx_packets", 501)
        # One message is all or nothing: what the failed one staged is gone with it.
        self.assertFalse(info["staged"])
        self.send_ok(bed.peer, commands(FLUSH))
        bed.rewire(moved)
        result = bed.tool.end()
        self.assertEqual(result.disorder(), [])
        dropped = status.drops(self.b.vf_status()) - status.drops(before)
        self.assertEqual(sum(result.missing().values()), sum(dropped.values()), dropped)


class HitlessUplink(Groups):
    """Two NICs as one port in place of the NIC."""

    @classmethod
    def prepare(cls, b):
        cls.bed = Bed(b, uplink=True)
        cls.bed.measure()

    def test_an_uplink_under_all_operations(self):
        self.group("mixed", operations.mixed, FLUSHES // 2, vms=3)
