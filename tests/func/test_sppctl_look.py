# SPDX-License-Identifier: BSD-3-Clause
"""sppctl's eyes as a black box: topo, check, and what bash completes, with fake processes.

A program of its own: BUILD_DIR=build /usr/bin/python3 tests/func/test_sppctl_look.py [PATTERN]
prints one line per case (ok NAME / not ok NAME: reason).
"""

import json
import os
import subprocess
import sys

from agentlib import SUCCESS, Agent, expect, expect_in, main
from bench import TREE, program
from fake_infos import CORES, POOL, PRIMARY_STATUS, VF_STATUS

PATCHED = [{"core": 2, "type": "forward", "status": "forward", "rx": ["vhost0"],
            "tx": [{"port": "vhost1", "vlan": {"operation": "add", "id": 101, "pcp": 0}}]},
           {"core": 3, "name": "xy", "type": "forward", "status": "forward", "rx": ["vhost1"],
            "tx": ["vhost0"]}]


def test_topo_draws_what_is_wired():
    with Agent() as a:
        a.connected(1, lambda text: VF_STATUS)
        code, out, err = a.ctl("topo", "-i", "0", env={"LC_ALL": "C.UTF-8"})
        expect((code, err), (0, ""), "exit code, errors")
        expect(out.splitlines(), [
            "vf1",
            "  nic0 ───────────────► classifier [2] ─┬─► ring0 (nobody takes it)  "
            "00:11:22:33:44:55",
            "                                        └─► ring2 (unused)",
            "  mine:forward [3] ───► vhost0 (no guest)",
            "  not connected: vhost1",
            "  free cores: 4 5"], "drawing")
        code, out, _ = a.ctl("topo", "-i", "0", env={"LC_ALL": "C"})
        expect_in("nic0 ---------------> classifier [2] -+-> ring0", out, "drawing without UTF-8")
        code, out, _ = a.ctl("topo", "-i", "0", "--dot")
        expect_in('"vf1.0" -> "vf1.ring0" [label="  00:11:22:33:44:55"]', out, "graph")
        expect(a.ctl("topo", "vf2", "-i", "0")[0], 3, "exit code for one that is not there")


def test_a_switch_is_drawn_with_arrows_both_ways():
    core = [{"core": 2, "type": "switch", "status": "forward", "source_check": True,
             "rx": ["nic0", {"port": "vhost0", "filter": "reserved"}, "ring1"],
             "tx": ["nic0", "vhost0", "ring0"], "pairs": [["ring1", "ring0"]]},
            {"core": 3, "type": "forward", "status": "forward", "rx": ["ring0"], "tx": ["vhost1"]},
            {"core": 4, "type": "forward", "status": "forward",
             "rx": [{"port": "vhost1", "source_check": True}], "tx": ["ring1"]}]
    entries = [("00:11:22:33:44:55", "vhost0"), ("00:11:22:33:44:66", ["vhost0", "ring0"]),
               ("default", "nic0")]
    info = {**VF_STATUS["info"], "core": core, "component": [], "classifier_table": [
        {"type": "mac", "value": value, "port": port} for value, port in entries]}
    with Agent() as a:
        a.connected(1, lambda text: {**SUCCESS, "info": info})
        out = a.ctl("topo", "-i", "0", env={"LC_ALL": "C"})[1]
        expect(out.splitlines(), [
            "vf1",
            "  nic0  default ----------<> switch-src [2] -+<> vhost0-rsvd (no guest)  "
            "00:11:22:33:44:55 +1",
            "                                             +-> ring0 ---> forward [3] ---> "
            "vhost1 (no guest)  00:11:22:33:44:66",
            "  vhost1-src (no guest) ---> forward [4] ------> ring1 ---> switch-src [2]"],
            "drawing")
        expect_in('"vf1.0" -> "vf1.vhost0"', a.ctl("topo", "-i", "0", "--dot")[1], "graph")
        out = a.ctl("diff", "-", text='{"commands": []}')[1]
        expect_in("switch-src nic0 vhost0-rsvd ring1=ring0 -> nic0 vhost0 ring0", out, "diff")
        expect_in("00:11:22:33:44:66 -> vhost0,ring0", out, "diff")


