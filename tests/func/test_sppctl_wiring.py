# SPDX-License-Identifier: BSD-3-Clause
"""sppctl as an operator uses it: a VM comes, is patched, moved and goes, while packets flow."""

import json
import re

import scenario
import status
from bench import message, program
from controller import Controller, local
from ctllib import Ctl, Terminal
from frames import VlanLink
from guest import TestpmdGuest
from panel import goes_round, plug_both, start
from proc import wait_for
from spplib import FLUSH, SppTest, commands, component, table

MACS = scenario.MACS


def components(info):
    return [(c["core"], c["type"], c["rx"], c["tx"]) for c in info["core"] if c["type"] != "unuse"]


class Wiring(SppTest):
    def test_plug_does_what_the_founding_messages_do(self):
        ctl, tool = start(self)
        out = ctl.ok("plug", "vhost0", MACS[0])
        self.assertEqual(out.splitlines()[:6], [
            "vf1", "  + core 2   classifier nic0 -> ring0", "  + core 3   merge ring1 -> nic0",
            "  + core 4   forward ring0 -> vhost0", "  + core 5   forward vhost0-rsvd -> ring1",
            f"  + table    {MACS[0]} -> ring0"])
        goes_round(ctl, 2)
        ctl.ok("plug", "vhost1", MACS[1])
        self.whole(tool.run(scenario.ALL_WAYS, count=2000, rate=2000))
        for word in ("vhost0", "vhost1"):
            ctl.ok("unplug", word)
        left = ctl.info()
        self.assertEqual((left["classifier_table"], components(left)), ([], [
            (2, "classifier", ["nic0"], ["ring0", "ring2"]),
            (3, "merge", ["ring1", "ring3"], ["nic0"])]))

    def test_clear_of_one_port_leaves_the_others(self):
        ctl, tool = start(self)
        plug_both(ctl)

        def counted():
            info, host = ctl.info(), ctl.info("primary")["nic"][0]
            ports = {name: status.port(info, name) for name in ("nic0", "vhost0", "vhost1")}
            return {**{name: (p["rx_packets"], p["tx_packets"]) for name, p in ports.items()},
                    "primary": (host["rx_packets"], host["tx_packets"]),
                    "components": [c["packets"] for c in info["component"]]}

        self.whole(tool.run(scenario.ALL_WAYS, count=1000, rate=2000))
        before = counted()
        self.assertEqual(before["vhost0"], (1000, 500))
        self.assertEqual(ctl.run("clear", "vhost0"), (0, "vf1: vhost0 counts from zero\n", ""))
        self.assertEqual(counted(), {**before, "vhost0": (0, 0)})
        self.assertEqual(ctl.run("clear", "nic0"), (
            0, "primary: nic0 counts from zero\nvf1: nic0 counts from zero\n", ""))
        cleared = {**before, "vhost0": (0, 0), "nic0": (0, 0), "primary": (0, 0)}
        self.assertEqual(counted(), cleared)
        self.whole(tool.run(scenario.ALL_WAYS, count=1000, rate=2000))
        after = counted()
        self.assertEqual((after["vhost0"], after["vhost1"]), ((1000, 500), (2000, 1000)))
        self.assertEqual((after["nic0"], after["primary"]), ((1000, 2000), (1000, 2000)))
        self.assertIn("did you mean vhost", ctl.refused(1, "clear", "vhost7"))
        self.assertEqual(counted(), after)
        self.assertEqual(ctl.run("clear"), (
            0, "primary: counts from zero\nvf1: counts from zero\n", ""))
        self.assertEqual(counted(), {**{name: (0, 0) for name in after}, "components": [0] * 6})

    def test_patch_move_and_unplug_while_packets_flow(self):
        ctl, tool = start(self)
        plug_both(ctl)
        tool.begin(scenario.ALL_WAYS, rate=2000)
        ctl.ok("move", "4", "9")
        ctl.ok("move", "classifier", "10")
        ctl.ok("move", "merge", "core11")
        self.whole(tool.end())
        self.assertEqual({c[0]: c[1] for c in components(ctl.info())}, {
            5: "forward", 6: "forward", 7: "forward", 9: "forward", 10: "classifier",
            11: "merge"})

        out = ctl.ok("patch", "vhost0", "vhost1")
        self.assertIn("vhost0 is taken away from the NIC", out)
        self.assertIn("vhost1 is taken away from the NIC", out)
        result = tool.run([f"tx:1:2:{MACS[1]}", f"tx:2:3:{MACS[0]}", "rx:0", "rx:1", "rx:2"],
                          count=1000, rate=1000)
        self.whole(result)
        self.assertEqual((result.received(2, source=2), result.received(1, source=3)),
                         (1000, 1000))
        self.assertIn("unpatch vhost0", ctl.refused(1, "plug", "vhost0", MACS[0]))
        self.assertIn("lead nowhere now", ctl.ok("unpatch", "vhost1"))
        for vhost, mac in zip(("vhost0", "vhost1"), MACS):
            ctl.ok("plug", vhost, mac)
        tool.begin([f"tx:0:1:{MACS[0]}", "rx:0", "rx:1", "rx:2"], rate=2000)
        ctl.ok("unplug", "vhost1")
        self.whole(tool.end())

    def test_agent_restarts_while_packets_flow(self):
        ctl, tool = start(self)
        plug_both(ctl)
        before = ctl.info()["core"]
        tool.begin(scenario.ALL_WAYS, rate=2000)
        ctl.agent.kill()
        self.assertIn("no spp_agent on", ctl.refused(3, "unplug", "vhost1"))
        self.assertIn("vf1", ctl.ok("topo", "-i", "0"))
        ctl.start()
        ctl.wait("primary", "vf1")
        self.assertIn("nothing to do", ctl.ok("plug", "vhost0", MACS[0]))
        ctl.ok("plug", "vhost0", "02:00:00:00:00:99")
        self.whole(tool.end())
        self.assertEqual(ctl.info()["core"], before)
        ctl.agent.wait_log(r"vf1: plug vhost0 02:00:00:00:00:99 \(asked by uid 0, pid \d+\): "
                           r"done: \+ table")

    def test_what_cannot_be_is_refused_with_what_would_be_right(self):
        ctl, _ = start(self, workers=[0, 2, 3, 4, 5, 6])
        ctl.ok("plug", "vhost0", MACS[0])
        before = ctl.info()["core"]
        for code, words, part in (
                (1, ["plug", "vhost1", MACS[0]], "leads to ring0 already, that is vhost0"),
                (1, ["plug", "vhost1", MACS[1]], "too few free cores for this, of 5 in all"),
                (1, ["plug", "vhost7", MACS[1]], "vhost7 would need ring14 and ring15, and vf1 has "
                 "not both (its rings: ring0 ring1 ring2 ring3; its vhosts: vhost0 vhost1)"),
                (2, ["plug", "ring0", MACS[1]], "not a vhost"),
                (2, ["plug", "vhots1", MACS[1]], "did you mean vhost1?"),
                (2, ["plug", "vhost1", "1:2:3"], "1:2:3"),
                (2, ["plug", "vhost1", MACS[1], "--vlan", "4095"], "1 to 4094"),
                (2, ["plug", "vhost1", MACS[1], "--vlan", "0"], "priority and no VLAN"),
                (2, ["plug", "vhost1", MACS[1], "--nic", "vhost0"], "vhost0: not a NIC"),
                (2, ["plug", "vhost1", MACS[1], "--nic", "nic1"], "no such NIC (it has: nic0)"),
                (1, ["plug", "vhost0", MACS[1], "--vlan", "5"], "vhost0 is plugged with another"),
                (3, ["plug", "vhost1", MACS[1], "--to", "vf2"], "vf2: not connected"),
                (2, ["plug", "vhost1", MACS[1], "--to", "primary"], "primary"),
                (2, ["unplug", "nic0"], "not a vhost"),
                (2, ["patch", "vhost0", "vhost0"], "the same port"),
                (2, ["patch", "vhost1", "ring1"], "a ring joins components"),
                (1, ["patch", "vhost0", "nic0"], "nic0 is in use by"),
                (2, ["unpatch", "vhost0"], "sppctl unplug vhost0"),
                (1, ["move", "4", "5"], "core 5 is in use by forward"),
                (2, ["move", "4", "1"], "not a worker core of vf1 (its cores: 2 3 4 5 6)"),
                (1, ["move", "12", "6"], "core 12 has no component"),
                (2, ["move", "forward", "6"], "several of them"),
                (1, ["move", "nobody", "6"], "no such component"),
                (1, ["move", "clasifier", "6"], "did you mean classifier?"),
                (3, ["dump", "vf2"], "sppctl: vf2: not connected; `sppctl ls` shows who is; no ")):
            self.assertIn(part, ctl.refused(code, *words), words)
        self.assertEqual(ctl.info()["core"], before)

    def test_a_dump_is_applied_and_only_the_difference_is_sent(self):
        ctl, _ = start(self)
        ctl.ok("plug", "vhost0", MACS[0])
        one = ctl.ok("dump")
        path = self.b.path("one.json")
        with open(path, "w", encoding="utf-8") as f:
            f.write(one)
        self.assertEqual(ctl.ok("diff", path), "")
        self.assertIn("nothing to do", ctl.ok("apply", path))
        saved = self.b.path("state/vf-1.json")
        wait_for("the wiring to be saved",
                 lambda: f"  wiring saved in {saved}\n" in ctl.ok("status"))
        self.assertEqual(ctl.ok("diff", saved), "")
        ctl.ok("plug", "vhost1", MACS[1])
        lines = ["vf1", "  - core 6   forward ring2 -> vhost1",
                 "  - core 7   forward vhost1-rsvd -> ring3",
                 "  ~ core 2   classifier nic0 -> ring0  (was classifier nic0 -> ring0 ring2)",
                 "  ~ core 3   merge ring1 -> nic0  (was merge ring1 ring3 -> nic0)",
                 f"  - table    {MACS[1]} -> ring2"]
        code, out, _ = ctl.run("diff", path)
        self.assertEqual((code, out.splitlines()), (1, lines))
        generation = ctl.info()["generation"]
        out = ctl.ok("apply", path, "--dry-run")
        self.assertEqual(out.splitlines(), [*lines, "vf1: nothing was changed (--dry-run)"])
        self.assertEqual(ctl.info()["generation"], generation)
        answer = json.loads(ctl.ok("apply", path, "--json"))
        self.assertEqual([c.get("core_id") for c in answer["commands"]
                          if c["command"] == "component" and c["type"] == "none"], [2, 3, 6, 7])
        self.assertEqual(ctl.ok("dump"), one)
        self.assertIn("core 99", ctl.refused(2, "apply", "-", text=one.replace(
            '"core_id": 2', '"core_id": 99')))
        self.assertIn("another version", ctl.refused(2, "diff", "-", text=one.replace(
            '"version": 1', '"version": 2')))
        self.assertIn("sppctl dump", ctl.refused(2, "apply", "-", text="{}"))

    def test_staged_changes_of_others_are_not_taken_along(self):
        ctl, _ = start(self)
        ctl.ok("send", "vf1", "-", text=json.dumps({"commands": [
            {"command": "component", "core_id": 2, "type": "forward", "rx_ports": ["nic0"],
             "tx_ports": ["vhost0"]}]}))
        self.assertIn("waits for a flush", ctl.refused(1, "plug", "vhost0", MACS[0]))
        self.assertIn("wait for a flush", ctl.run("check", "-i", "0")[1])
        ctl.ok("send", "vf1", "-", text='{"commands":[{"command":"cancel"}]}')
        ctl.ok("plug", "vhost0", MACS[0])

    def test_top_and_topo_in_a_terminal(self):
        ctl, tool = start(self)
        plug_both(ctl)
        tool.begin([f"tx:0:1:{MACS[0]}", "rx:0", "rx:1", "rx:2"], rate=500)
        top = Terminal(self.b, ctl.env, [program("sppctl"), "top", "-i", "0.5"])
        # Core 2 has a rate, and the table is there once: refreshed in place.
        screen = wait_for("rates", lambda: (seen := top.screen()) and re.search(
            r"^ +2 +.* classifier +nic0 .* [1-9]\S*/s ", seen, re.M) and seen)
        for word in ("primary", "SLOT", "vf1", "BUSY", "ASLEEP", "PKT/VEC", "vhost1"):
            self.assertEqual(screen.count(word) >= 1, True, (word, screen))
        self.assertEqual((screen.count("SLOT"), screen.count("BUSY")), (1, 1), screen)
        top.keys("q")
        wait_for("top to end", lambda: "ended with 0" in top.screen())
        top.close()
        topo = Terminal(self.b, ctl.env, [program("sppctl"), "topo"], columns=110)
        wait_for("topo to end", lambda: "ended with 0" in topo.screen())
        screen = topo.screen()
        tool.end()
        self.assertRegex(screen, r"nic0 \S+/s ─+► classifier \[2\] ─┬─► ring0 \S+/s ─+► "
                         rf"forward \[4\] ─+► vhost0 \S+/s.*  {MACS[0]}")
        self.assertRegex(screen, r"└─► ring2 0/s ─+► forward \[6\]")
        self.assertRegex(screen, r"nic0 0/s ◄─+ merge \[3\] ◄─+┬── ring1 0/s")


