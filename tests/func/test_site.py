# SPDX-License-Identifier: BSD-3-Clause
"""tests/site/run.py, the acceptance test for hardware of one's own: with two TAPs in a bridge as its cable, with a
cable that is none, and what it refuses on a host that is not ready, or not to be touched."""

import os
import re
import subprocess
import sys
import threading
import types

from bench import BUILD, TREE
from net import link_exists, no_ipv6
from proc import run
from spplib import SppTest

sys.path.append(os.path.join(TREE, "tests", "site"))

import ground
from pinged import Pings
from stream import SIZES, Stream, frame, read

RUN = os.path.join(TREE, "tests", "site", "run.py")
SHORT = ["--rate", "300", "--seconds", "1", "--trips", "50", "--moves", "16", "--settle", "10"]
GOOD = {"lost": 0, "doubled": 0, "late": 0, "damaged": 0}
STEPS = ["attach", "links up", "round trip", "order and loss", "rewire", "kill a vf", "kill the primary", "pull", "end"]


class Cable:
    """TAPs in one bridge, whenever they are there: they go and come with their spp_primary."""

    def __init__(self, b, taps=None, bridge=None):
        """bridge: one there is; else of our own, with two TAPs."""
        self.bridge = bridge or f"{b.tag}b"
        self.taps = taps or [f"{b.tag}t{i}" for i in range(2)]
        self.ours = bridge is None
        if self.ours:
            b.janitor.add("link", self.bridge)
            run("ip", "link", "add", self.bridge, "type", "bridge", "stp_state", "0", "mcast_snooping", "0",
                "ageing_time", "0")
            no_ipv6(self.bridge)
            run("ip", "link", "set", self.bridge, "up")
        self.done = threading.Event()
        self.thread = threading.Thread(target=self._plug, daemon=True)
        self.thread.start()
        b.closers.append(self.close)
        self.b = b

    def _plug(self):
        while not self.done.wait(0.02):
            for tap in self.taps:
                if link_exists(tap) and not link_exists(f"{tap}/master"):
                    no_ipv6(tap)
                    run("ip", "link", "set", tap, "master", self.bridge, "up", check=False)

    def close(self):
        self.done.set()
        self.thread.join()
        if self.ours:
            self.b.janitor.undo("link", self.bridge)


