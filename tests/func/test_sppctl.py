# SPDX-License-Identifier: BSD-3-Clause
"""sppctl as a black box: what it prints, and its exit codes.

A program of its own: BUILD_DIR=build /usr/bin/python3 tests/func/test_sppctl.py [PATTERN]
prints one line per case (ok NAME / not ok NAME: reason).
"""

import json
import os
import pty
import signal
import subprocess
import sys

from agentlib import FLUSH, SIZE_MAX, SUCCESS, Agent, expect, expect_in, main
from bench import TREE, program
from fake_infos import CORES, PRIMARY_STATUS, VF_STATUS


# -- send -------------------------------------------------------------------------------------


def test_send_prints_the_reply_and_passes_the_message_as_it_is():
    reply = {"results": [{"result": "success"}], "b": 1, "a": {"c": [1, 2]}}
    with Agent() as a:
        p = a.connected(1, lambda text: reply)
        path = os.path.join(TREE, "config", "messages", "3-start-vm-vhost0.json")
        code, out, err = a.ctl("send", "vf1", path, "--reason", "by\nhand")
        expect((code, err), (0, ""), "exit code, errors")
        expect(out, json.dumps(reply, indent=2) + "\n", "output")
        with open(path, "rb") as f:
            expect(p.requests[0].strip(), f.read().strip(), "what the process got")
        a.logged(", reason: by hand): success after ")


def test_send_exits_1_when_the_reply_holds_an_error():
    reply = {"results": [{"result": "invalid"},
                         {"result": "error", "error_details": {"message": "bad value(type)"}}]}
    with Agent() as a:
        a.connected(1, lambda text: reply)
        code, out, _ = a.send("vf1", FLUSH)
        expect((code, json.loads(out)), (1, reply), "exit code, reply")
        expect_in("command 2: bad value(type)", a.list()["processes"][0]["last_error"],
                  "last error")
        a.logged(f"vf1: request of 36 bytes (asked by uid {os.getuid()}, pid ", "): error after ",
                 "bad value(type)")


def test_a_byte_order_mark_is_no_part_of_a_message():
    with Agent() as a:
        p = a.connected(1)
        with open(os.path.join(a.dir, "marked.json"), "w", encoding="utf-8-sig") as f:
            json.dump(FLUSH, f)
        code, _, err = a.ctl("send", "vf1", f.name)
        expect(code, 0, err)
        expect(json.loads(p.requests[-1]), FLUSH, "what came")
        with open(os.path.join(a.dir, "wide.json"), "w", encoding="utf-16") as f:
            json.dump(FLUSH, f)
        code, _, err = a.ctl("send", "vf1", f.name)
        expect(code, 2, "exit code")
        expect_in("is UTF-16", err, "message")


def test_send_refuses_what_is_no_message():
    with Agent() as a:
        p = a.connected(1)
        for text, part in (("", "not JSON"), ("[]", "not a message"), ("flush", "not JSON"),
                           ('{\n "commands": [\n  {} // x\n ]}', "standard input:3:"),
                           ('{"a": "' + "x" * SIZE_MAX + '"}', "4194304 bytes")):
            code, _, err = a.send("vf1", text)
            expect(code, 2, f"exit code for {text[:20]!r}")
            expect_in(part, err, f"message for {text[:20]!r}")
        code, _, err = a.ctl("send", "vf1", "/nonexistent.json")
        expect(code, 2, "exit code for a missing file")
        expect_in("/nonexistent.json: No such file", err, "message")
        expect(p.requests, [], "what the process got")


# -- status -----------------------------------------------------------------------------------


def expect_rows(rows, text):
    """Each row's words, in their order, are a line of the text."""
    lines = [line.split() for line in text.splitlines()]
    for row in rows:
        if row.split() not in lines:
            raise AssertionError(f"expected the line {row!r} in\n{text}")


