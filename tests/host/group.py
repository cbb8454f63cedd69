# SPDX-License-Identifier: BSD-3-Clause
"""A group of cases that share one box: its NICs, its disk, and what they ask of it again and again.

    class Cables(Group):
        nics = ["e1000e", "e1000e"]
        def case_a_cable_is_pulled(self):
            self.box.cable(0, False)
            self.until("nic0 down", lambda: not self.nic(0)["link_up"])

Cases run in the order in which they stand; each gets the box as the one before has left it.
"""

import inspect
import json
import os
import shutil
import sys
import time

from image import Image, vm_address, wire_address
from machine import Dead, Machine

# What takes a second on a machine takes five in the box, and with all that starts at once more.
SLOWNESS = 5
PROGRAMS = ("spp_primary", "spp_vf-1", "spp_vf-2", "spp_agent")


class Group:
    short = False           # part of the short form
    nics = ["e1000e", "e1000e"]
    releases = ("12", "13")
    units = PROGRAMS        # what has to run
    extra = ()              # more arguments of qemu
    memory = 2048
    kernel_line = ""
    iommu = True
    joined = False          # a cable between the two NICs, in place of ends of ours

    def __init__(self, folder, package, tell):
        """folder: for its files. package: the .deb. tell(text): a figure worth keeping."""
        self.folder = folder
        self.package = package
        self.tell = tell
        self.box = None

    @classmethod
    def name(cls):
        return cls.__name__.lower()

    @classmethod
    def cases(cls):
        found = [(name, value) for base in reversed(cls.__mro__) for name, value in vars(base).items()
                 if name.startswith("case_") and inspect.isfunction(value)]
        return [(f"{cls.name()}.{name.removeprefix('case_')}", value) for name, value in found]

    def image(self):
        """The disk; override for another one."""
        return Image(self.package, nics=len(self.nics))

    def start(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        os.makedirs(self.folder)
        disk = os.path.join(self.folder, "disk.img")
        kernel = self.image().write(disk)
        self.box = Machine(self.folder, disk, kernel, self.nics, memory=self.memory,
                           kernel_line=self.kernel_line, extra=self.extra, joined=self.joined,
                           iommu=self.iommu)
        for i, plug in enumerate(self.box.plugs):
            plug.address(f"02:00:00:00:ee:{i:02x}", wire_address(i))
        self.box.power_on()

    def close(self):
        if self.box is not None:
            self.box.close()

    def dump(self):
        """For the report of a failure."""
        if self.box is None or self.box.qemu is None:
            return ""
        try:
            return self.box.run("systemctl --no-pager --failed | cat; journalctl --no-pager -b "
                                "-o short-monotonic -u 'spp*' -u 'box-vm*' -p info | tail -150",
                                60)[1]
        except (Dead, OSError) as e:
            return f"{e}\n" + self.box.tail(f"console{self.box.boots}.log")

    # -- asking ---------------------------------------------------------------------------------

    def until(self, what, condition, deadline, step=0.3):
        """Until condition() is true; its value. What is not there, or not whole, yet counts as no."""
        end = time.monotonic() + deadline
        while True:
            try:
                last = condition()
                if last:
                    return last
            except Dead:
                raise
            except (AssertionError, LookupError, StopIteration, ValueError) as e:
                last = e
            if time.monotonic() > end:
                raise AssertionError(f"waited {deadline:g} s for {what}, last seen: {last!r}")
            time.sleep(step)

    def unit(self, name, *properties):
        """{property: value}, of systemctl show."""
        text = self.box.ok(f"systemctl show {name} -p {','.join(properties)}")
        return dict(line.split("=", 1) for line in text.splitlines() if "=" in line)

    def active(self, *names):
        """All of them: by its exit code systemctl says whether one is."""
        states = self.box.run(f"systemctl is-active {' '.join(names)}")[1].split()
        return states == ["active"] * len(names)

    def restarts(self):
        """{unit: how often systemd has restarted it since its start}"""
        return {name: int(self.unit(name, "NRestarts")["NRestarts"]) for name in self.units}

    def pid(self, unit):
        return int(self.unit(unit, "MainPID")["MainPID"])

    def status(self, process):
        """What `sppctl status` has of it."""
        return json.loads(self.box.ok(f"sppctl --json status {process}"))["info"]

    def nic(self, number):
        return next(nic for nic in self.status("primary")["nic"] if nic["port"] == f"nic{number}")

    def journal(self, more=""):
        return self.box.ok(f"journalctl --no-pager -b -o cat {more}")

    # -- traffic --------------------------------------------------------------------------------

    def wait_ping(self, nic, deadline=60.0):
        """Until the VM behind a NIC answers its wire; seconds."""
        return self.box.plugs[nic].wait_ping(vm_address(nic), deadline)

    def ping_all(self, nic, count=50, size=56):
        """Every one is answered."""
        sent, answers = self.box.plugs[nic].ping(vm_address(nic), count, size=size,
                                                 patience=2.0 * SLOWNESS)
        equal(f"answers of vm{nic}", len(answers), sent)
        return sorted(answers)


def equal(what, got, wanted):
    if got != wanted:
        raise AssertionError(f"{what}: {got!r}, wanted: {wanted!r}")


def true(what, value):
    if not value:
        raise AssertionError(f"{what}: {value!r}")


def say(text):
    print(text, file=sys.stderr, flush=True)
