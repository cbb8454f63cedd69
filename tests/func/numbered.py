# SPDX-License-Identifier: BSD-3-Clause
"""Numbered packets through the programs under test: the Python side of tests/tools/spp_numbered.

    nic = numbered.memif(b, 0)                       -> the primary's vdev: nic.server
    tool = Numbered(b, [nic.port, vhost(b.sock(0))], ["tx:0:1:MAC", "rx:1"], rate=1000)
    ... tool.end() -> Result
"""

import collections
import json
import signal

from bench import program
from proc import CPU_TOOLS

Memif = collections.namedtuple("Memif", "server port")


def memif(b, index):
    """A NIC of the primary (its --vdev is `server`), and the tool's end of it."""
    where = f"id={index},socket={b.path('memif')},socket-abstract=no"
    return Memif(f"net_memif{index},role=server,{where}",
                 f"net_memif{index},role=client,{where}")


def vhost(sock, index=0, more=""):
    """The tool as the guest on a vhost-user socket."""
    return f"net_virtio_user{index},path={sock},queue_size=1024{more}"


class Result:
    """What was sent and what came, by flow: (source, number of the MAC in its list)."""

    def __init__(self, text):
        self.raw = json.loads(text)
        self.seconds = self.raw["seconds"]
        self.sent = {(t["source"], t["flow"]): t["sent"] for t in self.raw["tx"]}
        self.ports = {r["port"]: r for r in self.raw["rx"]}

    def total_sent(self):
        return sum(self.sent.values())

    def flows(self, port):
        return {(f["source"], f["flow"]): f for f in self.ports[port]["flows"]}

    def received(self, port, source=None, flow=None):
        return sum(f["received"] for f in self.ports[port]["flows"]
                   if source in (None, f["source"]) and flow in (None, f["flow"]))

    def total_received(self):
        return sum(self.received(port) for port in self.ports)

    def disorder(self):
        """Flows with packets twice, late or damaged; empty when all is well."""
        bad = [(port, f) for port, r in self.ports.items() for f in r["flows"]
               if f["duplicates"] or f["reordered"]]
        return bad + [(port, {"corrupted": r["corrupted"]}) for port, r in self.ports.items()
                      if r["corrupted"]]

    def missing(self):
        """{flow: packets} for flows not received in full, over all ports."""
        got = collections.Counter()
        for port in self.ports:
            for key, flow in self.flows(port).items():
                got[key] += flow["received"]
        return {key: sent - got[key] for key, sent in self.sent.items() if got[key] != sent}


class Numbered:
    def __init__(self, b, ports, specs, size=None, rate=None, count=None, seconds=None,
                 settle=500, vlan=None, wait=True, name="numbered", memory=192):
        argv = [program("tests/tools/spp_numbered"), "--lcores", f"0@{CPU_TOOLS}", "-m", memory,
                "--no-pci", "--single-file-segments",
                "--file-prefix", b.new_prefix(f"{name}{len(b.prefixes)}")]
        for port in ports:
            argv += ["--vdev", port]
        argv.append("--")
        for option, value in (("size", size), ("rate", rate), ("count", count),
                              ("seconds", seconds), ("settle", settle), ("vlan", vlan)):
            if value is not None:
                argv += [f"--{option}", value]
        self.seconds = seconds or 0
        self.proc = b.start(name, [*argv, *specs])
        if wait:
            self.wait_ready()

    def wait_ready(self, deadline=20.0):
        self.proc.wait_log(r"^ready$", deadline)

    def end(self, deadline=30.0):
        """Stop sending (what was asked for in packets or seconds is still sent), the result."""
        if not self.seconds:
            self.proc.send_signal(signal.SIGTERM)
        return self.result(deadline + self.seconds)

    def result(self, deadline=60.0):
        """Wait until it ends by itself."""
        code = self.proc.wait(deadline)
        if code != 0:
            raise AssertionError(f"spp_numbered: exit code {code}\n{self.proc.tail()}")
        last = [line for line in self.proc.text().splitlines() if line.startswith("{")]
        if not last:
            raise AssertionError(f"spp_numbered printed no result\n{self.proc.tail()}")
        return Result(last[-1])