def test_status_tables_show_what_runs():
    with Agent() as a:
        a.connected(0, lambda text: PRIMARY_STATUS)
        a.connected(1, lambda text: VF_STATUS)
        code, out, err = a.ctl("status")
        expect((code, err), (0, ""), "exit code, errors")
        expect_rows([
            "primary schedulers busy - idle - asleep - heap 128.0 of 512 MiB used, 0.5 MiB leaked by DPDK, "
            "good for 200 restarts",
            "nic0 up 10000 00:11:22:33:44:66 net_tap yes 12 - 0 - 0 0 vf1",
            "0 running vf1 4242 2 1 3.4 ms 16380/16384 3 16380/16384 3",
            "1 free - - 0 0 0.0 ms 0/0 0 0/0 0",
            "vf1 generation 3 table entries 1 changes are staged, not flushed",
            "2 12.5% 37.5% 50.0% classifier nic0 ring0 ring2 20.00k - 29 40 no_entry 7",
            "3 - - - forward mine - vhost0 0 - - - INCOMPLETE: lacks ports",
            "idle cores: 4 5", "nic0 up 1.23M - 0 -", "vhost0 down 0 - 9 - no_guest 5",
            "unused ports: vhost1"], out)


def test_status_tells_where_the_wiring_is_saved():
    state = {"path": "/lib/vf-1.json", "saved": True, "generation": 0, "restored": False}
    with Agent() as a:
        info = {**VF_STATUS["info"]}
        a.connected(1, lambda text: {**SUCCESS, "info": info})
        expect("saved" in a.ctl("status")[1], False, "a line without a state file")
        for change, line in (
                ({}, "wiring will be saved in /lib/vf-1.json"),
                ({"generation": 3}, "wiring saved in /lib/vf-1.json"),
                ({"restored": True},
                 "wiring saved in /lib/vf-1.json, which this start began with"),
                ({"saved": False}, "wiring is being saved in /lib/vf-1.json"),
                ({"saved": False, "error": "state file /lib/vf-1.json: cannot be written: full"},
                 "WIRING NOT SAVED: state file /lib/vf-1.json: cannot be written: full")):
            info["state_file"] = {**state, **change}
            code, out, _ = a.ctl("status")
            expect((code, out.splitlines()[1].strip()), (0, line), "exit code, second line")
        expect_in("vf1 wiring is not saved: state file /lib/vf-1.json: cannot be written: full",
                  a.ctl("check", "-i", "0")[1], "check")


def growing(text, count=[0]):
    """A status whose counters grow by 500 within half a second."""
    count[0] += 1
    info = json.loads(json.dumps(VF_STATUS["info"]))
    info["time_us"] = count[0] * 500000
    info["port"][0]["rx"]["packets"] = 500 * count[0]
    info["port"][1]["tx"]["drops"] = {"no_guest": 50 * count[0]}
    return {**SUCCESS, "info": info}


def test_top_shows_rates():
    with Agent() as a:
        a.connected(1, growing)
        code, out, _ = a.ctl("top", "--seconds", "1", "--interval", "0.4")
        expect(code, 0, "exit code")
        expect_rows(["nic0 up 1500 1000/s 0 0/s",
                     "vhost0 down 0 0/s 9 0/s no_guest 150 (100/s)"], out)


def test_top_refreshes_a_terminal_in_place_until_interrupted():
    with Agent() as a:
        a.connected(1, lambda text: VF_STATUS)
        master, slave = pty.openpty()
        with subprocess.Popen([program("sppctl"), "top", "-i", "0.1"], env=a.env,
                              stdout=slave, stdin=subprocess.DEVNULL) as top:
            os.close(slave)
            seen = b""
            while seen.count(b"\x1b[H") < 3:
                seen += os.read(master, 65536)
            top.send_signal(signal.SIGINT)
            while True:
                try:
                    if not os.read(master, 65536):
                        break
                except OSError:
                    break
            expect(top.wait(5), 0, "exit code")
        os.close(master)
        expect_in(b"classifier", seen, "table")


def test_missing_members_do_no_harm():
    for info in ({}, {"core": 1}, {"core": [1], "port": [{}], "lcore": "x"}, []):
        with Agent() as a:
            a.connected(0, lambda text, info=info: {**SUCCESS, "info": info})
            a.connected(1, lambda text, info=info: {**SUCCESS, "info": info})
            expect(a.ctl("status")[0], 0, f"exit code for {info}")


