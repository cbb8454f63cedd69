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


# -- send -------------------------------------------------------------------------------------


def test_send_prints_the_reply_and_passes_the_message_as_it_is():
    reply = {"results": [{"result": "success"}], "b": 1, "a": {"c": [1, 2]}}
    with Agent() as a:
        p = a.connected(1, lambda text: reply)
        path = os.path.join(TREE, "config", "messages", "3-start-vm-vhost0.json")
        code, out, err = a.ctl("send", "vf1", path)
        expect((code, err), (0, ""), "exit code, errors")
        expect(out, json.dumps(reply, indent=2) + "\n", "output")
        with open(path, "rb") as f:
            expect(p.requests[0].strip(), f.read().strip(), "what the process got")


def test_send_exits_1_when_the_reply_holds_an_error():
    reply = {"results": [{"result": "invalid"},
                         {"result": "error", "error_details": {"message": "bad value(type)"}}]}
    with Agent() as a:
        a.connected(1, lambda text: reply)
        code, out, _ = a.send("vf1", FLUSH)
        expect((code, json.loads(out)), (1, reply), "exit code, reply")
        expect_in("command 2: bad value(type)", a.list()["processes"][0]["last_error"],
                  "last error")
        expect_in("bad value(type)", a.log(), "log")


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

def side(packets, **drops):
    return {"packets": packets, "bytes": 64 * packets, "drops": drops}


CORES = [{"core": 2, "type": "classifier", "status": "forward", "rx": ["nic0"],
          "tx": ["ring0", "ring2"]},
         {"core": 3, "name": "mine", "type": "forward", "status": "incomplete", "rx": [],
          "tx": ["vhost0"]},
         {"core": 4, "type": "unuse", "status": "idle", "rx": [], "tx": []},
         {"core": 5, "type": "unuse", "status": "idle", "rx": [], "tx": []}]
COUNTS = {"queue": 0, "packets": 20000, "vectors": 700, "cycles": 800000, "drops": {"no_entry": 7}}
VF_STATUS = {**SUCCESS, "info": {
    "process": 1, "core": CORES, "generation": 3, "staged": True, "degraded": False,
    "classifier_table": [{"type": "mac", "value": "00:11:22:33:44:55", "port": "ring0"}],
    "component": [{**CORES[0], **COUNTS}],
    "port": [{"port": "nic0", "link": True, "rx": side(1234567), "tx": side(0)},
             {"port": "vhost0", "link": False, "rx": side(0), "tx": side(9, no_guest=5)},
             {"port": "vhost1", "link": False, "rx": side(0), "tx": side(0)}],
    "lcore": [{"lcore": 2, "busy_cycles": 125, "idle_cycles": 375, "asleep_cycles": 500}],
    "time_us": 1000000}}
POOL = {"total": 16384, "free": 16380, "missing": 3}
PRIMARY_STATUS = {**SUCCESS, "info": {
    "process": 0, "nic": [{"port": "nic0", "link": True, "speed_mbps": 10000, "promiscuous": True,
                           "mac": "00:11:22:33:44:66", "driver": "net_tap", "rx_packets": 12,
                           "tx_packets": 0, "rx_missed": 0, "tx_errors": 0, "holder": 1}],
    "vf": [{"slot": 0, "state": "running", "process": 1, "pid": 4242, "sessions": 2, "deaths": 1,
            "cleanup_us": 3400, "mbufs": POOL, "vectors": POOL},
           {"slot": 1, "state": "free", "process": None, "pid": None}],
    "heap": {"size": 512 << 20, "used": 128 << 20, "leaked": 1 << 19}}}


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
            "primary schedulers busy - heap 128.0 of 512 MiB used, 0.5 MiB leaked by DPDK",
            "nic0 up 10000 00:11:22:33:44:66 net_tap yes 12 - 0 - 0 0 vf1",
            "0 running vf1 4242 2 1 3.4 ms 16380/16384 3 16380/16384 3",
            "1 free - - 0 0 0.0 ms 0/0 0 0/0 0",
            "vf1 generation 3 table entries 1 changes are staged, not flushed",
            "2 12.5% classifier forward nic0 ring0 ring2 20.00k - 40 no_entry 7",
            "3 - forward mine incomplete - vhost0 0 - -",
            "idle cores: 4 5", "nic0 up 1.23M - 0 -", "vhost0 down 0 - 9 - no_guest 5",
            "unused ports: vhost1"], out)


def growing(text, count=[0]):
    """A status whose counters grow by 500 within half a second."""
    count[0] += 1
    info = json.loads(json.dumps(VF_STATUS["info"]))
    info["time_us"] = count[0] * 500000
    info["port"][0]["rx"]["packets"] = 500 * count[0]
    info["port"][1]["tx"]["drops"] = {"no_guest": 50 * count[0]}
    return {**SUCCESS, "info": info}


def test_watch_shows_rates():
    with Agent() as a:
        a.connected(1, growing)
        code, out, _ = a.ctl("watch", "--seconds", "1", "--interval", "0.4")
        expect(code, 0, "exit code")
        expect_rows(["nic0 up 1500 1000/s 0 0/s",
                     "vhost0 down 0 0/s 9 0/s no_guest 150 (100/s)"], out)


def test_watch_refreshes_a_terminal_in_place_until_interrupted():
    with Agent() as a:
        a.connected(1, lambda text: VF_STATUS)
        master, slave = pty.openpty()
        with subprocess.Popen([program("sppctl"), "watch", "-i", "0.1"], env=a.env,
                              stdout=slave, stdin=subprocess.DEVNULL) as watch:
            os.close(slave)
            seen = b""
            while seen.count(b"\x1b[H") < 3:
                seen += os.read(master, 65536)
            watch.send_signal(signal.SIGINT)
            while True:
                try:
                    if not os.read(master, 65536):
                        break
                except OSError:
                    break
            expect(watch.wait(5), 0, "exit code")
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
        code, out, _ = a.ctl("watch", "--seconds", "0.5", "--interval", "0.2")
        expect(code, 0, "exit code of watch")
        expect(out.count("vf1") >= 2, True, "watch shows it again and again")
        expect("\x1b" in out, False, "escape sequences without a terminal")


def test_nobody_there_exits_3():
    with Agent(start=False) as a:
        for words in (["ls"], ["status"], ["status", "vf1"], ["watch", "--seconds", "0.2"]):
            expect(a.ctl(*words)[0], 3, f"exit code of {words}")
        expect_in(a.dir, a.ctl("ls")[2], "message names the directory")


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
                ("sppctl", [], "ls, status"), ("sppctl", ["dance"], "ls, status"),
                ("sppctl", ["send", "vf1"], "send NAME FILE"),
                ("sppctl", ["status", "vf0"], "vf1"),
                ("sppctl", ["status", "vf300"], "vf255"),
                ("sppctl", ["watch", "-i", "x"], "seconds"),
                ("sppctl", ["--socket", "/" + "x" * 200, "ls"], "characters")):
            done = subprocess.run([program(name), *words], env=a.env, text=True,
                                  capture_output=True, timeout=10, check=False)
            wanted = (2,) if name == "sppctl" else (1, 2)
            expect(done.returncode in wanted, True, f"exit code {done.returncode} of {words}")
            expect_in(part, done.stderr, f"message of {name} {words}")
        for name in ("spp_agent", "sppctl"):
            done = subprocess.run([program(name), "--help"], text=True,
                                  capture_output=True, timeout=10, check=False)
            expect((done.returncode, done.stdout[:6]), (0, "usage:"), f"{name} --help")


if __name__ == "__main__":
    sys.exit(main(dict(globals())))