class Site(SppTest):
    deadline = 170

    def site(self, *args, env=None):
        """(exit code, what it printed, the report or None)"""
        report = self.b.path("report.txt")
        proc = self.b.start("site", [sys.executable, "-B", RUN, "--programs", BUILD, "--report", report, *args], env=env)
        code = proc.wait(self.deadline)
        text = None
        if os.path.exists(report):
            with open(report, encoding="utf-8") as f:
                text = f.read()
        return code, proc.text(), text

    def results(self, report):
        return dict(re.findall(r"(?m)^PASS +([a-z ]+?) +[0-9.]+ s  (.*)$", report))

    def vdevs(self, taps):
        return [word for i, tap in enumerate(taps) for word in ("--vdev", f"net_tap{i},iface={tap}")]

    def test_two_ports_with_a_cable(self):
        cable = Cable(self.b)
        tap = cable.taps[0]
        code, said, report = self.site(*self.vdevs(cable.taps), *SHORT, "--unplug", f"ip link set {tap} down",
                                       "--plug", f"ip link set {tap} up")
        self.assertEqual(code, 0, said)
        figures = self.results(report)
        self.assertEqual(list(figures), STEPS, report)
        self.assertIn("nic0 net_tap, nic1 net_tap", figures["attach"])
        self.assertRegex(figures["round trip"], r"^50 of 60 bytes: median \d+ us")
        self.assertRegex(figures["order and loss"], r"^\d+ frames of 60 to 1514 bytes, both ways, in 1 s: 0 lost, doubled")
        self.assertRegex(figures["rewire"], "^16 changes of the wiring, .* 0 lost")
        self.assertRegex(figures["kill a vf"], r"s without a frame .* nothing missing$")
        self.assertRegex(figures["pull"], "^link seen to go")
        self.assertIn("9 PASS: all passed", report)
        for line in ("system: Debian", "spp_primary: spp_primary ", "hugepages: ", "CPUs: "):
            self.assertIn(f"\n{line}", report)
        self.assertFalse(any(map(link_exists, cable.taps)), "its programs are gone")

    def test_one_port_with_somebody_who_pings(self):
        wire = self.b.wire(0)
        cable = Cable(self.b, [wire.tap], wire.bridge)
        ping = self.b.start("ping", ["ping", "-q", "-i", "0.01", "10.60.0.2"], netns=wire.ns.name)
        code, said, report = self.site(*self.vdevs(cable.taps), *SHORT, "--answer", "10.60.0.2", "--unplug",
                                       f"ip link set {wire.tap} down", "--plug", f"ip link set {wire.tap} up")
        self.assertEqual(code, 0, said)
        self.assertIn(">>> At the other end now, until all is done: ping -i 0.01 10.60.0.2", said)
        figures = self.results(report)
        self.assertEqual(list(figures), [step for step in STEPS if step != "round trip"], report)
        self.assertRegex(figures["order and loss"], r"^\d+ pings, in 1 s: 0 lost, doubled, late, damaged")
        self.assertRegex(figures["rewire"], r"^16 changes of the wiring, \d+ frames: 0 lost")
        self.assertIn("8 PASS, 1 SKIP", report)
        self.assertTrue(ping.alive())
        ping.kill()

    def test_ports_without_a_cable_fail_and_say_so(self):
        code, said, report = self.site(*self.vdevs([f"{self.b.tag}u{i}" for i in range(2)]), *SHORT, "--patience", "12")
        self.assertEqual(code, 1, said)
        self.assertRegex(report, r"(?m)^FAIL +links up .* waited 12 s for (the links|a frame through the cable)")
        self.assertRegex(report, r"(?m)^not tried rewire .* links up failed$")
        self.assertRegex(report, "when \"links up\" failed:\n(?s:.*)spp_primary: nic0: link is ")

    # -- what it refuses --------------------------------------------------------------------------

    def host(self, driver="vfio-pci", group="7", interfaces=(), nic_class="0x020000"):
        """A made-up /sys with one NIC, and 512 MB of free hugepages."""
        sysfs = self.b.path("sys")
        folder = f"{sysfs}/bus/pci/devices/0000:03:00.0"
        os.makedirs(folder)
        pages = f"{sysfs}/kernel/mm/hugepages/hugepages-2048kB"
        os.makedirs(pages)
        for path, text in ((f"{folder}/class", nic_class), (f"{folder}/vendor", "0x8086"), (f"{folder}/device", "0x10d3"),
                           (f"{pages}/nr_hugepages", "256"), (f"{pages}/free_hugepages", "256")):
            with open(path, "w", encoding="ascii") as f:
                f.write(text + "\n")
        for name, target in (("driver", driver), ("iommu_group", group)):
            if target:
                os.symlink(f"/x/{target}", f"{folder}/{name}")
        for interface in interfaces:
            os.makedirs(f"{folder}/net/{interface}")
        return sysfs

    def refused(self, *args, nics=("03:00.0", "0000:03:00.0"), **host):
        """What it says; nothing was started."""
        code, said, report = self.site(*nics, *args, env={"SPP_SITE_SYS": self.host(**host)})
        self.assertEqual((code, report), (2, None), said)
        return said

    def test_a_nic_that_is_not_bound(self):
        said = self.refused(driver="e1000e")
        self.assertIn("0000:03:00.0: is bound to e1000e; vfio-pci is wanted", said)
        self.assertIn("0000:03:00.0 is given twice", said)

    def test_a_nic_without_an_iommu(self):
        self.assertIn("0000:03:00.0: has no IOMMU group: intel_iommu=on", self.refused(group=None))

    def test_no_nic_and_no_device(self):
        said = self.refused(nics=("03:00.0", "04:00.0"), nic_class="0x010000")
        self.assertIn("0000:03:00.0: is no NIC (PCI class 0x010000)", said)
        self.assertIn("0000:04:00.0: there is no such PCI device", said)

    def with_address(self, route=False):
        """An interface of this machine's that is used: another network namespace of ours."""
        ns = self.b.namespace("host")
        ns.run("ip", "link", "add", "eth7", "type", "dummy", check=False)
        if "eth7" not in ns.run("ip", "-o", "link"):
            ns.run("ip", "link", "add", "eth7", "type", "veth", "peer", "name", "eth8")
        ns.run("ip", "addr", "add", "192.0.2.1/24", "dev", "eth7")
        ns.run("ip", "link", "set", "eth7", "up")
        if route:
            ns.run("ip", "route", "add", "default", "via", "192.0.2.2", "dev", "eth7")
        return ns

    def test_a_nic_the_host_needs_is_not_taken(self):
        for route, why in ((False, "has an address"), (True, "has the default route")):
            ns = self.with_address(route)
            found = self.in_namespace(ns, force=False)
            self.assertEqual(found, [f"0000:03:00.0: eth7 {why} of this host (another NIC; --force takes it all the same)"])
            self.assertEqual(self.in_namespace(ns, force=True), [])
            ns.remove()
            self.b.namespaces.remove(ns)

    def in_namespace(self, ns, force):
        """The NIC's problems, as the site test sees them there; one that stays with the kernel, as mlx5's."""
        sysfs = self.b.path("sys")
        if not os.path.exists(sysfs):
            self.host(driver="mlx5_core", interfaces=["eth7"])
        code = f"import sys; sys.path.insert(0, {os.path.dirname(RUN)!r}); import ground; " \
               f"print('\\n'.join(ground.Nic('0000:03:00.0').problems({force})))"
        done = subprocess.run(["ip", "netns", "exec", ns.name, sys.executable, "-B", "-c", code], check=True, text=True,
                              stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, env={**os.environ, "SPP_SITE_SYS": sysfs})
        return done.stdout.split("\n")[:-1] if done.stdout.strip() else []

    def test_too_few_hugepages(self):
        sysfs = self.host()
        with open(f"{sysfs}/kernel/mm/hugepages/hugepages-2048kB/free_hugepages", "w", encoding="ascii") as f:
            f.write("10\n")
        code, said, _ = self.site("03:00.0", "0000:03:00.0", env={"SPP_SITE_SYS": sysfs})
        self.assertEqual(code, 2)
        self.assertIn("hugepages: 20 MB are free, 512 MB are wanted", said)

    def test_programs_that_are_not_there(self):
        code, said, _ = self.site("--vdev", "net_null0", "--vdev", "net_null1", "--programs", self.b.dir)
        self.assertEqual(code, 2)
        self.assertIn("install the package spp-event, or build the tree", said)


