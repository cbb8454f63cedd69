# SPDX-License-Identifier: BSD-3-Clause
"""The founding document's messages in their order: replies, wiring in status, what flows when."""

import numbered
import status
from bench import FOUNDING_WORKERS, message
from spplib import SppTest

VM0, VM1, NOBODY = "00:11:22:33:44:55", "00:11:22:33:44:66", "00:11:22:33:44:77"
SUCCESS = {"result": "success"}

CLASSIFIER = ("classifier", ["nic0"], ["ring0", "ring2"])
MERGE = ("merge", ["ring1", "ring3"], ["nic0"])
INITIAL = {2: CLASSIFIER, 3: MERGE}
WITH_VM0 = {**INITIAL, 4: ("forward", ["ring0"], ["vhost0"]), 5: ("forward", ["vhost0"], ["ring1"])}
WITH_VM1 = {**INITIAL, 6: ("forward", ["ring2"], ["vhost1"]), 7: ("forward", ["vhost1"], ["ring3"])}
WITH_BOTH = {**WITH_VM0, **WITH_VM1}

# message, wiring after it, table after it
STEPS = [
    ("2-initial", INITIAL, {}),
    ("3-start-vm-vhost0", WITH_VM0, {VM0: "ring0"}),
    ("4-start-vm-vhost1", WITH_BOTH, {VM0: "ring0", VM1: "ring2"}),
    ("5-stop-vm-vhost0", WITH_VM1, {VM1: "ring2"}),
    ("6-stop-vm-vhost1", INITIAL, {}),
]


class Messages(SppTest):
    in_event = True

    @classmethod
    def prepare(cls, b):
        b.start_controller()
        cls.nic = numbered.memif(b, 0)
        b.primary([cls.nic.server])
        b.vf(1)
        cls.tool = numbered.Numbered(b, [cls.nic.port, numbered.vhost(b.sock(0), 1),
                                         numbered.vhost(b.sock(1), 2)])

    def traffic(self):
        """1000 packets to each of three MACs, and 1000 from each VM: the tool's result."""
        self.tool.quiet()
        return self.tool.run(
            [f"tx:0:1:{VM0},{VM1},{NOBODY}", "tx:1:2:02:00:00:00:ff:00", "tx:2:3:02:00:00:00:ff:00",
             "rx:0", "rx:1", "rx:2"], count=3000, rate=10000, seconds=1.5)

    def expect(self, vms):
        result = self.traffic()
        self.assertEqual(result.disorder(), [])
        for index in (0, 1):
            up = index in vms
            flows = {k: f["received"] for k, f in result.flows(1 + index).items()}
            self.assertEqual(flows, {(1, index): 1000} if up else {},
                             f"what reached vhost{index} with VMs {vms} started")
            self.assertEqual(result.received(0, source=2 + index), 3000 if up else 0,
                             f"what came from vhost{index} with VMs {vms} started")

    def test_1_process_names_who_is_asked(self):
        reply = self.b.controller[1].request(message("1-process"))
        self.assertEqual(reply["results"], [SUCCESS])
        self.assertEqual((reply["process"], reply["process_type"]), (1, "vf"))
        reply = self.b.controller[0].request(message("1-process"))
        self.assertEqual(reply["results"], [SUCCESS])
        self.assertEqual((reply["process"], reply["process_type"]), (0, "primary"))

    def test_2_each_step_replies_shows_its_wiring_and_moves_only_its_packets(self):
        vms = {3: {0}, 4: {0, 1}, 5: {1}}
        self.assertEqual(status.wiring(self.b.vf_status()), {})
        for name, wiring, table in STEPS:
            request = message(name)
            reply = self.b.controller[1].request(request)
            self.assertEqual([r["result"] for r in reply["results"]],
                             ["success"] * len(request["commands"]), f"{name}: {reply}")
            info = self.b.controller[1].request(message("status"))["info"]
            self.assertEqual(status.wiring(info), wiring, name)
            self.assertEqual(status.table(info), table, name)
            self.assertEqual(status.idle_cores(info), set(FOUNDING_WORKERS) - set(wiring), name)
            self.expect(vms.get(int(name[0]), set()))

    def test_3_the_same_vm_starts_and_stops_again_and_again(self):
        stream = self.b.controller[1]
        for _ in range(20):
            self.send_ok(stream, message("3-start-vm-vhost0"))
            self.send_ok(stream, message("5-stop-vm-vhost0"))
        self.send_ok(stream, message("3-start-vm-vhost0"))
        self.expect({0})
