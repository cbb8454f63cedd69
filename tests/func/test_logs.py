# SPDX-License-Identifier: BSD-3-Clause
"""What the programs tell the operator, and with which priority."""

import os
import re
import subprocess

import scenario
from bench import program
from ctllib import Ctl
from net import run
from spplib import SppTest


class Lines(SppTest):
    def test_each_event_is_one_line(self):
        b = self.b
        ctl = Ctl(b)
        wire = b.wire(0)
        primary = b.primary(args=["-s", ctl.address])
        vf = b.vf(1, args=["-s", ctl.address])
        ctl.wait("primary", "vf1")
        vms = [scenario.vm(b, 0)]
        vms[0].start()
        for index in (0, 1):
            ctl.ok("plug", f"vhost{index}", scenario.MACS[index])
        vf.wait_log(r"vhost0 \S+: guest connected, virtio features 0x")
        vf.wait_log(r"flush: generation 2: ")
        run("ip", "link", "set", wire.tap, "down")
        primary.wait_log(r"spp_primary: warning: nic0: link is down")
        run("ip", "link", "set", wire.tap, "up")
        primary.wait_log(r"nic0: link is down(.|\n)*spp_primary: nic0: link is up")
        wire.ns.wait_ping(vms[0].address)
        # vhost1 has no guest: what goes there is dropped, which is told once, soon.
        wire.ns.run("ip", "neigh", "add", "10.60.0.11", "lladdr", scenario.MACS[1], "dev", "eth0")
        wire.ns.ping("10.60.0.11", 20)
        vf.wait_log(r"spp_vf1: dropped \d+ packets: no_guest: .* \(most of them at vhost1\)")
        wire.ns.ping("10.60.0.11", 20)
        vms[0].stop()
        vf.wait_log(r"vhost0 \S+: guest gone")
        ctl.agent.kill()
        vf.wait_log(r"controller \S+: connection lost")
        ctl.start()
        vf.wait_log(r"connection lost(.|\n)*controller \S+: connected")
        self.assertEqual(len(re.findall("no_guest", vf.text())), 1, vf.text())


class Journal(SppTest):
    def priorities(self, *argv):
        """What a program writes when standard error is the journal, by JOURNAL_STREAM."""
        path = self.b.path("journal")
        with open(path, "w+b") as log:
            st = os.fstat(log.fileno())
            env = {**os.environ, "JOURNAL_STREAM": f"{st.st_dev}:{st.st_ino}"}
            subprocess.run([program(argv[0]), *argv[1:]], env=env, stderr=log,
                           stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, timeout=20,
                           check=False)
            log.seek(0)
            return [line for line in log.read().decode().splitlines() if line.startswith("<")]

    def test_lines_have_their_priority(self):
        lines = self.priorities("spp_vf", "--", "--nonsense")
        self.assertRegex(lines[0], r"^<3>spp_vf: error: ")
        lines = self.priorities("spp_agent", "--listen", "127.0.0.1:0", "--socket",
                                self.b.path("no/such/agent.sock"))
        self.assertRegex(lines[0], r"^<5>listening on 127.0.0.1:\d+$")
        self.assertRegex(lines[1], r"^<3>.*agent.sock: cannot listen")
