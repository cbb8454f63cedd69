# SPDX-License-Identifier: BSD-3-Clause
"""sppctl's everyday words as a black box, with fake processes: names, history, top, help.

A program of its own: BUILD_DIR=build /usr/bin/python3 tests/func/test_sppctl_words.py [PATTERN]
prints one line per case (ok NAME / not ok NAME: reason).
"""

import contextlib
import fcntl
import json
import os
import pty
import re
import shlex
import struct
import subprocess
import sys
import termios

from agentlib import FLUSH, SUCCESS, Agent, expect, expect_in, main, raw_request
from bench import TREE, program
from fake_infos import CORES, VF_STATUS, side
from proc import wait_for

MAC = "02:00:00:00:00:01"
REFUSED = {"results": [{"result": "error", "error_details": {"message": "bad value(x)\x1b[2J"}}]}


def with_labels(text=None):
    return {**SUCCESS, "info": {**VF_STATUS["info"], "core": CORES, "staged": False,
                                "labels": {"vhost0": "web1", "vhost1": "db", "nic0": "a\x1b[2Jb"}}}


# -- names ------------------------------------------------------------------------------------


def test_names_stand_beside_their_ports():
    with Agent() as a:
        a.connected(1, with_labels)
        out = a.ctl("status")[1]
        expect_in("\n  vhost0 (web1) down ", out, "row in status")
        expect_in("\n  nic0          up ", out, "row in status, without what is no label")
        expect_in("unused ports: vhost1 (db)\n", out, "unused ports")
        out = a.ctl("topo", "-i", "0", env={"LC_ALL": "C"})[1]
        expect_in("> vhost0 (web1) (no guest)\n", out, "drawing")
        expect_in("not connected: vhost1 (db)\n", out, "drawing")
        out = a.ctl("topo", "-i", "0", "--dot")[1]
        expect_in('"vf1.vhost0" [label="vhost0 (web1)"', out, "graph")
        expect_in('"vf1.1" -> "vf1.vhost0" [label="(no guest)"]', out, "graph")
        expect_in("vf1 vhost0 (web1) is wired and has no guest", a.ctl("check", "-i", "0")[1],
                  "check")
        expect('"vhost0": "web1"' in a.ctl("dump")[1], True, "names in a dump")


def test_a_name_that_is_none_is_refused():
    with Agent() as a:
        vf = a.connected(1, with_labels)
        for name, part in (("web 1", "not a label"), ("", "is empty"), ("x" * 33, "at most 32"),
                           ("-web", "not a label"), ("a\x1b[2J", "not a label"), ("wéb", "not a")):
            code, _, err = a.ctl("plug", "vhost0", MAC, f"--name={name}")
            expect(code, 2, f"exit code for {name!r}")
            expect_in(part, err, f"message for {name!r}")
            s = raw_request(a, {"request": "change", "to": "vf1", "change": "plug",
                                "port": "vhost0", "mac": MAC, "name": name})
            expect(json.loads(s.recv(65536))["result"], "error", f"{name!r} to spp_agent")
            s.close()
        expect([r for r in vf.requests if b"component" in r], [], "changes")
        a.logged("refused: ")
        expect("\x1b" in a.log(), False, "an escape in the log")


def test_an_older_process_has_no_names():
    with Agent() as a:
        vf = a.connected(1, lambda text: {**SUCCESS, "info": {
            **VF_STATUS["info"], "staged": False, "nic": [0], "vhost": [0, 1], "ring": [0, 1, 2, 3],
            "core": [{**CORES[2], "core": n} for n in range(2, 9)], "classifier_table": []}})
        code, _, err = a.ctl("plug", "vhost0", MAC, "--name", "web1")
        expect((code, err), (1, "sppctl: vf1 knows no names of ports: it is of an older version\n"), "with a name")
        code, out, _ = a.ctl("apply", "-", text='{"version": 1, "process": 1, "labels": {"vhost0": '
                             '"web1"}, "commands": [{"command": "component", "core_id": 2, "type": '
                             '"forward"}]}')
        expect(code, 0, "exit code of apply")
        expect_in("vf1: the names of ports in the file are left out: vf1 is of an older", out, "note")
        expect(a.ctl("plug", "vhost0", MAC)[0], 0, "exit code without one")
        expect(b"label" in vf.requests[-1], False, "what it was asked")


