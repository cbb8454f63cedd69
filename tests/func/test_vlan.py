# SPDX-License-Identifier: BSD-3-Clause
"""VLAN tags added and removed at ports, between a tagged wire and VMs that know of no tags."""

import os
import subprocess
import threading

import scenario
import status
from frames import Tap, VlanLink, frame
from guest import TestpmdGuest
from proc import wait_for
from spplib import FLUSH, Lost, SppTest, commands, component, program, table

VIDS = [101, 102]
BROADCAST, MULTICAST = "ff:ff:ff:ff:ff:ff", "01:00:5e:00:00:01"
MAC0, MAC1 = scenario.MACS
DEL = {"operation": "del"}
SIZES = [60, 61, 590, 1513, 1514]


def at(port, **vlan):
    return {"port": port, "vlan": vlan}


def add(port, vid, pcp=0):
    return at(port, operation="add", id=vid, pcp=pcp)


CLEAR = [component(core, "none") for core in range(2, 8)]
OUT = [component(3, "merge", ["ring1", "ring3"], ["nic0"]),
       component(5, "forward", [add("vhost0", 101, 3)], ["ring1"]),
       component(7, "forward", [add("vhost1", 102)], ["ring3"])]
# Two VMs, each in a VLAN of the wire; the tags end where packets meet the VM.
WIRING = commands(*CLEAR, *OUT,
                  component(2, "classifier", ["nic0"], ["ring0", "ring2"]),
                  component(4, "forward", ["ring0"], [at("vhost0", **DEL)]),
                  component(6, "forward", ["ring2"], [at("vhost1", **DEL)]),
                  table(f"101/{MAC0}", "ring0", "vlan"), table(f"102/{MAC1}", "ring2", "vlan"),
                  FLUSH)


