# SPDX-License-Identifier: BSD-3-Clause
"""One bench with all that spp_monitor has to draw: an uplink at a switch, a mirror, a spp_mirror and a
spp_pcap behind rings that they share with the spp_vf. Packets go by all of it.

    nic0, nic1 = uplink0 ◄─► switch ◄─► vhost0
    nic2 ─► mirror ─► ring1 ───────────────────────► merge ─► vhost1
               └► ring0 ═► spp_mirror 2 ─► ring2 ═════┘
                                 └───────► ring3 ═► spp_pcap 3
"""

import os

import numbered
import status
from bench import program
from proc import CPU_OURS, wait_for
from spplib import FLUSH, commands, component, table

MIRROR, PCAP = 2, 3
SWITCHED, MIRRORED = "02:00:00:00:01:01", "02:00:00:00:01:02"
# by port of the tool: 0 to 2 the NICs, 3 and 4 the guests
WAYS = [f"tx:0:1:{SWITCHED}", f"tx:2:2:{MIRRORED}", "tx:3:3:02:00:00:00:ff:01",
        "rx:0", "rx:1", "rx:3", "rx:4"]
RATE = 1000
SOCKS = ("/tmp/sock0", "/tmp/sock1")


def unlink():
    for sock in SOCKS:
        if os.path.exists(sock):
            os.unlink(sock)


def start_pcap(b, port):
    """spp_pcap PCAP, which does not record yet."""
    os.makedirs(b.path("out"), exist_ok=True)
    proc = b.start(f"spp_pcap{PCAP}", [
        program("spp_pcap"), *b.eal([0, 14, 15], "--proc-type=secondary"), "--",
        "--client-id", PCAP, "-c", port, "--out-dir", b.path("out"),
        "-s", b.controller.address], cpu=CPU_OURS)
    b.controller.wait(PCAP)
    return proc


class Kinds:
    """Started and wired; begin() sends."""

    def __init__(self, b):
        self.b = b
        b.start_controller()
        nics = [numbered.memif(b, n) for n in range(3)]
        b.primary([nic.server for nic in nics], rings=8, mem=704, args=["--max-vf", "3"])
        b.closers.append(unlink)
        unlink()
        # What a configuration file names could not be shared. One worker has all NICs: DPDK's memif
        # gets its memory by a request of which a process may have one at a time.
        b.vf(1, config=False, ids=[0, 2, 3, 4], args=["--uplink", "nic0,nic1"])
        b.vf(MIRROR, config=False, ids=[10, 12], name="spp_mirror")
        self.pcap = start_pcap(b, "ring:3")
        self.send(1, component(2, "switch", ["uplink0", "vhost0"], ["uplink0", "vhost0"],
                               name="switch"),
                  component(2, "mirror", ["nic2"], ["ring1", "ring0"], name="mirror"),
                  component(4, "merge", ["ring1", "ring2"], ["vhost1"]),
                  table(SWITCHED, "vhost0"), table("default", "uplink0"), FLUSH)
        self.send(MIRROR, component(12, "mirror", ["ring0"], ["ring2", "ring3"]), FLUSH)
        self.tool = numbered.Numbered(
            b, [*(nic.port for nic in nics), *(numbered.vhost(sock, n) for n, sock in enumerate(SOCKS, 1))])
        for port in ("uplink0", "nic2", "vhost0", "vhost1"):
            wait_for(port, lambda name=port: status.port(b.vf_status(1), name)["link_up"])

    def send(self, process, *words):
        reply = self.b.controller[process].request(commands(*words))
        if reply["results"][0]["result"] != "success":
            raise AssertionError(f"{process}: {reply}")

    def record(self, word):
        """start or stop"""
        reply = self.b.controller[PCAP].request(word)
        if reply["results"] != [{"result": "success"}]:
            raise AssertionError(f"{word}: {reply}")

    def begin(self):
        self.tool.begin(WAYS, rate=RATE)
