# SPDX-License-Identifier: BSD-3-Clause
"""Saved wiring: spp_vf, or everything, is killed under traffic and comes back without a hand."""

import glob
import json
import os
import signal
import time

import numbered
import scenario
import status
from bench import message
from controller import local_status
from frames import Tap, frame
from proc import wait_for
from spplib import FLUSH, SppTest, commands, component, table

BACK_S = 2.0  # from the process being up until its wiring runs


class SavedWiring(SppTest):
    def setUp(self):
        super().setUp()
        self.b.env["SPP_STATE_DIR"] = self.b.path("state")

    def state_file(self, number=1):
        return self.b.path(f"state/vf-{number}.json")

    def saved(self, number=1):
        """Until the running wiring is on disk; what status says of the file."""
        def look():
            info = self.b.vf_status(number)
            state = info["state_file"]
            return state if state["saved"] and state["generation"] == info["generation"] else None
        return wait_for("the wiring to be saved", look, 5)

    def start(self):
        self.b.start_controller()
        self.nic = numbered.memif(self.b, 0)
        self.start_primary()
        self.b.vf(1)

    def start_primary(self):
        """The memif PMD, which plays the NIC, does not take its socket over from a dead process."""
        if os.path.exists(self.b.path("memif")):
            os.unlink(self.b.path("memif"))
        self.b.primary([self.nic.server])

    def back(self):
        """Start spp_vf 1; seconds until it answers and until its wiring runs, by its first
        answer: it may not answer before."""
        self.b.vf(1, wait=False)
        begun = time.monotonic()
        info = self.b.vfs[1].until(lambda: self.b.vf_status(1), "an answer of spp_vf 1")
        self.assertEqual(len(status.wiring(info)), 6, "wired when it first answers")
        self.assertTrue(info["state_file"]["restored"])
        return time.monotonic() - begun

    def traffic(self, name):
        """Numbered packets on all ways: all must arrive."""
        tool = scenario.all_sides(self.b, self.nic)
        tool.begin(scenario.ALL_WAYS, rate=2000)
        time.sleep(1)
        result = tool.end()
        self.whole(result)
        self.assertGreater(result.total_sent(), 1000, name)
        tool.proc.kill()

    def test_a_killed_vf_comes_back_with_its_wiring_and_table(self):
        self.start()
        scenario.send(self.b, *scenario.MESSAGES)
        state = self.saved()
        self.assertEqual(state["path"], self.state_file())
        before = self.b.vf_status(1)
        tool = scenario.all_sides(self.b, self.nic)
        tool.begin(scenario.ALL_WAYS, rate=2000)
        rx = status.port(self.b.vf_status(1), "nic0")["rx_packets"]
        wait_for("packets", lambda: status.port(self.b.vf_status(1), "nic0")["rx_packets"] > rx)
        self.b.vfs[1].kill()
        self.b.controller.peers.pop(1).close()
        took = self.back()
        self.assertLess(took, BACK_S, "seconds until it answers, wired")
        log = self.b.vfs[1].wait_log(r"wiring restored: (\d+) components, (\d+) table entries; "
                                     r"(\d+) ms")
        self.assertEqual((log[1], log[2]), ("6", "2"))
        self.assertLess(int(log[3]), 1000 * BACK_S)
        after = self.b.vf_status(1)
        self.assertEqual(status.wiring(after), status.wiring(before))
        self.assertEqual(after["classifier_table"], before["classifier_table"])
        # counted: the NIC's packets flow on by themselves; the controller finds it built
        wait_for("packets after the restart",
                 lambda: status.port(self.b.vf_status(1), "nic0")["rx_packets"] > 1000, BACK_S)
        seen = self.b.controller.wait(1).request(message("status"))["info"]
        self.assertEqual(status.wiring(seen), status.wiring(before))
        tool.end()
        self.send_ok(self.b.controller[1], commands(
            component(4, "none"), table(scenario.MACS[0], "unuse"), FLUSH))
        self.saved()

    def test_vf_and_primary_come_back_together(self):
        self.start()
        scenario.send(self.b, *scenario.MESSAGES)
        self.saved()
        self.traffic("before")
        self.b.primary_proc.kill()
        self.assertEqual(self.b.vfs[1].wait(), 1)
        self.b.controller.close()
        self.b.start_controller()
        self.start_primary()
        self.assertLess(self.back(), BACK_S)
        self.b.controller.wait(1)
        self.traffic("after")

    def test_an_orderly_end_keeps_what_ran(self):
        self.start()
        scenario.send(self.b, *scenario.MESSAGES)
        self.assertEqual(self.b.vfs[1].stop(signal.SIGTERM), 0)
        wait_for("the slot", lambda: status.slot(self.b.primary_status(), 1) is None)
        self.assertEqual(status.missing(self.b.primary_status()), {})
        with open(self.state_file(), encoding="utf-8") as f:
            saved = json.load(f)
        self.assertEqual((saved["version"], saved["process"]), (1, 1))
        self.assertEqual(len(saved["commands"]), 9)
        self.back()
        # an operator may send the file to a spp_vf that has no wiring
        self.b.controller.wait(1)
        self.send_ok(self.b.controller[1], commands(
            *[component(core, "none") for core in range(2, 8)],
            *[table(mac, "unuse") for mac in scenario.MACS], FLUSH))
        self.assertEqual(status.wiring(self.b.vf_status(1)), {})
        self.send_ok(self.b.controller[1], {"commands": saved["commands"]})
        self.assertEqual(len(status.wiring(self.b.vf_status(1))), 6)

    def test_a_file_that_does_not_fit_is_set_aside(self):
        self.start()
        self.b.vfs[1].stop(signal.SIGTERM)
        for text, why in (('{"version": 1, "process"', "is damaged"),
                          (json.dumps({"version": 1, "process": 2, "commands": []}), "spp_vf 1"),
                          (json.dumps({"version": 1, "process": 1, "commands": [
                              component(2, "forward", ["nic0"], ["vhost0"]),
                              component(99, "forward"), FLUSH]}), "core 99 is not a worker")):
            with open(self.state_file(), "w", encoding="utf-8") as f:
                f.write(text)
            info = self.b.vf(1) and self.b.vf_status(1)
            self.b.vfs[1].wait_log(f"state file .*vf-1.json: .*{why}.*set aside")
            self.assertEqual(status.wiring(info), {})
            self.assertIn(why, info["state_file"]["error"])
            self.assertFalse(os.path.exists(self.state_file()))
            self.assertEqual(self.b.vfs[1].stop(signal.SIGTERM), 0)
        self.assertEqual(len(glob.glob(self.state_file() + ".bad-*")), 3)

    def test_with_the_clock_set_back_the_file_that_the_log_names_is_there(self):
        """Those set aside before have later names."""
        self.b.primary(["net_null0"])
        os.makedirs(self.b.path("state"))
        for n in range(4):
            with open(f"{self.state_file()}.bad-2099010{n + 1}T000000.000Z", "w",
                      encoding="utf-8") as f:
                f.write("old")
        for _ in range(2):
            with open(self.state_file(), "w", encoding="utf-8") as f:
                f.write("{")
            log = self.b.vf(1).wait_log(r"set aside as (vf-1\.json\.bad-\S+): no wiring")
            with open(self.b.path(f"state/{log[1]}"), encoding="utf-8") as f:
                self.assertEqual(f.read(), "{")
            self.assertEqual(len(glob.glob(self.state_file() + ".bad-*")), 4)
            self.assertEqual(self.b.vfs[1].stop(signal.SIGTERM), 0)

    def test_a_nic_that_another_holds_leaves_the_vf_unwired(self):
        self.b.start_controller()
        self.b.primary(["net_null0", "net_null1"], rings=8, mem=768)
        self.b.vf(1)
        self.send_ok(self.b.controller[1], commands(
            component(2, "forward", ["nic0"], ["ring0"]), FLUSH))
        self.saved()
        self.b.vfs[1].stop(signal.SIGTERM)
        self.b.vf(2, ids=[0, 14, 15])
        self.send_ok(self.b.controller[2], commands(
            component(14, "forward", ["nic0"], ["ring4"]), FLUSH))
        self.b.vf(1)
        self.b.vfs[1].wait_log("nic0 is held by spp_vf 2.*set aside")
        self.assertEqual(status.wiring(self.b.vf_status(1)), {})
        # one that lets go in time is waited for
        os.rename(glob.glob(self.state_file() + ".bad-*")[0], self.state_file())
        self.b.vfs[1].stop(signal.SIGTERM)
        vf = self.b.vf(1, wait=False)
        vf.wait_log("share CPU")
        self.b.vfs[2].kill()
        vf.wait_log("wiring restored: 1 components")

    def test_a_vlan_operation_is_saved_and_works_again(self):
        b = self.b
        wire = b.wire(0)
        b.start_controller()
        b.primary()
        b.vf(1)
        tag = {"port": "vhost0", "vlan": {"operation": "add", "id": 101, "pcp": 3}}
        untag = {"port": "vhost0", "vlan": {"operation": "del"}}
        self.send_ok(b.controller[1], commands(
            component(2, "classifier", ["nic0"], ["ring0"]),
            component(3, "merge", ["ring1"], ["nic0"]),
            component(4, "forward", ["ring0"], [untag]), component(5, "forward", [tag], ["ring1"]),
            table(f"101/{scenario.MACS[0]}", "ring0", "vlan"), FLUSH))
        self.saved()
        before = b.vf_status(1)
        b.vfs[1].kill()
        b.controller.peers.pop(1).close()
        b.vf(1)
        after = b.vf_status(1)
        self.assertTrue(after["state_file"]["restored"])
        self.assertEqual((after["core"], after["classifier_table"]),
                         (before["core"], before["classifier_table"]))
        self.assertEqual(status.wiring(after)[5], ("forward", [tag], ["ring1"]))
        vm = scenario.vm(b, 0)
        vm.start()
        far, near = Tap(wire.ns, "eth0"), Tap(vm.ns, vm.tap)
        b.closers += [far.close, near.close]
        wait_for("the guest", lambda: status.port(b.vf_status(1), "vhost0")["link_up"])
        for sender, receiver, sent, wanted in (
                (far, near, (scenario.MACS[0], 1, 60, 101), (scenario.MACS[0], 1, 60)),
                (near, far, ("ff:ff:ff:ff:ff:ff", 2), ("ff:ff:ff:ff:ff:ff", 2, 60, 101, 3))):
            sender.send([frame(*sent)])
            self.assertEqual(receiver.take(1), [frame(*wanted)])

    def test_without_the_option_nothing_is_saved(self):
        del self.b.env["SPP_STATE_DIR"]
        self.b.primary(["net_null0"])
        self.b.vf(1)
        self.assertIsNone(local_status(self.b.vf_socket(1))["state_file"])
        self.assertFalse(os.path.exists(self.b.path("state")))