# One VM without anything and one in VLAN 101 that is filtered, as the three ways say it.
BY_SPPCTL = [["plug", "vhost0", MACS[0], "--guest-filter", "none"],
             ["plug", "vhost1", MACS[1], "--vlan", "101"]]
BY_JSON = [
    message("2-initial"), message("3-start-vm-vhost0"),
    commands(component(6, "forward", ["ring2"], [{"port": "vhost1", "vlan": {"operation": "del"}}]),
             component(7, "forward", [{"port": "vhost1", "vlan": {"operation": "add", "id": 101},
                                       "filter": "reserved"}], ["ring3"]),
             table(f"101/{MACS[1]}", "ring2", "vlan"), FLUSH)]
BY_TEXT = [
    "component start core2 2 classifier_mac", "port add phy:0 rx core2",
    "port add ring:0 tx core2", "port add ring:2 tx core2",
    "component start core3 3 merge", "port add ring:1 rx core3", "port add ring:3 rx core3",
    "port add phy:0 tx core3",
    "component start core4 4 forward", "port add ring:0 rx core4", "port add vhost:0 tx core4",
    "component start core5 5 forward", "port add vhost:0 rx core5", "port add ring:1 tx core5",
    "component start core6 6 forward", "port add ring:2 rx core6",
    "port add vhost:1 tx core6 del_vlantag",
    "component start core7 7 forward", "port add vhost:1 rx core7 add_vlantag 101 0",
    "port filter vhost:1 rx core7 reserved",
    "port add ring:3 tx core7",
    f"classifier_table add mac {MACS[0]} ring:0", f"classifier_table add vlan 101 {MACS[1]} ring:2"]
