# SPDX-License-Identifier: BSD-3-Clause
"""The controller goes and comes; spp_agent and sppctl with the real programs."""

import json
import os
import subprocess
import time

import scenario
import status
from bench import TREE, program
from controller import Controller
from proc import wait_for
from spplib import SppTest


class Reconnects(SppTest):
    def test_without_controller_traffic_goes_on_and_wiring_stays(self):
        b = self.b
        stream = scenario.start_numbered(b)
        wiring = status.wiring(b.vf_status())
        stream.begin(scenario.ALL_WAYS, rate=3000)
        port = b.controller.port
        for pause in (0, 3):
            b.controller.close()
            end = time.monotonic() + pause
            wait_for("the pause to pass", lambda e=end: time.monotonic() >= e, pause + 1)
            b.controller = Controller(port)
            b.controller.wait(0, 2)
            b.controller.wait(1, 2)
            self.assertEqual(status.wiring(b.vf_status()), wiring)
        result = stream.end()
        self.whole(result)

    def test_a_controller_that_reads_nothing_holds_up_nothing_else(self):
        b = self.b
        b.start_controller()
        b.primary(["net_null0"])
        b.vf(1)
        peer = b.controller[1]
        request = json.dumps({"commands": [{"command": "status"}]})
        peer.sock.setblocking(False)
        sent = 0
        try:
            while sent < 64 << 20:
                sent += peer.sock.send((request * 1000).encode())
        except BlockingIOError:
            pass
        for _ in range(20):
            self.assertEqual(b.vf_status()["process"], 1)


class Agent(SppTest):
    """The founding document's scenario with spp_agent and sppctl in the controller's place."""

    def ctl(self, *args, code=0, text=None):
        done = subprocess.run([program("sppctl"), "--socket", self.b.path("run/agent.sock"), *args],
                              env={**os.environ, **self.b.env}, stdout=subprocess.PIPE, text=True,
                              stderr=subprocess.STDOUT, timeout=20, input=text or "", check=False)
        self.assertEqual(done.returncode, code, done.stdout)
        return done.stdout

    def test_the_scenario_through_spp_agent_and_sppctl(self):
        b = self.b
        listener = Controller()
        address = listener.address
        listener.close()
        agent = b.start("spp_agent", [program("spp_agent"), "--listen", address, "--socket",
                                      b.path("run/agent.sock")])
        wait_for("the agent's socket", lambda: os.path.exists(b.path("run/agent.sock")))
        b.wire(0)
        b.primary(args=["-s", address])
        b.vf(1, args=["-s", address])
        wait_for("both in ls", lambda: {"primary", "vf1"} <= set(self.ctl("ls").split()))
        vms = [scenario.vm(b, index) for index in (0, 1)]
        for vm in vms:
            vm.start()
        for name in ("1-process", *scenario.MESSAGES):
            self.ctl("send", "vf1", os.path.join(TREE, "config", "messages", name + ".json"))
        for vm in vms:
            b.wires[0].ns.wait_ping(vm.address)
            self.assertEqual(b.wires[0].ns.ping(vm.address, 50), (50, 50))
        table = self.ctl("status", "vf1")
        for word in ("classifier", "merge", "forward", "nic0", "ring0", "vhost1"):
            self.assertIn(word, table)
        self.assertIn("nic0", self.ctl("status", "primary").replace("NIC 0", "nic0"))
        self.ctl("send", "vf1", "-", text='{"commands": [{"command": "nonsense"}]}', code=1)
        self.ctl("send", "vf7", "-", text='{"commands": []}', code=3)
        shown = self.ctl("top", "--seconds", "2", "--interval", "1")
        self.assertIn("classifier", shown)
        # Beside any controller: by the local sockets.
        self.assertEqual(agent.stop(), 0)
        self.assertFalse(os.path.exists(b.path("run/agent.sock")))
        self.assertIn("classifier", self.ctl("status", "vf1"))
        self.ctl("send", "vf1", "-", text='{"commands": []}', code=3)