def test_status_through_the_agent():
    with Agent() as a:
        a.connected(1, lambda text: VF_STATUS)
        code, out, err = a.ctl("--json", "status", "vf1")
        expect((code, json.loads(out), err), (0, VF_STATUS, ""), "reply")
        code, out, err = a.ctl("status")
        expect((code, err), (0, ""), "exit code, errors")
        expect_in("vf1", out, "table")
        expect("request" in a.log().replace("requests", ""), False, "status is not logged")


def test_status_and_ls_beside_another_controller():
    with Agent(start=False) as a:
        a.local("vf-1.sock", {"process": {**SUCCESS, "process": 1, "process_type": "vf"},
                              "status": VF_STATUS})
        a.local("primary.sock", {"process": {**SUCCESS, "process": 0, "process_type": "primary"},
                                 "status": PRIMARY_STATUS})
        with open(os.path.join(a.dir, "vf-2.sock"), "w", encoding="utf-8"):
            pass  # no socket: left out
        listed = a.list()
        expect((listed["agent"], [p["name"] for p in listed["processes"]]),
               (False, ["primary", "vf1"]), "ls")
        code, out, _ = a.ctl("--json", "status")
        expect((code, json.loads(out)), (0, {"primary": PRIMARY_STATUS, "vf1": VF_STATUS}),
               "status")
        code, _, err = a.send("vf1", FLUSH)
        expect(code, 3, "send needs the agent")
        expect_in("no spp_agent on", err, "message")
        code, out, _ = a.ctl("top", "--seconds", "0.5", "--interval", "0.2")
        expect(code, 0, "exit code of top")
        expect(out.count("vf1") >= 2, True, "top shows it again and again")
        expect("\x1b" in out, False, "escape sequences without a terminal")


def test_nobody_there_exits_3():
    with Agent(start=False) as a:
        for words in (["ls"], ["status"], ["status", "vf1"], ["top", "--seconds", "0.2"]):
            expect(a.ctl(*words)[0], 3, f"exit code of {words}")
        expect_in(a.dir, a.ctl("ls")[2], "message names the directory")


# -- clear ------------------------------------------------------------------------------------


def test_clear_goes_to_the_processes_own_sockets():
    primary_info = {**PRIMARY_STATUS["info"], "ring": [{"port": "ring0", "holder": 1}]}
    with Agent(start=False) as a:
        expect(a.ctl("clear")[0], 3, "exit code when nobody is there")
        things = {}
        for name, file, number, info in (
                ("primary", "primary.sock", 0, primary_info),
                ("vf1", "vf-1.sock", 1, {"nic": [0], "vhost": [0, 1], "ring": [0, 1]}),
                ("vf2", "vf-2.sock", 2, {"nic": [0], "vhost": [2], "ring": [0]})):
            kind = name.rstrip("12")
            things[name] = a.local(file, {
                "process": {**SUCCESS, "process": number, "process_type": kind},
                "status": {**SUCCESS, "info": info}, "clear": SUCCESS})

        def told():
            clears = {name: [c.get("port") for c in thing.commands if c["command"] == "clear"]
                      for name, thing in things.items()}
            for thing in things.values():
                thing.commands.clear()
            return {name: ports for name, ports in clears.items() if ports}

        everywhere = "{0}: {1}counts from zero\n"
        for words, who, port in (
                ([], ["primary", "vf1", "vf2"], None), (["vf1"], ["vf1"], None),
                (["--to", "vf2"], ["vf2"], None), (["vhost1"], ["vf1"], "vhost1"),
                (["nic0"], ["primary", "vf1", "vf2"], "nic0"),
                (["nic0", "--to", "vf2"], ["vf2"], "nic0"),
                (["phy:0", "--to", "primary"], ["primary"], "phy:0"),
                (["ring1"], ["vf1"], "ring1"), (["ring0"], ["primary", "vf1", "vf2"], "ring0")):
            what = f"{port} " if port else ""
            expect(a.ctl("clear", *words),
                   (0, "".join(everywhere.format(name, what) for name in who), ""), words)
            expect(told(), {name: [port] for name in who}, f"who was told by {words}")
        code, out, err = a.ctl("clear", "vhost2", "--json")
        expect((code, json.loads(out), err), (0, {"vf2": SUCCESS}, ""), "JSON")
        told()
        for code, words, part in (
                (2, ["vhots1"], "vhots1: neither a port (nic0, vhost0 ...) nor a process (vf1 ...); "
                                "did you mean vhost1?"),
                (2, ["pirmary"], "did you mean primary?"), (2, ["everything"], "neither a port"),
                (2, ["vhost64"], "out of range (vhost0 to vhost63)"),
                (1, ["vhost7"], "vhost7: no process has this port; did you mean vhost"),
                (1, ["vhost2", "--to", "vf1"], "vhost2: that process has no such port; did you mean vhost"),
                (2, ["vf1", "--to", "vf2"], "one process or the other"),
                (2, ["nic0", "vf1"], "usage: sppctl clear [PORT|NAME]"),
                (3, ["--to", "vf3"], "vf3"), (3, ["vf3"], "vf3")):
            seen = a.ctl("clear", *words)
            expect(seen[:2], (code, ""), f"exit code and output of {words}")
            expect_in(part, seen[2], f"message of {words}")
        expect(told(), {}, "nobody was told")
        things["vf2"].replies["clear"] = {"results": [{"result": "error", "error_details": {
            "message": "bad value(port)"}}]}
        expect(a.ctl("clear", "nic0"),
               (1, everywhere.format("primary", "nic0 ") + everywhere.format("vf1", "nic0 "),
                "sppctl: vf2: bad value(port)\n"), "one of several refuses")


