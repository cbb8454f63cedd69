# SPDX-License-Identifier: BSD-3-Clause
"""VLAN id 0 is a priority and no VLAN (IEEE 802.1Q, table 9-2): refused as one, whoever says it."""

import json
import os
import socket

import scenario
import status
from ctllib import Ctl
from spplib import FLUSH, SppTest, commands, component, table

MAC0, MAC1 = scenario.MACS
REASON = "VLAN id 0 is a priority and no VLAN"


class NoVlan(SppTest):
    def test_table_entries_are_refused_in_both_dialects(self):
        b = self.b
        b.start_controller()
        b.primary(["net_null0"])
        b.vf(1)
        vf = b.controller[1]
        for value in (f"0/{MAC0}", "0/default"):
            for port in ("ring0", "unuse"):
                self.send_error(vf, commands(table(value, port, "vlan"), FLUSH), REASON)
        for action in ("add", "del"):
            self.send_error(vf, f"classifier_table {action} vlan 0 {MAC0} ring:0\n", REASON)
        self.assertEqual(b.vf_status()["classifier_table"], [])
        # what adds a tag may add one that has a priority only
        tag = {"port": "vhost0", "vlan": {"operation": "add", "id": 0, "pcp": 3}}
        self.send_ok(vf, commands(component(2, "forward", [tag], ["nic0"]), FLUSH))
        self.assertEqual(status.wiring(b.vf_status())[2], ("forward", [tag], ["nic0"]))

    def test_a_saved_entry_is_read_as_untagged(self):
        b = self.b
        os.mkdir(b.path("state"))
        with open(b.path("state/vf-1.json"), "w", encoding="utf-8") as f:
            json.dump({"version": 1, "process": 1, "commands": [
                table(f"0/{MAC0}", "ring2", "vlan"), table(f"0/{MAC1}", "ring2", "vlan"),
                table(MAC0, "ring0"), FLUSH]}, f)
        b.primary(["net_null0"])
        vf = b.vf(1, args=["--state-dir", b.path("state")])
        vf.wait_log("warning: .*vf-1.json: table entries of VLAN id 0, .*: 2; read as untagged, "
                    "but for 1 whose address leads elsewhere")
        self.assertEqual([(e["type"], e["value"].lower(), e["port"]) for e in
                          b.vf_status()["classifier_table"]],
                         [("mac", MAC0, "ring0"), ("mac", MAC1, "ring2")])

    def test_sppctl_and_spp_agent_refuse_it(self):
        b = self.b
        ctl = Ctl(b)
        b.primary(["net_null0"], args=["-s", ctl.address])
        b.vf(1, args=["-s", ctl.address])
        ctl.wait("primary", "vf1")
        for more in ([], ["--dry-run"]):
            self.assertIn(REASON, ctl.refused(2, "plug", "vhost0", MAC0, "--vlan", "0", *more))
        self.assertIn(REASON, ctl.refused(2, "apply", "-", text=json.dumps(
            {"version": 1, "process": 1, "commands": [table(f"0/{MAC0}", "ring0", "vlan")]})))
        for vlan in (0, 4095, 65536 + 5, -1, "5"):
            answer = self.ask(ctl, {"request": "change", "to": "vf1", "change": "plug",
                                    "port": "vhost0", "mac": MAC0, "vlan": vlan})
            self.assertEqual((answer["result"], answer.get("code")), ("error", "invalid"), vlan)
        self.assertEqual(status.wiring(b.vf_status()), {})

    @staticmethod
    def ask(ctl, request):
        """What another program than sppctl may say to spp_agent."""
        with socket.socket(socket.AF_UNIX) as sock:
            sock.settimeout(10)
            sock.connect(ctl.socket)
            sock.sendall(json.dumps(request).encode())
            data = b""
            while part := sock.recv(65536):
                data += part
                try:
                    return json.loads(data)
                except ValueError:
                    continue
        raise AssertionError(f"half a reply: {data}")
