# SPDX-License-Identifier: BSD-3-Clause
"""Kernel stack to kernel stack: ping without loss, TCP with equal checksums, two VMs at once."""

import threading

import scenario
import status
from net import transfer
from spplib import SppTest

MB = 1 << 20


def together(*calls):
    """Run the calls at the same time; their results."""
    results = [None] * len(calls)

    def body(index, call):
        try:
            results[index] = call()
        except Exception as e:  # handed to the caller's thread
            results[index] = e

    threads = [threading.Thread(target=body, args=item) for item in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for result in results:
        if isinstance(result, Exception):
            raise result
    return results


class KernelStack(SppTest):
    in_event = True
    deadline = 180

    @classmethod
    def prepare(cls, b):
        cls.vms = scenario.start(b)
        scenario.send(b, *scenario.MESSAGES)
        cls.wire = b.wires[0]
        for address in scenario.ADDRESSES:
            cls.wire.ns.wait_ping(address)

    def test_1_arp_and_ping_both_ways_lose_nothing(self):
        wire, (vm0, vm1) = self.wire, self.vms
        for ns in (wire.ns, vm0.ns, vm1.ns):
            ns.run("ip", "neigh", "flush", "all")
        for figures in together(lambda: wire.ns.ping(vm0.address, 200),
                                lambda: wire.ns.ping(vm1.address, 200),
                                lambda: vm0.ns.ping(wire.address, 200),
                                lambda: vm1.ns.ping(wire.address, 200)):
            self.assertEqual(figures, (200, 200))

    def test_2_full_size_frames_pass_unfragmented(self):
        for ns, address in ((self.wire.ns, self.vms[0].address), (self.vms[1].ns, self.wire.address)):
            self.assertEqual(ns.ping(address, 20, size=1472), (20, 20))

    def test_3_tcp_100_mb_both_ways_two_vms_at_once(self):
        wire, (vm0, vm1) = self.wire, self.vms
        size = 100 * MB
        for pair in (together(lambda: transfer(wire.ns, vm0.ns, vm0.address, size),
                              lambda: transfer(vm1.ns, wire.ns, wire.address, size, port=7002)) +
                     together(lambda: transfer(wire.ns, vm1.ns, vm1.address, size),
                              lambda: transfer(vm0.ns, wire.ns, wire.address, size, port=7002))):
            self.assertEqual(pair[0], pair[1], "checksums of what was sent and received")

    def test_4_rewiring_under_a_tcp_transfer_leaves_it_whole(self):
        wire, vm0 = self.wire, self.vms[0]
        done = threading.Event()

        def rewire():
            while not done.is_set():
                scenario.send(self.b, "6-stop-vm-vhost1", "4-start-vm-vhost1")

        def move():
            try:
                return transfer(wire.ns, vm0.ns, vm0.address, 50 * MB)
            finally:
                done.set()

        (sent, received), _ = together(move, rewire)
        self.assertEqual(sent, received)
        self.assertEqual(status.drops(self.b.vf_status()).get("component_removed", 0), 0)
