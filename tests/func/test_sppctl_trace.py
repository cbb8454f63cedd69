# SPDX-License-Identifier: BSD-3-Clause
"""sppctl trace --what-if as a black box: what it prints, of a process and of files, and its exit codes.

That real packets go that way: test_trace.py. A program of its own:
BUILD_DIR=build /usr/bin/python3 tests/func/test_sppctl_trace.py [PATTERN]
prints one line per case (ok NAME / not ok NAME: reason).
"""

import json
import sys

from agentlib import SUCCESS, Agent, expect, expect_in, main

VM0, VM1, NOBODY = "00:11:22:33:44:55", "00:11:22:33:44:66", "02:00:00:00:00:99"
EVERYBODY = "ff:ff:ff:ff:ff:ff"
LONG = "n" * 64


def part(core, kind, rx, tx, **more):
    return {"core": core, "type": kind, "status": "forward", "rx": rx, "tx": tx, **more}


def port(name, link, problems=()):
    side = {"packets": 0, "bytes": 0, "drops": {}}
    return {"port": name, "link": link, "rx": side, "tx": side,
            **({"problems": list(problems)} if name.startswith("vhost") else {})}


INFO = {"process": 1, "nic": [0], "vhost": [0, 1, 2], "ring": [0, 1, 2, 3], "main_core": 0,
        "mtu": 1500, "host_mtu": None, "guest_filter": "none", "staged": False,
        "core": [part(2, "classifier", ["nic0"], ["ring0", "ring2"]),
                 part(3, "merge", ["ring1", "ring3"], ["nic0"]),
                 part(4, "forward", ["ring0"],
                      [{"port": "vhost0", "vlan": {"operation": "del"}}]),
                 part(5, "forward", [{"port": "vhost0", "filter": "reserved",
                                      "vlan": {"operation": "add", "id": 101, "pcp": 3}}],
                      ["ring1"]),
                 part(6, "forward", ["ring2"], ["vhost1"], name=LONG),
                 part(7, "forward", ["vhost1"], ["ring3"]),
                 {"core": 8, "type": "unuse", "status": "idle", "rx": [], "tx": []}],
        "classifier_table": [{"type": "vlan", "value": f"101/{VM0}", "port": "ring0"},
                             {"type": "mac", "value": VM1, "port": "ring2"},
                             {"type": "mac", "value": NOBODY, "port": "ring0"}],
        "port": [port("nic0", True), port("vhost0", True), port("vhost1", False),
                 port("vhost2", False)]}
STATUS = {**SUCCESS, "info": INFO}


def commands(info=INFO):
    """What `sppctl dump` would write of it."""
    return [{"command": "component", "core_id": c["core"], "type": c["type"], "rx_ports": c["rx"],
             "tx_ports": c["tx"], **({"name": c["name"]} if "name" in c else {})}
            for c in info["core"] if c["type"] != "unuse"] + [
                {"command": "classifier_table", **e} for e in info["classifier_table"]]


def trace(agent, *words, **more):
    return agent.ctl("trace", "--what-if", *words, **more)


def narrow(text):
    expect([line for line in text.splitlines() if len(line) > 80], [], "lines wider than 80")
    return text


def test_the_way_to_a_guest():
    with Agent() as a:
        a.connected(1, lambda text: STATUS)
        code, out, err = trace(a, "nic0", VM0, "--vlan", "101", "--src", "02:00:00:00:00:AA")
        expect((code, err), (0, ""), "exit code, errors")
        expect(narrow(out).splitlines(), [
            f"vf1: in by nic0, to {VM0} from 02:00:00:00:00:aa",
            "  nic0       64 bytes, VLAN 101 (1518 bytes would fit)",
            f"  core 2     classifier: entry 101/{VM0} -> ring0",
            "  ring0      64 bytes, VLAN 101",
            "  core 4     forward",
            "  vhost0     tag taken away: 60 bytes, untagged",
            "  => sent    the guest of vhost0 gets it: 60 bytes, untagged"], "text")


def test_all_ways_of_a_broadcast():
    with Agent() as a:
        a.connected(1, lambda text: STATUS)
        code, out, _ = trace(a, "nic0", EVERYBODY)
        expect(code, 0, "exit code: one of two arrives")
        expect(narrow(out).splitlines(), [
            f"vf1: in by nic0, to {EVERYBODY}",
            "  nic0       60 bytes, untagged (1518 bytes would fit)",
            "  core 2     classifier: multicast (untagged), to all that have an entry for it",
            "  -> ring0      60 bytes, untagged",
            "     core 4     forward",
            "     vhost0     no tag to take away: 60 bytes, untagged",
            "     => sent    the guest of vhost0 gets it: 60 bytes, untagged",
            "  -> ring2      60 bytes, untagged",
            "     core 6     forward",
            f"              \"{LONG}\"",
            "     vhost1     60 bytes, untagged",
            "     => DROPPED no_guest, counted at vhost1 tx: no guest is connected to the",
            "                vhost socket",
            "        remedy: the VM is off, or its driver is: LINK is `down`",
            "2 ways, of which 1 arrives"], "text")