class Judged(SppTest):
    """What becomes of frames is seen: lost, doubled, late, damaged."""

    def came(self, numbers, sent, damage=()):
        stream = Stream(1)
        for number in numbers:
            data = bytearray(frame("02:00:00:00:00:01", "02:00:00:00:00:02", 1, number, SIZES[number % len(SIZES)]))
            if number in damage:
                data[-1] ^= 1
            stream_number, *rest = read(bytes(data))
            self.assertEqual(stream_number, 1)
            stream.take(*rest)
        stream.sent = sent
        return stream.verdict()

    def test_verdicts(self):
        self.assertEqual(self.came(range(600), 600), GOOD)
        self.assertEqual(self.came([0, 1, 3], 5), {**GOOD, "lost": 2})
        self.assertEqual(self.came([0, 1, 1, 2], 3), {**GOOD, "doubled": 1})
        self.assertEqual(self.came([0, 2, 1, 3], 4), {**GOOD, "late": 1})
        self.assertEqual(self.came([0, 1, 2], 3, damage=[1]), {**GOOD, "damaged": 1})

    def test_pings_are_numbered_on_where_their_16_bits_end(self):
        for numbers, verdict in (([65534, 65535, 0, 1], GOOD), ([65535, 1, 2], {**GOOD, "lost": 1}),
                                 ([7, 9, 8, 10], {**GOOD, "late": 1}), ([0, 0, 1], {**GOOD, "doubled": 1}), ([], GOOD)):
            pings = Pings(types.SimpleNamespace(pings=[]))
            for number in numbers:
                pings.heard(1, number)
                pings.heard(2, 999)  # another ping beside it
            self.assertEqual(pings.stop(0).verdict(), verdict, numbers)

    def test_frames_of_others_are_not_ours(self):
        self.assertIsNone(read(bytes(60)))
        self.assertIsNone(read(b""))

    def test_addresses(self):
        self.assertEqual(ground.whole_address("03:00.0"), "0000:03:00.0")
        self.assertEqual(ground.whole_address("10001:AF:00.1"), None)
        self.assertEqual(ground.whole_address("0001:AF:00.1"), "0001:af:00.1")
        self.assertIsNone(ground.whole_address("eth0"))