NOTHING = commands(*(component(core, "none") for core in range(2, 8)), table(MACS[0], "unuse"),
                   table(f"101/{MACS[1]}", "unuse", "vlan"), FLUSH)


class ThreeWays(SppTest):
    def seen(self):
        """What both statuses show, without what counts, and without names: text gives each
        component one, the others none."""
        info = self.b.vf_status(1)
        for name in ("controller", "generation", "flush", "drops", "component", "port", "lcore", "time_us"):
            del info[name]
        names = [c.pop("name", None) for c in info["core"]]
        return info, local(self.b.vf_socket(1), "status\n")["info"], names

    def test_sppctl_json_and_text_end_in_the_same_status(self):
        b = self.b
        ctl = Ctl(b)
        b.primary(["net_null0"], args=["-s", ctl.address])
        b.vf(1, args=["-s", ctl.address])
        ctl.wait("primary", "vf1")
        for words in BY_SPPCTL:
            ctl.ok(*words)
        *plugged, names = self.seen()
        self.assertEqual((len(status.wiring(plugged[0])), set(names)), (6, {None}))
        ctl.agent.kill()
        b.controller = Controller(int(ctl.address.rpartition(":")[2]))
        vf = b.controller.wait(1)
        self.send_ok(vf, NOTHING)
        self.assertEqual(status.wiring(b.vf_status(1)), {})
        for text in BY_JSON:
            self.send_ok(vf, text)
        *sent, names = self.seen()
        self.assertEqual((sent, set(names)), (plugged, {None}))
        self.send_ok(vf, NOTHING)
        for line in BY_TEXT:
            self.send_ok(vf, line + "\n")
        *told, names = self.seen()
        self.assertEqual((told, names[:6]), (plugged, [f"core{core}" for core in range(2, 8)]))