def test_vlans_are_shown():
    info = {**VF_STATUS["info"], "core": PATCHED, "component": []}
    with Agent() as a:
        a.connected(1, lambda text: {**SUCCESS, "info": info})
        out = a.ctl("topo", "-i", "0", env={"LC_ALL": "C"})[1]
        expect_in("vhost1+101", out, "drawing")
        expect_in('label="xy:forward [3]"', a.ctl("topo", "-i", "0", "--dot")[1], "graph")
        expect_in("vhost1+101", a.ctl("diff", "-", text='{"commands": []}')[1], "diff")


def test_check_tells_a_monitoring_system():
    well = json.loads(json.dumps(VF_STATUS))
    well["info"].update(core=CORES[:1], staged=False)
    host = json.loads(json.dumps(PRIMARY_STATUS))
    for slot in host["info"]["vf"]:
        slot["mbufs"] = slot["vectors"] = {**POOL, "missing": 0}
    with Agent() as a:
        code, out, _ = a.ctl("check", "-i", "0")
        expect((code, out.split(":")[0]), (2, "SPP CRITICAL"), "nobody there")
        a.connected(1, lambda text: well)
        expect_in("no spp_primary answers", a.ctl("check", "-i", "0")[1], "line")
        a.connected(0, lambda text: host)
        code, out, _ = a.ctl("check", "-i", "0")
        expect((code, out), (0, "SPP OK: 2 processes | nic0_rx=12c nic0_tx=0c vf1_drops=0c vfs=1\n"),
               "all well")
        for change, code, part in (
                ({"staged": True}, 1, "vf1 has changes that wait for a flush"),
                ({"core": CORES}, 1, "forward on core 3 lacks ports"),
                ({"degraded": True, "degraded_why": "lcore 3"}, 2, "vf1 is degraded: lcore 3"),
                ({"core": PATCHED}, 1, "vhost0 is wired and has no guest")):
            was = dict(well["info"])
            well["info"].update(change)
            seen, out, _ = a.ctl("check", "-i", "0")
            expect(seen, code, f"exit code after {change}")
            expect_in(part, out, "line")
            well["info"].clear()
            well["info"].update(was)
        for info in (host["info"], well["info"]):
            info["version"] = {"program": "0.1.0", "dpdk": "1.2.3", "restart_pending": True}
        seen, out, _ = a.ctl("check", "-i", "0")
        expect(seen, 1, "exit code with replaced files")
        for name in ("primary", "vf1"):
            expect_in(f"{name}: restart pending, its program or a library was replaced", out, "line")
            (host if name == "primary" else well)["info"].pop("version")
        host["info"]["nic"][0]["link"] = False
        seen = json.loads(a.ctl("check", "-i", "0", "--json")[1])
        expect((seen["state"], seen["problems"]), ("WARNING", ["nic0 is down"]), "JSON")


def test_check_is_content_with_a_recorder_alone():
    recorder = {"process_type": "pcap", "client-id": 9, "status": "running", "lost": {"ring_full": 0},
                "core": [{"core": 2, "role": "receive", "rx_port": [{"port": "phy:0"}]},
                         {"core": 3, "role": "write", "filename": ""}]}
    host = {**PRIMARY_STATUS["info"], "vf": []}
    with Agent() as a:
        a.connected(0, lambda text: {**SUCCESS, "info": host})
        code, out, _ = a.ctl("check", "-i", "0")
        expect(code, 2, "exit code of a primary alone")
        expect_in("neither a spp_vf nor a spp_pcap answers", out, "line")
        a.connected(9, lambda text: {**SUCCESS, "info": recorder})
        code, out, _ = a.ctl("check", "-i", "0")
        expect((code, out), (0, "SPP OK: 2 processes | nic0_rx=12c nic0_tx=0c vf9_drops=0c vfs=0\n"),
               "with a recorder")
        recorder["core"][1]["error"] = "No space left on device"
        code, out, _ = a.ctl("check", "-i", "0")
        expect(code, 1, "exit code with a full disk")
        expect_in("vf9 core 3 writes no more: No space left on device", out, "line")
        with open(os.path.join(a.dir, "vf-3.sock"), "w", encoding="utf-8"):
            pass
        code, out, _ = a.ctl("check", "-i", "0")
        expect(code, 2, "exit code with a dead spp_vf beside it")
        expect_in("vf3 does not answer", out, "line")