def test_the_way_from_a_guest_and_what_is_often_mistaken():
    with Agent() as a:
        a.connected(1, lambda text: STATUS)
        code, out, _ = trace(a, "vhost0", VM0, "--size", "42")
        expect(code, 0, "exit code")
        for line in ("             filter of reserved addresses: passes",
                     "             tag added: 46 bytes, VLAN 101, priority 3",
                     "  => sent    the wire at nic0 gets it: 60 bytes, VLAN 101, priority 3 (zeros",
                     "guests of one NIC do not reach each other"):
            expect_in(" ".join(line.split()), " ".join(narrow(out).split()), "text")
        out = trace(a, "vhost1", VM1)[1]
        expect_in("no guest is connected to vhost1 now", out, "text")
        code, out, _ = trace(a, "nic0", VM0)
        expect(code, 1, "exit code: it arrives nowhere")
        expect_in("no_entry, counted at classifier on core 2", narrow(out), "text")
        expect_in(f"{VM0} has an entry for VLAN 101 (-> ring0)", out, "text")
        out = trace(a, "vhost0", "01:80:c2:00:00:0e")[1]
        expect_in("reserved, counted at vhost0 rx", narrow(out), "text")
        code, out, _ = trace(a, "vhost2", VM0)
        expect(code, 1, "exit code")
        expect_in("=> left    no component has vhost2 as rx port", out, "text")


def test_names_of_guests():
    with Agent() as a:
        a.connected(1, lambda text: {**SUCCESS, "info": {**INFO, "labels": {
            "vhost0": "web1", "vhost1": "db"}}})
        out = narrow(trace(a, "nic0", EVERYBODY)[1])
        expect_in("=> sent    the guest of vhost0 (web1) gets it: ", out, "text")
        expect_in("=> DROPPED no_guest, counted at vhost1 (db) tx: ", out, "text")
        expect_in("vf1: in by vhost0 (web1), to ", trace(a, "vhost0", VM1)[1], "text")
        out = trace(a, "vhost0", VM1, "--file", "-", text=json.dumps(
            {"labels": {"vhost0": "web1"}, "commands": commands()}))[1]
        expect_in("standard input: in by vhost0 (web1), to ", out, "text")


def test_json_for_scripts():
    with Agent() as a:
        a.connected(1, lambda text: STATUS)
        code, out, _ = trace(a, "nic0", EVERYBODY, "--json")
        answer = json.loads(out)
        expect(code, 0, "exit code")
        expect((answer["process"], answer["port"], answer["dst"], answer["mtu"], answer["cut"],
                answer["frame"]),
               ("vf1", "nic0", EVERYBODY, 1500, False, {"size": 60, "vlan": None}), "head")
        expect([(s["step"], s["level"]) for s in answer["steps"]],
               [("in", 0), ("component", 0)] + [(s, 1) for s in (
                   "out", "in", "component", "out", "end") * 2], "steps")
        expect(answer["steps"][1]["component"], {"core": 2, "type": "classifier"}, "component")
        expect(answer["steps"][1]["match"], "multicast", "match")
        expect(answer["steps"][5]["port"], {"port": "vhost0", "vlan": {"operation": "del"}}, "port")
        sent, dropped = answer["ends"]
        expect((sent["result"], sent["port"]), ("sent", "vhost0"), "first end")
        expect((dropped["result"], dropped["reason"], dropped["at"], dropped["remedy"]),
               ("dropped", "no_guest", {"port": "vhost1", "side": "tx"},
                "the VM is off, or its driver is: LINK is `down`"), "second end")
        answer = json.loads(trace(a, "nic0", VM0, "--vlan", "101", "--json")[1])
        expect((answer["steps"][1]["match"], answer["steps"][1]["entry"]),
               ("vlan", {"value": f"101/{VM0}", "port": "ring0"}), "entry")
        expect([s["frame"] for s in answer["steps"]][-2:], 2 * [{"size": 60, "vlan": None}], "frame")