# -- changing ---------------------------------------------------------------------------------


def test_two_changes_at_once_get_different_cores():
    cores = {n: {"core": n, "type": "unuse", "status": "idle", "rx": [], "tx": []}
             for n in range(2, 12)}
    table = []

    def vf(text):
        message = json.loads(text)
        for c in message["commands"]:
            if c["command"] == "component" and c["type"] == "none":
                cores[c["core_id"]].update(type="unuse", status="idle", rx=[], tx=[])
            elif c["command"] == "component":
                if cores[c["core_id"]]["type"] != "unuse":
                    return {"results": [{"result": "error",
                                         "error_details": {"message": "in use"}}]}
                cores[c["core_id"]].update(type=c["type"], status="forward", rx=c["rx_ports"],
                                           tx=c["tx_ports"])
            elif c["command"] == "classifier_table":
                table.append({k: c[k] for k in ("type", "value", "port")})
        return {**SUCCESS, "info": {"process": 1, "nic": [0], "vhost": [0, 1, 2, 3], "ring": list(range(8)),
                                    "core": list(cores.values()), "classifier_table": table}}

    with Agent() as a:
        a.connected(1, vf)
        plugs = [subprocess.Popen(
            [program("sppctl"), "plug", f"vhost{i}", f"02:00:00:00:00:0{i}", "--reason", f"vm {i}"],
            env=a.env, stdout=subprocess.DEVNULL) for i in range(4)]
        expect([p.wait(20) for p in plugs], [0] * 4, "exit codes")
        expect(sorted(c["type"] for c in cores.values()),
               ["classifier"] + ["forward"] * 8 + ["merge"], "components")
        code, _, err = a.ctl("move", "classifier", "3")
        expect(code, 1, "exit code with all cores in use")
        expect_in("in use by", err, "message")
        a.logged("vf1: move classifier 3 (asked by ",
                 "): refused: core 3 is in use by merge on core 3")
        for i in range(4):
            a.logged(f"plug vhost{i} 02:00:00:00:00:0{i} (asked by uid {os.getuid()}, pid ",
                     f"reason: vm {i}): done: ")