# -- history ----------------------------------------------------------------------------------


def history(a, *words):
    code, out, err = a.ctl("history", *words, "--json")
    expect((code, err), (0, ""), "exit code, errors")
    return json.loads(out)["history"]


def test_history_tells_who_changed_what_and_what_became_of_it():
    answers = {}
    with Agent() as a:
        expect(a.ctl("history"), (0, "nothing was changed since spp_agent was started (its log has "
                                     "what was before)\n", ""), "of nothing")
        a.connected(1, lambda text: answers.get("change", SUCCESS) if b"flush" in text
                    else with_labels())
        a.connected(2)
        a.send("vf1", FLUSH)
        a.send("vf1", {"commands": [{"command": "status"}, {"command": "process"}]})  # only asks
        a.ctl("address", "add", "vhost0", MAC, "--to", "vf1")  # refused: vhost0 is not plugged
        a.ctl("plug", "vhost0", "nonsense")  # not even asked
        a.ctl("move", "mine", "4", "--dry-run")
        a.ctl("move", "mine", "4", "--reason", "core 3\n\x1b[2J is hot \u202e")
        answers["change"] = REFUSED
        a.ctl("move", "2", "5", "--to", "vf1")
        a.send("vf2", {"commands": [{"command": "label"}, {"command": "dance"}, *FLUSH["commands"],
                                    {"command": "label"}]})
        a.send("vf3", FLUSH)
        seen = history(a)
        expect([(h["to"], h["what"], h["result"]) for h in seen], [
            ("vf1", "send: flush", "done"),
            ("vf1", f"address add vhost0 {MAC}", "refused"),
            ("vf1", "move mine 4", "done"),
            ("vf1", "move 2 5", "refused"),
            ("vf2", "send: label 2, flush, other", "done"),
            ("vf3", "send: flush", "unreachable")], "history")
        expect({h["uid"] for h in seen}, {os.getuid()}, "users")
        expect(all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", h["time"]) and h["pid"] > 1
                   for h in seen), True, "times and processes")
        expect_in("vhost0 is not plugged", seen[1]["detail"], "why")
        expect([h["to"] for h in history(a, "vf2")], ["vf2"], "of one")
        out = a.ctl("history", env={"LC_ALL": "C.UTF-8"})[1]
        expect((len(out.splitlines()), "\x1b" in out, "\u202e" in out), (7, False, False),
               "lines, escapes")
        expect_in("move mine 4 (core 3??[2J is hot ?)", out, "row")
        expect_in(f"/{seen[0]['pid']} ", out, "who")
        expect(a.ctl("history", "vf0")[0], 2, "exit code for a wrong name")
        a.logged(" vf1: move mine 4 (asked by uid ")


def test_history_keeps_the_last_200():
    with Agent() as a:
        a.connected(1)
        for i in range(207):
            s = raw_request(a, {"request": "send", "to": "vf1", "reason": f"no {i}"}, FLUSH)
            s.recv(4096)
            s.close()
        expect([h["reason"] for h in history(a)], [f"no {i}" for i in range(7, 207)], "reasons")


def test_history_knows_what_nobody_waited_for():
    with Agent() as a:
        vf = a.connected(1)
        vf.silent = True
        s = raw_request(a, {"request": "send", "to": "vf1"}, FLUSH)
        wait_for("it to be sent", lambda: "requests" in a.list()["processes"][0] and
                 a.list()["processes"][0]["requests"] == 1)
        s.close()
        seen = wait_for("the entry", lambda: history(a))
        expect([(h["result"], h["detail"]) for h in seen],
               [("unknown", "whoever asked went away before the answer")], "history")
    with Agent() as a:
        expect(a.stop(), 0, "exit code of spp_agent")
        code, _, err = a.ctl("history")
        expect(code, 3, "exit code without spp_agent")
        expect_in("no spp_agent on", err, "message")


