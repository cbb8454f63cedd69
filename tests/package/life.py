# SPDX-License-Identifier: BSD-3-Clause
"""The package's life on a machine with nothing on it, beside a switch that runs: install, upgrade,
downgrade, DPDK's upgrade, a planned restart, remove, re-install, purge. run.py has built the packages
and made the machine's root file system, with what apt needs in its cache.
"""

import re
import time

from switch import Ping, Switch, wait_for

OURS = ["/etc/spp", "/var/lib/spp", "/run/spp", "/etc/needrestart/conf.d/spp-event.conf"]
CONFFILES = ["/etc/spp/primary.conf", "/etc/spp/agent.conf", "/etc/spp/common.conf", "/etc/spp/monitor.conf",
             "/etc/needrestart/conf.d/spp-event.conf"]
LIBRARIES = "/usr/lib/*-linux-gnu"


class Life:
    """Steps in their order; each is shown with what it took and found."""

    def __init__(self, machine, old, new, older_dpdk):
        """old, new: (path of the .deb, version). older_dpdk: ["package=version"], or none there is."""
        self.machine, self.old, self.new = machine, old, new
        self.older_dpdk = older_dpdk
        self.switch = Switch(machine)

    # -- tools ------------------------------------------------------------------------------

    def apt(self, *words):
        return self.machine.run("apt-get", "-y", "-q", "-o", "Dpkg::Options::=--force-confold",
                                *words, deadline=240)

    def install(self, deb, *more):
        return self.apt("install", "--no-install-recommends", "--allow-downgrades", deb[0], *more)

    def exists(self, path):
        return self.machine.run("sh", "-c", f"ls -d {path} 2>/dev/null || :") != ""

    def expect(self, what, found, wanted):
        if found != wanted:
            raise AssertionError(f"{what}: {found!r}, not {wanted!r}")

    def nothing_starts(self):
        self.expect("what runs", self.switch.running(), [])
        for unit in ("spp_primary", "spp_agent", "spp_monitor", "spp-hugepages"):
            state = self.machine.run("systemctl", "is-active", unit, check=False).strip()
            self.expect(f"{unit}.service", state, "inactive")
        for unit in ("spp_primary", "spp_agent", "spp_monitor"):
            state = self.machine.run("systemctl", "is-enabled", unit, check=False).strip()
            self.expect(f"{unit}.service", state, "disabled")

    def undisturbed(self, seconds, change):
        """change() while the switch runs: nothing lost, nothing restarted."""
        before = self.switch.pids()
        ping = Ping(self.machine, seconds)
        time.sleep(0.5)
        start = time.monotonic()
        change()
        took = time.monotonic() - start
        sent, lost = ping.lost()
        self.expect("processes", self.switch.pids(), before)
        self.expect(f"lost of {sent} packets", lost, 0)
        return f"{took:.1f} s, 0 of {sent} packets lost, nothing restarted"

    def comes_back(self, program, dpdk):
        took = self.switch.kill_vf()
        self.expect("spp_vf's build", self.switch.version("vf1"), (program, dpdk))
        return f"killed, forwards again after {took:.1f} s, as {program} with DPDK {dpdk}"

    def pending(self):
        return "restart pending" in self.switch.ctl("check", check=False)

    # -- steps ------------------------------------------------------------------------------

    def step_install(self):
        """what it depends on comes with it, nothing starts"""
        self.install(self.old, *self.older_dpdk)
        self.nothing_starts()
        for program in ("spp_primary", "spp_vf"):
            self.expect(program, self.machine.run(program, "--", "--version"),
                        f"{program} {self.old[1]}\n")

    def step_start(self):
        self.switch.configure()
        self.switch.cable()
        self.switch.start()
        self.dpdk = self.switch.version("primary")[1]
        self.expect("check", self.pending(), False)
        orders = [self.machine.run("nsenter", "-m", "-t", str(self.switch.pids()[name][0]), "sh", "-c",
                                   f"ls -U {LIBRARIES}/dpdk/pmds-*") for name in ("primary", "vf1")]
        self.expect("the order of vf1's drivers", orders[1], orders[0])
        return f"DPDK {self.dpdk}"

    def step_vf_dies_before(self):
        return self.comes_back(self.old[1], self.dpdk)

    def step_upgrade(self):
        said = self.undisturbed(12, lambda: self.install(self.new))
        self.expect("spp_vf on disk", self.machine.run("spp_vf", "--", "--version"),
                    f"spp_vf {self.new[1]}\n")
        self.expect("check warns", self.pending(), True)
        return said

    def step_needrestart(self):
        """told to restart all that uses old files, it leaves the switch alone"""
        ours = "/etc/needrestart/conf.d/spp-event.conf"
        without = self.machine.run("sh", "-c", f"mv {ours} /root; needrestart -b -r l; "
                                   f"mv /root/spp-event.conf {ours}")
        self.expect("without our file it wants to", "SVC: spp_primary.service" in without, True)
        return self.undisturbed(12, lambda: self.machine.run("needrestart", "-r", "a"))

    def step_vf_dies_after_the_upgrade(self):
        return self.comes_back(self.old[1], self.dpdk)

    def step_upgrade_of_dpdk(self):
        """to a newer release where Debian has two, else the same once more: new files in any case"""
        names = re.findall(r"^ii +(librte-\S+)$", self.machine.run(
            "dpkg-query", "-W", "-f", "${db:Status-Abbrev} ${Package}\n", "librte-*"), re.M)
        said = self.undisturbed(25, lambda: self.apt(
            "install", "--reinstall", "--no-install-recommends", *names))
        now = self.machine.run("dpkg-query", "-W", "-f", "${Version}", names[0])
        self.expect("another release", self.dpdk not in now, bool(self.older_dpdk))
        return f"to {now}: {said}"

    def step_vf_dies_after_that(self):
        return self.comes_back(self.old[1], self.dpdk)

    def step_vf_dies_without_dpdk_on_disk(self):
        """as after an upgrade to another ABI of DPDK and an autoremove"""
        self.machine.run("sh", "-c", f"mkdir /root/away && mv {LIBRARIES}/librte_* {LIBRARIES}/dpdk "
                         "/root/away && ldconfig")
        try:
            return self.comes_back(self.old[1], self.dpdk)
        finally:
            self.machine.run("sh", "-c", f"cd {LIBRARIES} && rm -rf dpdk && mv /root/away/* . && ldconfig")

    def step_downgrade(self):
        return self.undisturbed(12, lambda: self.install(self.old))

    def step_planned_restart(self):
        """upgraded again, then the one command: what packets miss"""
        self.install(self.new)
        before = self.switch.pids()
        ping = Ping(self.machine, 15)
        time.sleep(0.5)
        said = self.machine.run("spp-upgrade")
        sent, lost = ping.lost()
        self.expect("restarted", [n for n, pid in self.switch.pids().items() if pid != before[n]], list(before))
        self.expect("wired as before", "vf1: did not forward for" in said and "wired as before" in said, True)
        self.expect("primary", self.switch.version("primary")[0], self.new[1])
        self.expect("vf1", self.switch.version("vf1")[0], self.new[1])
        self.expect("check", self.pending(), False)
        self.expect("once more", "nothing to do" in self.machine.run("spp-upgrade"), True)
        return f"{lost} of {sent} packets lost, none answered for {ping.silence():.2f} s, then as {self.new[1]}"

    def step_stop(self):
        """what is kept goes with the primary"""
        self.machine.run("systemctl", "stop", "spp_primary")
        self.expect("what is kept", self.exists("/var/lib/spp/running"), False)
        self.switch.start(wire=False)
        self.expect("what is kept", self.exists("/var/lib/spp/running/spp_vf"), True)

    def step_remove(self):
        """the switch ends; configuration and saved wiring stay"""
        self.apt("remove", "spp-event")
        wait_for("their end", lambda: self.switch.running() == [])
        for path in [*CONFFILES, "/etc/spp/vf-1.conf", "/var/lib/spp/vf*"]:
            self.expect(path, self.exists(path), True)
        for path in ("/usr/bin/spp*", "/usr/lib/spp", "/var/lib/spp/running",
                     "/usr/lib/systemd/system/spp*", "/run/systemd/generator.late/spp*"):
            self.expect(path, self.exists(path), False)

    def step_install_again(self):
        """nothing starts; when told to, as it was"""
        self.install(self.new)
        self.nothing_starts()
        self.switch.start(wire=False)

    def step_purge(self):
        self.apt("purge", "spp-event")
        wait_for("their end", lambda: self.switch.running() == [])
        for path in OURS:
            self.expect(path, self.exists(path), False)
        left = self.machine.run("find", "/etc", "/usr", "/var", "-xdev", "-iname", "*spp*",
                                "-not", "-path", "/var/cache/*", "-not", "-path", "/usr/share/*",
                                "-not", "-path", "/var/log/*").split()
        known = [p for p in left if "/lib/python" in p or "cpp" in p or "gssp" in p]
        self.expect("left", [p for p in left if p not in known], [])

    # -- all --------------------------------------------------------------------------------

    STEPS = ["install", "start", "vf_dies_before", "upgrade", "needrestart", "vf_dies_after_the_upgrade",
             "upgrade_of_dpdk", "vf_dies_after_that", "vf_dies_without_dpdk_on_disk", "downgrade",
             "planned_restart", "stop", "remove", "install_again", "purge"]

    def report(self):
        """After a failure."""
        return "\n".join(self.machine.run("sh", "-c", command, check=False) for command in (
            "systemctl --failed --no-legend", "journalctl -n 60 --no-pager -o short-monotonic"))