def test_a_refused_change_says_what_the_process_says():
    bad = {"results": [{"result": "invalid"}, {"result": "error", "error_details": {
        "message": "bad value(rx_ports): \"vhost9\" is not a port of this VF"}}]}
    idle = [{**CORES[2], "core": core} for core in range(2, 6)]
    status = {**SUCCESS, "info": {"process": 1, "nic": [0], "ring": [18, 19], "core": idle}}
    with Agent() as a:
        a.connected(1, lambda text: status if b'"status"' in text else bad)
        code, out, err = a.ctl("plug", "vhost9", "02:00:00:00:00:01")
        expect((code, out), (1, ""), "exit code, output")
        expect_in('"vhost9" is not a port of this VF; nothing was changed', err, "message")
        a.logged("bad value(rx_ports)")


# -- command lines ----------------------------------------------------------------------------


def test_command_lines_are_checked():
    with Agent(start=False) as a:
        for name, words, part in (
                ("spp_agent", ["--listen", "5555"], "IP:PORT"),
                ("spp_agent", ["--listen", "localhost:5555"], "IP:PORT"),
                ("spp_agent", ["--listen", "127.0.0.1:99999"], "IP:PORT"),
                ("spp_agent", ["--dance"], "--help"), ("spp_agent", ["x"], "--help"),
                ("spp_agent", ["--timeout", "0"], "1 to 600"),
                ("spp_agent", ["--socket", "/" + "x" * 200], "characters"),
                ("sppctl", [], "ls, status"), ("sppctl", ["dance"], "not a command"),
                ("sppctl", ["stauts"], "did you mean status?"),
                ("sppctl", ["toop"], "did you mean top"),
                ("sppctl", ["plugg", "vhost0"], "did you mean plug?"),
                ("sppctl", ["plug", "vhost0"], "usage: sppctl plug VHOST MAC"),
                ("sppctl", ["ls", "vf1"], "usage: sppctl ls"),
                ("sppctl", ["ls", "--vlan", "7"], "ls takes no --vlan"),
                ("sppctl", ["plug", "vhost0", "00:11:22:33:44:55", "--dry-rnu"],
                 "did you mean --dry-run?"),
                ("sppctl", ["plug", "vhost0", "00:11:22:33:44:55", "--vlan"], "needs a value"),
                ("sppctl", ["plug", "vhsot0", "00:11:22:33:44:55"], "did you mean vhost0?"),
                ("sppctl", ["plug", "vhost0", "00:11:22:33:44"], "00:11:22:33:44"),
                ("sppctl", ["plug", "vhost64", "00:11:22:33:44:55"], "out of range"),
                ("sppctl", ["diff", "/nonexistent"], "No such file"),
                ("sppctl", ["topo", "primary"], "has no wiring"),
                ("sppctl", ["dump", "primary"], "has no wiring"),
                ("sppctl", ["status", "pirmary"], "did you mean primary?"),
                ("sppctl", ["top", "-i", "0"], "0.1"),
                ("sppctl", ["send", "vf1"], "usage: sppctl send NAME FILE"),
                ("sppctl", ["status", "vf0"], "vf1"),
                ("sppctl", ["status", "vf300"], "vf255"),
                ("sppctl", ["top", "-i", "x"], "seconds"),
                ("sppctl", ["--socket", "/" + "x" * 200, "ls"], "characters")):
            done = subprocess.run([program(name), *words], env=a.env, text=True,
                                  capture_output=True, timeout=10, check=False)
            wanted = (2,) if name == "sppctl" else (1, 2)
            expect(done.returncode in wanted, True, f"exit code {done.returncode} of {words}")
            expect_in(part, done.stderr, f"message of {name} {words}")
        for command in ("ls", "status", "top", "topo", "check", "plug", "unplug", "patch", "unpatch",
                        "mirror", "unmirror", "move", "clear", "dump", "diff", "apply", "send"):
            code, out, _ = a.ctl(command, "--help")
            expect((code, out.startswith(f"usage: sppctl {command}")), (0, True), command)
            expect_in(f"\n  {command} ", a.ctl("--help")[1], "its line in sppctl --help")
        for name in ("spp_agent", "sppctl"):
            done = subprocess.run([program(name), "--help"], text=True,
                                  capture_output=True, timeout=10, check=False)
            expect((done.returncode, done.stdout[:6]), (0, "usage:"), f"{name} --help")


if __name__ == "__main__":
    sys.exit(main(dict(globals())))
