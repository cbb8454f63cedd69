# SPDX-License-Identifier: BSD-3-Clause
"""Numbered packets through the programs under test: the Python side of tests/tools/spp_numbered.

    nic = numbered.memif(b, 0)                       -> the primary's vdev: nic.server
    tool = Numbered(b, [nic.port, vhost(b.sock(0))])
    tool.run(["tx:0:1:MAC", "rx:1"], count=1000)     -> Result
    tool.begin(["tx:0:1:MAC", "rx:1"], rate=1000)    in the background
    tool.end()                                       -> Result

Two limits of DPDK's memif when a secondary uses it: one tool as long as the spp_vf lives (it does
not survive that its partner goes and another comes); and nothing may be sent to the NIC while the
worker that receives from it still maps the partner's memory, so a tool rests when it has connected.
"""

import collections
import json

from bench import program
from proc import CPU_TOOLS

Memif = collections.namedtuple("Memif", "server port")


def memif(b, index, more=""):
    """A NIC of the primary (its --vdev is `server`), and the tool's end of it."""
    where = f"id={index},socket={b.path('memif')},socket-abstract=no"
    return Memif(f"net_memif{index},role=server,{where}",
                 f"net_memif{index},role=client,{where}{more}")


def vhost(sock, index=0, size=1024):
    """The tool as the guest on a vhost-user socket."""
    return f"net_virtio_user{index},path={sock},queue_size={size}"


class Result:
    """What was sent and what came, by flow: (source, number of the MAC in its list)."""

    def __init__(self, text):
        self.raw = json.loads(text)
        self.seconds = self.raw["seconds"]
        self.sent = {(t["source"], t["flow"]): t["sent"] for t in self.raw["tx"]}
        self.ports = {r["port"]: r for r in self.raw["rx"]}
        self.gap_us = self.raw["gap_us"]  # the longest time in which the tool did not look
        # by port: the longest time from one packet to the next
        self.silence_us = {int(port): us for port, us in self.raw["silence_us"].items()}
        # the same, less what of it the tool had no CPU: that does not show a stall of the programs
        self.stall_us = {int(port): us for port, us in self.raw["stall_us"].items()}

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

    def doubled(self):
        """Packets that came more than once, be it at different ports."""
        return sum(f["duplicates"] for f in self.raw["all"]["flows"])

    def latency(self):
        """Microseconds of each packet of a run with `latency`; one that never came is a failure."""
        taken = self.raw["latency"]
        if taken["lost"]:
            raise AssertionError(f"{taken['lost']} of {len(taken['us'])} packets did not come")
        return taken["us"]

    def missing(self):
        """{flow: packets} for flows not received in full, over all ports."""
        got = collections.Counter()
        for port in self.ports:
            for key, flow in self.flows(port).items():
                got[key] += flow["received"]
        return {key: sent - got[key] for key, sent in self.sent.items() if got[key] != sent}


class Numbered:
    """One process; its ports are numbered as given."""

    def __init__(self, b, ports, wait=True, name="numbered", memory=192):
        argv = [program("tests/tools/spp_numbered"), "--lcores", f"0@{CPU_TOOLS}", "-m", memory,
                "--no-pci", "--single-file-segments",
                "--file-prefix", b.new_prefix(f"{name}{len(b.prefixes)}")]
        for port in ports:
            argv += ["--vdev", port]
        self.proc = b.start(name, argv, stdin=True)
        self.nb_ports = len(ports)
        self.results = 0
        self.running_for = None  # seconds, of the run begun last
        self.has_memif = any("memif" in port for port in ports)
        if wait:
            self.wait_ready()

    def wait_ready(self, deadline=20.0):
        self.proc.wait_log(r"^ready$", deadline)
        if self.has_memif:
            self.quiet()

    def begin(self, specs, **options):
        """Options: size, rate (packets a second and source), count, seconds, settle, vlan, latency."""
        words = [f"--{key}" if value is True else f"--{key} {value}"
                 for key, value in options.items() if value is not None]
        self.running_for = options.get("seconds") or 0
        self.proc.write(" ".join([*words, *specs]) + "\n")

    def running(self):
        """The run begun last has not come to its end."""
        return len(self._lines()) == self.results

    def result(self, deadline=60.0):
        """Wait until the run has come to its end."""
        self.proc.until(lambda: not self.running(), f"the end of a run of {self.proc.name}",
                        deadline + self.running_for)
        self.results += 1
        self.running_for = None
        return Result(self._lines()[self.results - 1])

    def end(self, deadline=60.0):
        """Stop sending; the result."""
        self.proc.write("stop\n")
        return self.result(deadline)

    def quiet(self):
        """End the run if there is one, and take what earlier runs left on the way."""
        if self.running_for is not None:
            self.end()
        self.run([f"rx:{port}" for port in range(self.nb_ports)], seconds=0.1, settle=300)

    def run(self, specs, **options):
        self.begin(specs, **options)
        return self.result()

    def _lines(self):
        return [line for line in self.proc.text().split("\n")[:-1] if line.startswith("{")]
