# SPDX-License-Identifier: BSD-3-Clause
"""The installed switch on a machine (boot.py): two TAPs as NICs, one spp_vf that forwards between them,
a network namespace at each end. All by the package's units and files, as its README.Debian says.
"""

import json
import re
import time

from tap_wires import ONE_PING, WIRES, longest_silence

PRIMARY = """SPP_HUGEPAGES=0
SPP_PRIMARY_EAL=--lcores 1@0 --no-pci --socket-mem 256 --vdev net_tap0,iface=tap0 --vdev net_tap1,iface=tap1
SPP_PRIMARY_OPTIONS=-p 0x3 -n 2 --max-vf 1 -s /run/spp/control.sock
"""
VF = """SPP_START=yes
SPP_VF_EAL=--lcores (0,2-3)@0 --no-pci
SPP_VF_OPTIONS=-s /run/spp/control.sock
"""
WIRING = {"commands": [
    {"command": "component", "core_id": "2", "type": "forward", "rx_ports": ["nic0"], "tx_ports": ["nic1"]},
    {"command": "component", "core_id": "3", "type": "forward", "rx_ports": ["nic1"], "tx_ports": ["nic0"]},
    {"command": "flush"}]}
SERVICES = {"primary": "spp_primary.service", "vf1": "spp_vf-1.service", "agent": "spp_agent.service"}


def wait_for(what, condition, deadline=20.0):
    end = time.monotonic() + deadline
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"waited {deadline:g} s for {what}")
        time.sleep(0.05)


class Ping:
    """Packets from one end to the other and back, meanwhile. As a service: it is the machine's."""

    INTERVAL = 0.002

    def __init__(self, machine, seconds):
        self.machine = machine
        self.end = time.monotonic() + seconds
        machine.run("systemd-run", "--unit=spp-ping", "--collect", "-p", "StandardOutput=file:/tmp/ping",
                    "ip", "netns", "exec", "end0", "ping", "-D", "-i", str(self.INTERVAL), "-W", "1",
                    "-c", str(int(seconds / self.INTERVAL)), "10.9.0.2")

    def lost(self):
        """After its end, which must be in the future still: it was there all the while."""
        if time.monotonic() >= self.end:
            raise AssertionError("the ping has ended before what it was to accompany")
        wait_for("the end of the ping", lambda: "active" not in self.machine.run(
            "systemctl", "is-active", "spp-ping.service", check=False).split(), 60)
        text = self.machine.run("cat", "/tmp/ping")
        sent, received = map(int, re.search(r"(\d+) packets transmitted, (\d+) received", text).groups())
        return sent, sent - received

    def silence(self):
        """The longest time without an answer; after lost()."""
        return longest_silence(self.machine.run("cat", "/tmp/ping"))


class Switch:
    def __init__(self, machine):
        self.machine = machine

    def configure(self):
        self.machine.write("/etc/spp/primary.conf", PRIMARY)
        self.machine.write("/etc/spp/vf-1.conf", VF)
        self.machine.run("systemctl", "daemon-reload")

    def cable(self):
        self.machine.run("systemd-run", "--unit=spp-wires", "sh", "-c", WIRES)

    def start(self, wire=True):
        self.machine.run("systemctl", "start", *SERVICES.values())
        if wire:
            wait_for("vf1 at the agent", lambda: re.search(r"^vf1 .* yes ", self.ctl("ls"), re.M))
            self.ctl("send", "vf1", "-", feed=json.dumps(WIRING))
        self.wait_flow()

    def ctl(self, *words, check=True, feed=None):
        return self.machine.run("sppctl", *words, check=check, feed=feed)

    def flows(self):
        return " 0% packet loss" in self.machine.run(*ONE_PING.split(), check=False)

    def wait_flow(self):
        wait_for("an answer from the other end", self.flows)

    def version(self, name):
        """(spp-event's, DPDK's) of a running process."""
        info = json.loads(self.ctl("status", name, "--json"))
        version = info.get("info", info)["version"]
        return version["program"], version["dpdk"]

    def pids(self):
        """{name: (its process, how often systemd has restarted it)}"""
        found = {}
        for name, unit in SERVICES.items():
            text = self.machine.run("systemctl", "show", "-p", "MainPID", "-p", "NRestarts", unit)
            found[name] = tuple(int(n) for n in re.findall(r"=(\d+)", text))
        return found

    def kill_vf(self):
        """SIGKILL; until another one forwards. The seconds that took."""
        before = self.pids()
        start = time.monotonic()
        self.machine.run("systemctl", "kill", "--signal=KILL", SERVICES["vf1"])
        wait_for("a new spp_vf", lambda: self.pids()["vf1"][0] not in (0, before["vf1"][0]))
        self.wait_flow()
        took = time.monotonic() - start
        if self.pids()["primary"] != before["primary"]:
            raise AssertionError("spp_primary was restarted")
        return took

    def running(self):
        """Processes of ours."""
        text = self.machine.run("sh", "-c", "cat /proc/[0-9]*/comm 2>/dev/null || :")
        return sorted(n for n in text.split() if n.startswith("spp_"))