def test_check_tells_losses_and_dead_processes():
    def losing(text, count=[0]):
        count[0] += 1
        info = {**VF_STATUS["info"], "core": CORES[:1], "staged": False,
                "time_us": count[0] * 500000, "drops": {"ring_full": 50 * count[0], "no_entry": 7}}
        return {**SUCCESS, "info": info}

    with Agent() as a:
        a.connected(1, losing)
        a.connected(0, lambda text: {**SUCCESS, "info": {
            **PRIMARY_STATUS["info"], "heap": {"restarts_left": 20}}})
        code, out, _ = a.ctl("check", "-i", "0.1")
        expect(code, 1, "exit code")
        expect_in("vf1 loses 100 packets/s: ring_full", out, "line")
        expect_in("slot 0 leaked 6 buffers", out, "line")
        expect_in("memory is good for 20 restarts", out, "line")
        with open(os.path.join(a.dir, "vf-3.sock"), "w", encoding="utf-8"):
            pass
        code, out, _ = a.ctl("check", "-i", "0")
        expect(code, 2, "exit code")
        expect_in("vf3 does not answer", out, "line")


def test_what_a_word_may_become():
    with Agent() as a:
        a.connected(1, lambda text: {**SUCCESS, "info": {
            **VF_STATUS["info"], "vhost": [0, 1], "nic": [0], "ring": [0, 1, 2, 3]}})
        a.connected(0, lambda text: PRIMARY_STATUS)
        for words, wanted in (
                (["to"], ["top", "topo"]), (["un"], ["unplug", "unpatch", "unmirror"]),
                (["plug", ""], ["vhost0", "vhost1"]), (["unplug", "vhost1"], ["vhost1"]),
                (["patch", "vhost0", ""], ["vhost0", "vhost1"]), (["plug", "vhost0", ""], []),
                (["mirror", "nic"], ["nic0"]), (["mirror", "vhost0", "--to", "vh"], ["vhost0", "vhost1"]),
                (["move", ""], ["2", "classifier", "mine"]), (["move", "2", ""], ["4", "5"]),
                (["status", ""], ["primary", "vf1"]), (["topo", ""], ["vf1"]),
                (["plug", "--to", ""], ["vf1"]), (["plug", "--nic", ""], ["nic0"]),
                (["plug", "--vlan", ""], []), (["topo", "--d"], ["--dot"]),
                (["clear", "vh"], ["vhost0", "vhost1"]), (["clear", "nic0", ""], []),
                (["clear", "p"], ["primary"]), (["clear", "--to", ""], ["primary", "vf1"]),
                (["clear", "nic"], ["nic0"]),  # once, though the primary has it, too
                (["capture", "vh"], ["vhost0", "vhost1"]),
                (["capture", "nic0", "vh"], ["vhost0", "vhost1"]),
                (["capture", "no_g"], []), (["capture", "--drops", "no_g"], ["no_guest"]),
                (["capture", "--drops", "no_guest", "vh"], ["vhost_full", "vhost0", "vhost1"]),
                (["plug", "--d"], ["--dry-run"]), (["nonsense", ""], None)):
            code, out, err = a.ctl("complete", *words)
            expect((code, err), (0, ""), f"exit code, errors for {words}")
            if wanted is not None:
                expect(out.split(), wanted, f"what {words} may become")
        done = subprocess.run(
            ["bash", "-c", f". {TREE}/config/completion/sppctl; COMP_WORDS=({program('sppctl')} "
             "move 2 ''); COMP_CWORD=3; _sppctl; echo ${COMPREPLY[@]}"],
            env=a.env, text=True, capture_output=True, timeout=10, check=False)
        expect((done.stdout, done.stderr), ("4 (free core) 5 (free core)\n", ""), "in bash")


def test_the_second_process_of_a_change_of_two():
    with Agent() as a:
        for number in (1, 2):
            a.connected(number, lambda text: VF_STATUS)
        for words, wanted in (
                (["patch", "--to", "vf"], ["vf1", "vf2"]), (["patch", "--to", "vf1,"], ["vf1,vf2"]),
                (["plug", "vhost0", "--to", "vf2,v"], ["vf2,vf1"]), (["plug", "--to", "vf1,x"], []),
                (["unplug", "--to", "vf1,"], [])):
            code, out, err = a.ctl("complete", *words)
            expect((code, err, out.split()), (0, "", wanted), f"what {words} may become")


if __name__ == "__main__":
    sys.exit(main(dict(globals())))