class Vlan(SppTest):
    in_event = True
    deadline = 180

    @classmethod
    def prepare(cls, b):
        wire = b.wire(0)
        b.start_controller()
        b.primary()
        b.vf(1)
        cls.wire = wire
        cls.vms = [TestpmdGuest(b, f"vm{i}", b.sock(i), f"10.{61 + i}.0.10/24", scenario.MACS[i])
                   for i in (0, 1)]
        for vm in cls.vms:
            vm.start()
        for i, vid in enumerate(VIDS):
            b.closers.append(VlanLink(wire.ns, vid, f"10.{61 + i}.0.1/24").close)
        cls.far = Tap(wire.ns, "eth0")
        cls.near = [Tap(vm.ns, vm.tap) for vm in cls.vms]
        b.closers += [tap.close for tap in (cls.far, *cls.near)]

    def setUp(self):
        super().setUp()
        self.send_ok(self.b.controller[1], WIRING)
        for tap in (self.far, *self.near):
            tap.take(0, deadline=0.05)

    def came(self, tap, frames, what):
        got = tap.take(len(frames))
        if len(got) < len(frames) and set(got) <= set(frames):
            raise Lost(f"{what}: {len(got)} of {len(frames)} came")
        self.assertEqual([g.hex() for g in got], [f.hex() for f in frames], what)

    def dropped(self, reason):
        return status.drops(self.b.vf_status())[reason]

    def count(self, reason, number, call):
        before = self.dropped(reason)
        call()
        wait_for(f"{number} drops as {reason}", lambda: self.dropped(reason) - before >= number, 5)
        self.assertEqual(self.dropped(reason) - before, number, reason)

    def sppctl(self, *words):
        return subprocess.run([program("sppctl"), *words], env={**os.environ, **self.b.env},
                              text=True, check=True, stdout=subprocess.PIPE, timeout=10).stdout

    def whole_ping(self, ns, address, count=50, **more):
        sent, got = ns.ping(address, count, **more)
        if got < sent:
            raise Lost(f"ping {address}: {got} of {sent}")

    def test_1_ping_inside_a_vlan_also_with_frames_of_full_size(self):
        for i, vm in enumerate(self.vms):
            far = f"10.{61 + i}.0.1"
            self.wire.ns.wait_ping(vm.address)
            self.whole_ping(self.wire.ns, vm.address)
            self.whole_ping(vm.ns, far)
            self.whole_ping(vm.ns, far, 20, size=1472)
            self.assertRegex(self.wire.ns.run("ping", "-q", "-c", "5", "-i", "0.05", "-s", "1472",
                                              "-M", "do", vm.address), "5 received")

    def test_2_frames_get_and_lose_their_tag_and_nothing_else(self):
        out = [frame(BROADCAST, n, size) for n, size in enumerate(SIZES)]
        self.near[0].send(out)
        self.came(self.far, [frame(BROADCAST, n, size, 101, 3) for n, size in enumerate(SIZES)],
                  "VM 0 to the wire")
        self.far.send(frame(MAC1, n, size, 102, 5) for n, size in enumerate(SIZES))
        self.came(self.near[1], [frame(MAC1, n, size) for n, size in enumerate(SIZES)],
                  "the wire to VM 1")
        self.assertEqual(self.near[0].take(0, 0.1), [])

    def test_3_a_tag_that_is_there_is_overwritten(self):
        self.near[0].send(frame(BROADCAST, n, size, 7, 6) for n, size in enumerate(SIZES))
        self.came(self.far, [frame(BROADCAST, n, size, 101, 3) for n, size in enumerate(SIZES)],
                  "VM 0 to the wire")

    def test_4_two_vlans_are_apart_for_unicast_and_broadcast(self):
        self.far.send(frame(dst, n, 60, 101) for n, dst in enumerate([BROADCAST, MULTICAST, MAC0]))
        self.came(self.near[0], [frame(dst, n) for n, dst in
                                 enumerate([BROADCAST, MULTICAST, MAC0])], "VLAN 101 to VM 0")
        self.assertEqual(self.near[1].take(0, 0.3), [])
        self.far.send([frame(BROADCAST, 9, 60, 102)])
        self.came(self.near[1], [frame(BROADCAST, 9)], "VLAN 102 to VM 1")
        self.count("no_entry", 5, lambda: self.far.send(
            [frame(MAC1, 1, 60, 101), frame(MAC0, 2, 60, 102), frame(MAC0, 3), frame(BROADCAST, 4),
             frame(BROADCAST, 5, 60, 103)]))
        self.assertEqual([tap.take(0, 0.3) for tap in self.near], [[], []])

    def test_5_the_catch_all_of_a_vlan_comes_before_the_one_of_all(self):
        entries = [("101/default", "ring2", "vlan"), ("default", "ring0", "mac")]
        self.send_ok(self.b.controller[1], commands(*[table(*e) for e in entries], FLUSH))
        self.far.send([frame(MAC0, 1, 60, 101), frame(MAC1, 2, 60, 101), frame(MAC1, 3, 60, 555),
                       frame(MAC1, 4)])
        self.came(self.near[0], [frame(MAC0, 1), frame(MAC1, 3), frame(MAC1, 4)], "VM 0")
        self.came(self.near[1], [frame(MAC1, 2)], "VM 1")
        self.send_ok(self.b.controller[1], commands(
            *[table(value, "unuse", kind) for value, _, kind in entries], FLUSH))

    def test_6_multicast_to_a_tagged_and_an_untagged_port_is_right_at_both(self):
        """Whichever comes first, over rings and without, and tagged differently at each."""
        for tx, wanted in (([add("ring0", 300, 1), "ring2"], [(300, 1), (None, 0)]),
                           (["ring0", add("ring2", 300, 1)], [(None, 0), (300, 1)]),
                           ([add("ring0", 300, 1), add("ring2", 301)], [(300, 1), (301, 0)]),
                           ([add("vhost0", 300, 1), "vhost1"], [(300, 1), (None, 0)]),
                           (["vhost0", add("vhost1", 300, 1)], [(None, 0), (300, 1)])):
            self.multicast(tx, wanted)

    def test_6b_multicast_is_tagged_on_the_far_side_of_a_ring_too(self):
        self.multicast(["ring0", "ring2"], [(None, 0), (302, 0)],
                       rx=["ring0", add("ring2", 302)])
        self.multicast(["ring0", "ring2"], [(303, 7), (None, 0)],
                       rx=[add("ring0", 303, 7), "ring2"])

    def multicast(self, tx, wanted, rx=("ring0", "ring2")):
        """Broadcast from the wire to both VMs; wanted: (vid, pcp) for each."""
        ports = [p if isinstance(p, str) else p["port"] for p in tx]
        behind = [component(4, "forward", [rx[0]], ["vhost0"]),
                  component(6, "forward", [rx[1]], ["vhost1"])] if "ring0" in ports else []
        macs = [f"02:00:00:00:00:0{i}" for i in (0, 1)]
        self.send_ok(self.b.controller[1], commands(
            *CLEAR, component(2, "classifier", ["nic0"], tx), *behind,
            *[table(*e) for e in zip(macs, ports)], FLUSH))
        numbered = list(enumerate(SIZES * 20))
        self.far.send(frame(BROADCAST, n, size) for n, size in numbered)
        for i, (vid, pcp) in enumerate(wanted):
            self.came(self.near[i], [frame(BROADCAST, n, size, vid, pcp) for n, size in numbered],
                      f"{tx}, {rx} to VM {i}")
        self.send_ok(self.b.controller[1], commands(*[table(m, "unuse") for m in macs], FLUSH))

    def test_7_a_frame_that_its_tag_makes_too_long_is_counted(self):
        vm = self.vms[0]
        vm.ns.run("ip", "link", "set", vm.tap, "mtu", "1504")
        self.near[0].send([frame(BROADCAST, 1, 1514)])
        self.came(self.far, [frame(BROADCAST, 1, 1514, 101, 3)], "of full size")
        self.count("too_big", 10, lambda: self.near[0].send([frame(BROADCAST, 2, 1518)] * 10))
        self.assertEqual(self.far.take(0, 0.3), [])
        vm.ns.run("ip", "link", "set", vm.tap, "mtu", "1500")

    def test_8_changing_an_operation_under_traffic_loses_nothing(self):
        for vm in self.vms:
            self.wire.ns.wait_ping(vm.address)
        lost, done = [], threading.Event()

        def ping(vm):
            sent, got = self.wire.ns.ping(vm.address, 300)
            lost.append(sent - got)

        def change():
            pcp, number = 0, 0
            while not done.is_set():
                pcp, number = (pcp + 1) % 8, number + 1
                self.send_ok(self.b.controller[1], commands(
                    component(5, "none"),
                    component(5, "forward", [add("vhost0", 101, pcp)], ["ring1"]), FLUSH))
            changes.append(number)

        changes = []
        threads = [threading.Thread(target=ping, args=[vm]) for vm in self.vms]
        changer = threading.Thread(target=change)
        for thread in (*threads, changer):
            thread.start()
        for thread in threads:
            thread.join()
        done.set()
        changer.join()
        if any(lost):
            raise Lost(f"pings of the VM that changed, and of the other: {lost}")
        self.assertGreater(changes[0], 20)
        self.assertEqual(self.dropped("component_removed"), 0)

    def test_9_status_and_sppctl_show_operations_and_no_mbuf_is_missing_at_the_end(self):
        cores = status.wiring(self.b.vf_status())
        self.assertEqual(cores[4], ("forward", ["ring0"], [at("vhost0", **DEL)]))
        self.assertEqual(cores[5], ("forward", [add("vhost0", 101, 3)], ["ring1"]))
        text = self.sppctl("status", "vf1")
        self.assertRegex(text, r"ring0 +vhost0-tag ")
        self.assertRegex(text, r"vhost0\+101/3 +ring1 ")
        self.assertRegex(text, r"vhost1\+102 +ring3 ")
        self.assertNotRegex(text, "unused ports:.*vhost0")
        self.near[0].send(frame(BROADCAST, n) for n in range(100))
        self.assertEqual(self.b.vfs[1].stop(), 0)
        wait_for("the slot to be free", lambda: status.slot(self.b.primary_status(), 1) is None)
        # free is less than total: the TAP of the NIC holds the buffers it receives into
        self.assertEqual([vf["mbufs"]["missing"] + vf["vectors"]["missing"]
                          for vf in self.b.primary_status()["vf"]], [0])
