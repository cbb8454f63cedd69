# SPDX-License-Identifier: BSD-3-Clause
"""What the host does not have or does not allow: named, and what would be right."""

import contextlib
import glob
import os

from bench import program
from spplib import SppTest

WRONG, FAILED = 2, 1  # exit codes: as wrong at the next try; depends on others

WITHOUT = r'''
cp -a "$1/." "$2"
rm "$2"/librte_$3.so*
mount --bind "$2" "$1"
shift 3
exec "$@"
'''


def drivers():
    """The directory that the EAL takes its drivers from."""
    found = glob.glob("/usr/lib/*/dpdk/pmds-*")
    assert len(found) == 1, found
    return found[0]


class MissingDrivers(SppTest):
    """Each is a package of its own, and the program `dpdk` does not ask for all."""

    @contextlib.contextmanager
    def without(self, driver):
        """What b.start() starts meanwhile does not see that driver's library."""
        b = self.b
        plain = b.start
        copy = b.path(f"without-{driver}")
        os.makedirs(copy, exist_ok=True)

        def start(name, argv, *more, **named):
            argv = ["unshare", "-m", "sh", "-ec", WITHOUT, "sh", drivers(), copy, driver, *argv]
            return plain(name, argv, *more, **named)
        b.start = start
        try:
            yield
        finally:
            b.start = plain

    def refused(self, proc, pattern):
        self.assertEqual(proc.wait(20), FAILED, proc.tail())
        self.assertRegex(proc.text(), pattern)
        self.assertEqual(glob.glob(f"/dev/hugepages/{self.b.prefix}map_*"), [])

    def test_the_primary_names_its_own(self):
        for driver, package in (("mempool_stack", "mempool-stack"), ("event_sw", "event-sw")):
            self.b.prefix = self.b.new_prefix(driver[:3])
            with self.without(driver):
                proc = self.b.primary(["net_null0"], wait=False)
            self.refused(proc, rf"spp_primary: error: DPDK's driver {driver} is not installed .*"
                               rf"package librte-{package}\d\d")

    def test_the_primary_names_that_of_a_vdev(self):
        with self.without("net_memif"):
            proc = self.b.primary([f"net_memif0,role=server,socket={self.b.path('m')}"], wait=False)
        self.refused(proc, r"spp_primary: error: .*driver net_memif is not installed .*package "
                           r"librte-net-memif\d\d")

    def test_a_vf_names_its_own(self):
        self.b.primary(["net_null0"])
        for driver, package in (("mempool_stack", "mempool-stack"), ("event_sw", "event-sw")):
            with self.without(driver):
                vf = self.b.vf(1, config=False, ids=[0, 2], wait=False)
            self.assertEqual(vf.wait(20), FAILED, vf.tail())
            named = rf"DPDK's driver {driver} is not installed .*package librte-{package}\d\d"
            if driver == "event_sw":  # the others are there, but a copied folder may have another order
                named = rf"({named}|DPDK's drivers here are not those of spp_primary)"
            self.assertRegex(vf.text(), rf"spp_vf1: error: {named}")
        self.b.vf(1, config=False, ids=[0, 2])


class Cpusets(SppTest):
    """CPUs that a cgroup keeps a program from: the EAL ends in a panic that names none."""

    def setUp(self):
        super().setUp()
        base = "/sys/fs/cgroup/cpuset"
        if not os.path.isdir(base):
            base = "/sys/fs/cgroup"
        self.group = f"{base}/{self.b.tag}"
        try:
            if base == "/sys/fs/cgroup":
                self.write(f"{base}/cgroup.subtree_control", "+cpuset")
            os.mkdir(self.group)
        except OSError as e:
            self.skipTest(f"no cgroup can be made here: {e}")
        self.addCleanup(os.rmdir, self.group)
        if os.path.exists(f"{base}/cpuset.mems"):
            with open(f"{base}/cpuset.mems", encoding="ascii") as f:
                self.write(f"{self.group}/cpuset.mems", f.read().strip())
        self.write(f"{self.group}/cpuset.cpus", "0")

    @staticmethod
    def write(path, text):
        with open(path, "w", encoding="ascii") as f:
            f.write(text)

    def begin(self, name, argv):
        return self.b.start(name, ["sh", "-ec", 'echo $$ >"$1"; shift; exec "$@"', "sh",
                                   f"{self.group}/cgroup.procs", *argv])

    def test_the_cpu_is_named_and_nothing_stays(self):
        b = self.b
        proc = self.begin("spp_primary", [
            program("spp_primary"), "-l", "1", "--no-pci", "--file-prefix", b.prefix,
            "--socket-mem", "256", "--vdev", "net_null0", "--", "-p", "1", "-n", "4"])
        self.assertEqual(proc.wait(20), WRONG, proc.tail())
        self.assertRegex(proc.text(), r"spp_primary: error: lcore 1 is to run on CPU 1, which this "
                                      r"process may not use: a cgroup's cpuset")
        self.assertEqual(glob.glob(f"/dev/hugepages/{b.prefix}map_*"), [])

    def test_of_a_vf_as_well_and_the_primary_stays_whole(self):
        b = self.b
        b.primary(["net_null0"], mem=256)
        proc = self.begin("spp_vf", [
            program("spp_vf"), "--lcores", "0@0,2@1", "--no-pci", "--file-prefix", b.prefix,
            "--proc-type=secondary", "--", "--process-id", "1"])
        self.assertEqual(proc.wait(20), WRONG, proc.tail())
        self.assertRegex(proc.text(), r"spp_vf1: error: lcore 2 is to run on CPU 1, which this "
                                      r"process may not")
        b.vf(1, config=False, ids=[0, 2])