class Tagged(SppTest):
    def test_plug_with_a_vlan(self):
        b = self.b
        ctl = Ctl(b)
        wire = b.wire(0)
        b.primary(args=["-s", ctl.address])
        b.vf(1, args=["-s", ctl.address])
        ctl.wait("primary", "vf1")
        vms = [TestpmdGuest(b, f"vm{i}", b.sock(i), f"10.{61 + i}.0.10/24", MACS[i])
               for i in (0, 1)]
        for i, vm in enumerate(vms):
            vm.start()
            b.closers.append(VlanLink(wire.ns, 101 + i, f"10.{61 + i}.0.1/24").close)
            out = ctl.ok("plug", f"vhost{i}", MACS[i], "--vlan", str(101 + i))
            self.assertIn(f"forward vhost{i}+{101 + i}-rsvd -> ring{2 * i + 1}", out)
            self.assertIn(f"forward ring{2 * i} -> vhost{i}-tag", out)
            self.assertIn(f"+ table    {101 + i}/{MACS[i]} -> ring{2 * i}", out)
        for vm in vms:
            wire.ns.wait_ping(vm.address)
            self.assertEqual(wire.ns.ping(vm.address, 50), (50, 50))
        self.assertIn("vhost0-tag", ctl.ok("topo", "-i", "0"))
        self.assertIn("another --vlan", ctl.refused(1, "plug", "vhost0", MACS[0]))
        path = b.path("vlan.json")
        with open(path, "w", encoding="utf-8") as f:
            f.write(ctl.ok("dump"))
        ctl.ok("unplug", "vhost0")
        self.assertEqual(wire.ns.ping(vms[0].address, 1)[1], 0)
        ctl.ok("apply", path)
        wire.ns.wait_ping(vms[0].address)
        self.assertEqual(ctl.ok("diff", path), "")


class Beside(SppTest):
    def test_another_controller_is_named(self):
        b = self.b
        b.start_controller()
        b.primary(["net_null0"])
        b.vf(1)
        ctl = Ctl(b)
        scenario.send(b, *scenario.MESSAGES)
        for words in (["plug", "vhost0", MACS[0]], ["send", "vf1", "-"]):
            err = ctl.refused(3, *words, text='{"commands":[]}')
            self.assertIn(f"vf1 is held by the controller at {b.controller.address}", err)
        self.assertIn("forward [4]", ctl.ok("topo", "-i", "0"))
        self.assertIn('"ring0"', ctl.ok("dump"))
        # null devices never rest and guests are missing
        self.assertIn("vhost0 is wired and has no guest", ctl.run("check", "-i", "0")[1])