# -- top on a terminal of 80 x 24 ---------------------------------------------------------------


class Screen:
    """sppctl top on a terminal: what one sees after each table, and which lines are bold."""

    def __init__(self, a, columns=80, rows=24, interval="0.2"):
        self.rows, self.seen = rows, b""
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.proc = subprocess.Popen([program("sppctl"), "top", "-i", interval], env=a.env,
                                     stdin=slave, stdout=slave, start_new_session=True,
                                     preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        os.close(slave)

    def next(self):
        """The lines of the next whole table, as they are written."""
        begun = self.seen.count(b"\x1b[H")
        while self.seen.count(b"\x1b[J") < begun + 1 or self.seen.count(b"\x1b[H") < begun + 1:
            self.seen += os.read(self.master, 65536)
        last = self.seen[:self.seen.rindex(b"\x1b[J")].rpartition(b"\x1b[H")[2]
        self.raw = last.decode().replace("\r", "").split("\n")
        return [re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", line) for line in self.raw]

    def until(self, what, look):
        for _ in range(40):
            lines = self.next()
            if look(lines):
                return lines
        raise AssertionError(f"never seen: {what}: " + "\n".join(lines))

    def type(self, keys):
        os.write(self.master, keys)

    def end(self):
        self.type(b"q")
        with contextlib.suppress(OSError):
            while os.read(self.master, 65536):
                pass
        os.close(self.master)
        return self.proc.wait(5)


def busy_panel(text, count=[0]):
    """Ten VMs; vhost7 loses packets, and core 13 is the busiest. Rates differ."""
    count[0] += 1
    n = count[0]
    cores = [{"core": 2, "type": "classifier", "status": "forward", "rx": ["nic0"],
              "tx": [f"ring{2 * i}" for i in range(10)]}]
    cores += [{"core": 4 + i, "type": "forward", "status": "forward", "rx": [f"ring{2 * i}"],
               "tx": [f"vhost{i}"]} for i in range(10)]
    ports = [{"port": "nic0", "link": True, "rx": side(1000 * n), "tx": side(500 * n)}]
    ports += [{"port": f"vhost{i}", "link": i != 3, "rx": side(10 * i * n),
               "tx": side(20 * i * n, **({"vhost_full": 50 * n} if i == 7 else {}))}
              for i in range(10)]
    ports += [{"port": f"ring{i}", "link": True, "rx": side(n), "tx": side(n)} for i in range(20)]
    components = [{**c, "queue": 0, "packets": 100 * c["core"] * n, "vectors": 10 * n,
                   "cycles": 1000 * n, "drops": {"no_entry": 12345} if c["core"] == 2 else {}}
                  for c in cores]
    lcores = [{"lcore": c["core"], "busy_cycles": (90 if c["core"] == 13 else c["core"]) * n,
               "idle_cycles": 100 * n, "asleep_cycles": 0} for c in cores]
    return {**SUCCESS, "info": {
        "process": 1, "core": cores, "generation": 7, "component": components, "port": ports,
        "lcore": lcores, "labels": {"vhost7": "web-with-a-long-name", "vhost1": "db"},
        "drops": {"vhost_full": 50 * n, "no_entry": 12345}, "time_us": n * 500000,
        "classifier_table": []}}


def first_words(lines, title):
    """The first word of each row below a title, as far as the table goes."""
    at = next(i for i, line in enumerate(lines) if line.split()[:1] == [title])
    rows = []
    for line in lines[at + 1:]:
        if not line.startswith("  ") or not line.split() or line.split()[0].isupper():
            break
        rows.append(line.split()[0])
    return rows


def test_top_shows_what_matters_at_80_by_24():
    with Agent() as a:
        a.connected(1, busy_panel)
        screen = Screen(a)
        lines = screen.until("rates", lambda seen: "+100/s" in "".join(seen))
        expect((len(lines), max(map(len, lines)) < 80), (24, True), "size")
        expect_in("vf1   generation 7   in 2900/s   drops !100/s   core 13 47.4%", lines[1],
                  "summary")
        expect(lines[2].split(), ["PORT", "LINK", "RX/S", "TX/S", "DROPS"], "title of the ports")
        row = next(line for line in lines if "vhost7" in line)
        expect_in("vhost7 (web-with-a-long-name)  up", row, "name")
        expect_in("140/s", row, "rate")
        expect_in("  !vhost_full +100/s (", row, "drops")
        bold = [line for line in screen.raw if line.startswith("\x1b[1m")]
        expect((len(bold), "vf1" in bold[0], "vhost7" in bold[1]), (2, True, True), "marked lines")
        cores = next(line for line in lines if line.split()[:2] == ["CORE", "BUSY"])
        expect([w for w in ("COMPONENT", "RATE", "DROPS") if w in cores],
               ["COMPONENT", "RATE", "DROPS"], "title of the cores")
        expect_in("classifier", "".join(lines), "a core")
        expect(re.match(r"\.\.\. \d+ more lines", lines[-1]) is not None, True, lines[-1])
        expect(screen.end(), 0, "exit code")


def test_top_scrolls_and_sorts_by_keys():
    with Agent() as a:
        a.connected(1, busy_panel)
        screen = Screen(a, interval="0.3")
        screen.until("rates", lambda seen: "+100/s" in "".join(seen))
        ports = [f"vhost{i}" for i in range(10)]
        expect(first_words(screen.next(), "PORT"), ["nic0", *ports], "by name")
        screen.type(b"r")
        lines = screen.until("by rate", lambda seen: seen[0].endswith("(rate)"))
        expect(first_words(lines, "PORT"), ["nic0", *reversed(ports)], "by rate")
        screen.type(b"d")
        lines = screen.until("by drops", lambda seen: seen[0].endswith("(drops)"))
        expect(first_words(lines, "PORT")[:2], ["vhost7", "nic0"], "by drops")
        screen.type(b"b")
        lines = screen.until("by busy", lambda seen: seen[0].endswith("(busy)"))
        expect(first_words(lines, "CORE")[:2], ["13", "12"], "by busy")
        screen.type(b"n\x1b[B\x1b[B\x1b[Z\x1bx")  # two lines down, and keys that mean nothing
        lines = screen.until("two lines on", lambda seen: seen[0].endswith("(name)") and
                             seen[1].split()[0] == "nic0")
        screen.type(b"k")
        screen.until("one line back", lambda seen: seen[1].split()[0] == "PORT")
        screen.type(b"G")
        lines = screen.until("the end", lambda seen: "table entries 0" in "".join(seen))
        expect(("ring19" in "".join(lines), lines[-1].startswith("...")), (True, False), "the end")
        screen.type(b"g")
        screen.until("the begin", lambda seen: seen[1].startswith("vf1"))
        screen.type(b" \x1b[6~\x1b[5~")
        screen.until("a page on", lambda seen: seen[1].split()[0] not in ("vf1", "PORT"))
        expect(screen.end(), 0, "exit code")


def test_top_has_the_rest_where_there_is_room():
    with Agent() as a:
        a.connected(1, busy_panel)
        screen = Screen(a, columns=150, rows=80)
        lines = screen.until("rates", lambda seen: "+100/s" in "".join(seen))
        for word in ("IDLE", "ASLEEP", "PACKETS", "PKT/VEC", "CYC/PKT", "RING"):
            expect_in(word, "\n".join(lines), "columns")
        expect_in("ring0 ring2 ring4 ring..", "\n".join(lines), "ports of a component")
        expect(screen.end(), 0, "exit code")
        screen = Screen(a, columns=40, rows=5)
        lines = screen.until("a small one", lambda seen: len(seen) == 5)
        expect(max(map(len, lines)) < 40, True, "width")
        expect(screen.end(), 0, "exit code")


# -- help, completion, man page: of one table -----------------------------------------------------


def commands(a):
    """name -> what --help says of it in one line."""
    text = a.ctl("--help")[1].split("\n\n")[1]
    return {line.split()[0]: line[30:] for line in text.splitlines()}


def test_help_of_each_command_has_an_example_that_it_takes():
    with Agent(start=False) as a:
        names = commands(a)
        expect(len(names) > 15, True, "commands")
        for name in names:
            out = a.ctl(name, "--help")[1]
            example = re.search(r"\nexample: sppctl (.*)\n$", out)
            expect(example is not None and example[1].split()[0] == name, True, out)
            words = shlex.split(re.split(r" [|>]", example[1])[0])
            # Nobody is there: it may fail, but not for how it is written.
            err = a.ctl(*words, *{"top": ["--seconds", "0.1"], "report": ["-"]}.get(name, []))[2]
            for wrong in ("usage:", "takes no", "not an option", "not a "):
                expect(wrong in err, False, f"{wrong} in what {words} says: {err}")


def test_the_man_page_is_what_the_table_says():
    with Agent(start=False) as a:
        page = a.ctl("man")[1]
        with open(f"{TREE}/docs/man/sppctl.1", encoding="utf-8") as f:
            expect(f.read() == page, True, "build/sppctl man >docs/man/sppctl.1 was forgotten: same")
        for name, line in commands(a).items():
            expect_in(f".B {name}", page, "command in the page")
            expect_in(line[1:].replace("-", "\\-"), page, "its summary")
        done = subprocess.run(["man", "--warnings", "-l", "-"], input=page, text=True, check=False,
                              capture_output=True, env={**a.env, "MANWIDTH": "100", "LC_ALL": "C"})
        expect((done.returncode, done.stderr), (0, ""), "man")
        expect_in("address add|del VHOST MAC", done.stdout, "the page as one reads it")


def test_tab_shows_what_each_word_means():
    with Agent() as a:
        a.connected(1, lambda text: {**SUCCESS, "info": {
            **with_labels()["info"], "vhost": [0, 1], "nic": [0], "ring": [0]}})
        for name, line in commands(a).items():
            out = a.ctl("describe", name)[1].splitlines()
            expect_in(f"{name}\t{line}", out, "a command")
        for words, wanted in (
                (["plug", "v"], ["vhost0\tweb1, no guest", "vhost1\tdb, no guest"]),
                (["move", ""], ["2\tclassifier, nic0 to ring0 ring2",
                                "classifier\tclassifier, nic0 to ring0 ring2",
                                "mine\tforward, - to vhost0"]),
                (["address", ""], ["add\tone more address", "del\tone less"]),
                (["plug", "vhost0", MAC, "--vl"], ["--vlan\ttag on the wire, 1 to 4094; of trace: the frame's, or 0, a priority only"]),
                (["plug", "--name", ""], []), (["history", "v"], ["vf1\tconnected"])):
            code, out, err = a.ctl("describe", *words)
            expect((code, out.splitlines(), err), (0, wanted, ""), words)
        script = f". {TREE}/config/completion/sppctl; COLUMNS=40; " + \
            "COMP_WORDS=({} {}); COMP_CWORD={}; {} _sppctl; printf '%s\\n' \"${{COMPREPLY[@]}}\""
        for words, more, wanted in (
                ("plug v", "", "vhost0  (web1, no guest)\nvhost1  (db, no guest)\n"),
                ("plug v", "COMP_TYPE=37;", "vhost0\nvhost1\n"),
                ("hist", "", "history\n"),
                ("un", "", "unplug    (take it away again)\nunpatch   (undo it)\nunmirror  (no copies any more)\n"),
                ("move 2 --d", "", "--dry-run\n"),
                ("--t", "", "--timeout\n"),
                ("to", "", "top   (rates, drops and busy cores,..)\n"
                           "topo  (draw the patch panel, with r..)\n")):
            count = len(words.split())
            done = subprocess.run(["bash", "-c", script.format(program("sppctl"), words, count, more)],
                                  env=a.env, text=True, capture_output=True, timeout=10, check=False)
            expect((done.stdout, done.stderr), (wanted, ""), f"in bash, for {words}")


if __name__ == "__main__":
    sys.exit(main(dict(globals())))