def test_files_of_all_three_kinds_without_any_process():
    table = {"command": "classifier_table", "type": "vlan", "value": f"0/{VM0}", "port": "ring0"}
    saved = {"version": 1, "process": 7, "commands": [*commands(), table, {"command": "flush"}]}
    with Agent(start=False) as a:
        def ask(content, *words):
            return trace(a, *words, "--file", "-", text=json.dumps(content))

        code, out, err = ask(saved, "nic0", VM0)
        expect((code, err), (0, ""), "exit code, errors")
        expect_in(f"vf7 standard input: in by nic0, to {VM0}\n", narrow(out), "text")
        expect_in("if one is connected: that is not in the file", out, "text")
        expect_in("gets it: 9000 bytes", ask(saved, "nic0", VM1, "--size", "9000")[1], "text")
        expect_in("the MTU is not in the file", ask(saved, "nic0", VM1, "--size", "9000")[1], "text")
        expect_in("--guest-filter reserved", ask(saved, "vhost1", "01:80:c2:00:00:0e")[1], "text")
        expect(ask({"commands": []}, "nic0", VM0)[0], 1, "exit code of an empty wiring")
        code, out, _ = ask(STATUS, "nic0", VM1, "--size", "1519", "--json")
        expect(code, 1, "exit code")
        expect(json.loads(out)["ends"][0]["reason"], "too_big", "a status knows the MTU")
        loop = {"commands": [
            {"command": "component", "core_id": 2, "type": "merge", "rx_ports": ["nic0", "ring1"],
             "tx_ports": ["ring0"]},
            {"command": "component", "core_id": 3, "type": "forward", "rx_ports": ["ring0"],
             "tx_ports": ["ring1"]}]}
        expect_in("=> LOOP    ring1 leads back to merge on core 2: spp_vf refuses",
                  ask(loop, "nic0", VM0)[1], "text")
        for content, words in (
                ({"info": {}}, "no component has nic0"),
                ({"info": {**INFO, "mtu": -1, "port": [{"port": 3}], "process": "x"}},
                 "no_entry, counted at classifier on core 2"),
                ({"info": {"core": [{"core": -1}]}}, "is not understood"),
                ({"commands": 1}, 'no array "commands"'),
                ({"version": 2, "commands": []}, "another version"),
                ({"commands": [{"command": "component", "core_id": 2, "type": "magic"}]},
                 "standard input: commands[0].type: "),
                ([], "not a message")):
            code, out, err = ask(content, "nic0", VM0)
            expect_in(words, out + err, f"what is said of {content}")
        expect(trace(a, "nic0", VM0, "--file", "/nonexistent")[0], 2, "exit code")


def test_command_lines_are_checked():
    with Agent() as a:
        a.connected(1, lambda text: STATUS)
        for words, said in (
                (["nic0", "web1"], '"web1" is not a MAC address'),
                (["nic0", VM0 + "0"], "is not a MAC address"),
                (["vhots0", VM0], "did you mean vhost0?"),
                (["nic0", VM0, "--vlan", "4095"], "--vlan 4095: not a VLAN"),
                (["nic0", VM0, "--size", "0"], "--size 0: not the size of a frame"),
                (["nic0", VM0, "--size", "65536"], "not the size of a frame"),
                (["nic0", VM0, "--src", EVERYBODY], "a group address"),
                (["nic0", VM0, "--src", "me"], '--src: "me" is not a MAC address'),
                (["ring0", VM0, "--size", "13"], "no ring carries a frame"),
                (["nic0", VM0, "--nic", "nic0"], "trace takes no --nic"),
                (["nic0", VM0, "--to", "vf1", "--file", "-"], "one of them"),
                (["nic0", VM0, "--to", "primary"], "has no wiring"),
                (["nic0"], "usage: sppctl trace --what-if PORT DST"),
                (["nic5", VM0], "nic5: vf1 does not have it")):
            code, out, err = trace(a, *words)
            expect((code, out), (2, ""), f"exit code, output of {words}")
            expect_in(said, err, f"error of {words}")
        code, _, err = a.ctl("trace", "nic0", VM0)
        expect(code, 2, "exit code without --what-if")
        expect_in("needs --what-if", err, "error")
        expect(trace(a, "nic0", VM0, "--to", "vf2")[0], 3, "exit code for one that is not there")
        expect(trace(a, "nic0", VM0, "--vlan", "0")[0], 1, "VLAN id 0 is asked as untagged")
        for words in (["plug", "vhost0", VM0], ["address", "add", "vhost0", VM0]):
            code, _, err = a.ctl(*words, "--vlan", "0")
            expect(code, 2, f"exit code of {words[0]} --vlan 0")
            expect_in("VLAN id 0 is a priority and no VLAN", err, "error")
        for words, wanted in ((["tr"], ["trace"]), (["trace", "vh"], ["vhost0", "vhost1", "vhost2"]),
                              (["trace", "nic0", ""], []), (["trace", "--wh"], ["--what-if"]),
                              (["trace", "nic0", VM0, "--file", ""], [])):
            expect(a.ctl("complete", *words)[1].split(), wanted, f"what {words} may become")


if __name__ == "__main__":
    sys.exit(main(dict(globals())))
