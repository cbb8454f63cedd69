# SPDX-License-Identifier: BSD-3-Clause
"""The short form: one boot of a host with two NICs, and what an operator meets first."""

import json
import statistics
import threading
import time

import made
from group import Group, equal, true
from image import vm_address
from machine import nic_mac
from root import host_release

EXIT = json.dumps({"commands": [{"command": "exit"}]})


class First(Group):
    short = True
    nics = ["e1000e", "igb" if host_release() == "13" else "e1000e"]

    def case_from_power_on_without_a_hand(self):
        """Hugepages, both NICs under their numbers, saved wiring, guests, agent; nothing was started
        twice."""
        self.tell(f"power-on to a command line: {self.box.wait_up():.0f} s")
        for nic in range(len(self.nics)):
            self.wait_ping(nic, 240)
        self.tell(f"power-on to the first ping of each VM: {time.monotonic() - self.box.power_at:.0f} s")
        self.until("all units", lambda: self.active(*self.units), 60)
        equal("restarts", self.restarts(), {name: 0 for name in self.units})
        failed = self.journal("-p warning -u init.scope | grep -E 'spp.*(Failed|failed)' || true")
        equal("starts that failed", failed, "")
        for nic in range(len(self.nics)):
            equal(f"MAC of nic{nic}", self.nic(nic)["mac"].lower(), nic_mac(nic))
            answers = self.ping_all(nic, 100)
            self.tell(f"{self.nics[nic]}: ping through the box {statistics.median(answers):.1f} ms "
                      f"(median), {answers[-1]:.1f} ms at the most")

    def case_what_runs_is_the_package(self):
        """... and dpkg finds its files as they were packed, but for those that the operator wrote."""
        equal("spp-event", self.box.ok("dpkg-query -W -f '${db:Status-Abbrev}${Version}' spp-event"),
              f"ii {made.field(self.package, 'Version')}")
        for unit in self.units:
            program = self.box.ok(f"readlink /proc/{self.pid(unit)}/exe").strip()
            equal(f"{unit} is", self.box.ok(f"dpkg-query -S {program}"), f"spp-event: {program}\n")
        changed = self.box.run("dpkg --verify spp-event")[1].splitlines()
        equal("changed", [line for line in changed if " c /etc/spp/" not in line], [])

    def case_journal_has_each_line_once_with_its_priority(self):
        lines = self.journal("-u spp_primary -u spp_vf-1 -o json --output-fields=MESSAGE,PRIORITY,"
                             "_PID,SYSLOG_IDENTIFIER")
        entries = [json.loads(line) for line in lines.splitlines()]
        said = [(e["_PID"], e["MESSAGE"]) for e in entries if "Multi-process socket" in e["MESSAGE"]]
        true("the EAL's lines are there", said)
        equal("lines of the EAL said twice", [one for one in set(said) if said.count(one) > 1], [])
        warned = {e["PRIORITY"] for e in entries if ": warning: " in e["MESSAGE"]}
        equal("priority of warnings", warned, {"4"})

    def case_vf_is_killed(self):
        """It is back by itself, and the other one has lost nothing."""
        self._kill("spp_vf-1", "KILL", [0], "SIGKILL of a spp_vf to its ping")

    def case_vf_crashes(self):
        """... and what it was can be found."""
        self._kill("spp_vf-2", "SEGV", [1], "SIGSEGV of a spp_vf to its ping")
        found = self.until("the core", lambda: self.box.ok("coredumpctl --no-pager list spp_vf"), 300)
        true("coredumpctl lists it", "SIGSEGV" in found)

    def case_primary_is_killed(self):
        self._kill("spp_primary", "KILL", [0, 1], "SIGKILL of spp_primary to the last ping")

    def _kill(self, unit, signal, nics, what):
        before = self.pid(unit)
        other = self._begin_ping([n for n in range(len(self.nics)) if n not in nics])
        self.box.ok(f"systemctl kill -s {signal} {unit}")
        killed = time.monotonic()
        self.until(f"another {unit}", lambda: self.pid(unit) not in (0, before), 120)
        for nic in nics:
            self.wait_ping(nic, 120)
        self.tell(f"{what}: {time.monotonic() - killed:.1f} s")
        for nic, (sent, answers) in other().items():
            equal(f"answers of vm{nic} meanwhile", len(answers), sent)
        self.until("all units", lambda: self.active(*self.units), 60)

    def _begin_ping(self, nics):
        """Ping beside what happens; what to call for {nic: (sent, answers)}."""
        results = {}

        def one(nic):
            results[nic] = self.box.plugs[nic].ping(vm_address(nic), 100, interval=0.05, patience=10)

        threads = [threading.Thread(target=one, args=(nic,)) for nic in nics]
        for thread in threads:
            thread.start()

        def end():
            for thread in threads:
                thread.join()
            return results
        return end

    def case_exit_by_the_controller_lasts(self):
        self.box.ok(f"echo '{EXIT}' >/tmp/exit; sppctl send vf1 /tmp/exit")
        self.until("its end", lambda: not self.active("spp_vf-1"), 30)
        time.sleep(5)
        equal("spp_vf-1", self.unit("spp_vf-1", "ActiveState", "Result"),
              {"ActiveState": "inactive", "Result": "success"})
        self.ping_all(1)
        self.box.ok("systemctl start spp_vf-1", 60)
        self.wait_ping(0)

    def case_link_goes_and_comes(self):
        self.box.cable(0, False)
        self.until("nic0 down", lambda: not self.nic(0)["link"], 20)
        self.ping_all(1)
        self.box.cable(0, True)
        self.until("nic0 up", lambda: self.nic(0)["link"], 20)
        self.wait_ping(0)
        self.ping_all(0)


class Others(First):
    """The same with the other NICs that qemu 7.2 has."""

    short = False
    nics = ["e1000", "vmxnet3"]


class Igb(First):
    short = False
    nics = ["igb", "igb"]
    releases = ("13",)
