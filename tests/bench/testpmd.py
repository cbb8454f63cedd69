# SPDX-License-Identifier: BSD-3-Clause
"""dpdk-testpmd: as the guests on vhost-user sockets, and as the upper bound, forwarding between
the same kinds of ports without looking at a packet. Figures through DPDK's telemetry socket.
"""

import json
import socket
import time

import nic
from proc import CPU_OURS, CPU_TOOLS, wait_for
from system import System

QUEUE = 1024  # descriptors of a guest's queue


def telemetry_path(prefix):
    return f"/var/run/dpdk/{prefix}/dpdk_telemetry.v2"


class Telemetry:
    """One connection to a DPDK program."""

    def __init__(self, prefix):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.socket.settimeout(10)
        wait_for(f"telemetry of {prefix}", lambda: self._connect(telemetry_path(prefix)), 20)
        self.socket.recv(1024)

    def _connect(self, path):
        self.socket.connect(path)
        return True

    def ask(self, command):
        self.socket.send(command.encode())
        return json.loads(self.socket.recv(65536))

    def received(self, ports):
        """(time, packets that came in by these ports)"""
        sent = time.monotonic()
        total = sum(self.ask(f"/ethdev/stats,{port}")["/ethdev/stats"]["ipackets"]
                    for port in range(ports))
        return (sent + time.monotonic()) / 2, total

    def close(self):
        self.socket.close()


class Guests:
    """One process that plays all VMs of a system, on the CPU of the tools."""

    topology = "loop"
    driver = ()

    def __init__(self, b, socks, echo, server=False):
        self.count = len(socks)
        prefix = b.new_prefix("vm")
        argv = ["dpdk-testpmd", *self.driver, "--lcores", f"0@{CPU_TOOLS},1@{CPU_TOOLS}", "--no-pci",
                "-m", 256 + 32 * self.count, "--single-file-segments", "--file-prefix", prefix]
        for vdev in self.vdevs(b, [f"net_virtio_user{n},path={sock},queue_size={QUEUE}"
                                   + (",server=1" if server else "")
                                   for n, sock in enumerate(socks)]):
            argv += ["--vdev", vdev]
        argv += ["--", "-i", "--nb-cores=1", f"--port-topology={self.topology}",
                 "--forward-mode=" + ("io" if echo else "rxonly"), f"--rxd={QUEUE}",
                 f"--txd={QUEUE}", f"--total-num-mbufs={16384 + 4096 * self.count}",
                 "--auto-start"]
        self.proc = b.start("guests", argv, cpu=CPU_TOOLS, stdin=True)
        self.prefix = prefix
        self.telemetry = None

    def vdevs(self, b, guests):
        """Ports of the program, in the order that its topology goes by."""
        del b
        return guests

    def wait_ready(self, b):
        self.proc.wait_log(r"testpmd>", 30)
        self.telemetry = Telemetry(self.prefix)
        b.closers.append(self.telemetry.close)

    def received(self):
        return self.telemetry.received(self.count)


class Fed(Guests):
    """The first VM sends what a net_bench brings; another takes what comes to the second one, and
    brings what the third one sends."""

    topology = "chained"
    driver = ("-d", nic.DRIVER)

    def __init__(self, b, socks, echo, server=False):
        del echo
        super().__init__(b, socks, True, server)

    def vdevs(self, b, guests):
        self.source, self.sink = nic.Nic(b, 98), nic.Nic(b, 99)
        return [self.source.vdev, *guests[:2], self.sink.vdev, *guests[2:]]


class Testpmd(System):
    """The upper bound. A source NIC for each VM, each paired with its vhost; without VMs from nic0
    to nic1; where a VM sends, the vhosts of both."""

    name = "testpmd"

    def start(self):
        b, path = self.b, self.path
        if path.fed:
            vdevs = [f"net_vhost{n},iface={b.sock(n)}" for n in range(path.vms)]
        elif path.vms:
            self.nics = [nic.Nic(b, n) for n in range(path.vms)]
            self.sources = self.nics
            vdevs = [vdev for n in range(path.vms)
                     for vdev in (self.nics[n].vdev, f"net_vhost{n},iface={b.sock(n)}")]
        else:
            self.nics = [nic.Nic(b, n) for n in range(2)]
            self.sources = self.nics[:1]
            vdevs = [n.vdev for n in self.nics]
        if path.second:
            memif = f"socket={b.path('memif')},socket-abstract=no"
            self.forward(vdevs[0], f"net_memif0,role=server,{memif}")
            self.forward(f"net_memif0,role=client,{memif}", vdevs[1],
                         cpu=CPU_TOOLS if path.second_apart else CPU_OURS)
        else:
            self.forward(*vdevs)
        self.add_guests([b.sock(n) for n in range(path.vms)])
        if path.fed:
            self.sources = [self.guests.source]

    def forward(self, *vdevs, cpu=CPU_OURS):
        """A process that passes packets between each two of them, on that CPU."""
        b, vms = self.b, self.path.vms
        argv = ["dpdk-testpmd", "-d", nic.DRIVER, "--lcores", f"0@{CPU_TOOLS},1@{cpu}", "--no-pci",
                "-m", 256 + 32 * vms, "--file-prefix", b.new_prefix(f"tp{len(self.procs)}"),
                *(["--single-file-segments"] if self.path.second else [])]
        for vdev in vdevs:
            argv += ["--vdev", vdev]
        argv += ["--", "-i", "--nb-cores=1", "--forward-mode=io", "--port-topology=paired",
                 f"--total-num-mbufs={16384 + 4096 * vms}", "--auto-start"]
        proc = b.start("testpmd", argv, stdin=True)
        proc.wait_log(r"testpmd>", 30)
        self.procs.append(proc)

    def sinks(self):
        if self.path.fed:
            return [self.guests.sink]
        return self.nics if self.path.echo else self.nics[1:] if not self.path.vms else []
