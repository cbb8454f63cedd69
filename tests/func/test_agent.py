# SPDX-License-Identifier: BSD-3-Clause
"""spp_agent and sppctl as black boxes, between fake processes and real operators.

A program of its own: BUILD_DIR=build /usr/bin/python3 tests/func/test_agent.py [PATTERN]
prints one line per case (ok NAME / not ok NAME: reason). Needs no data plane and no root rights.
"""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

TREE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.join(TREE, os.environ.get("BUILD_DIR", "build"))
SUCCESS = {"results": [{"result": "success"}]}
FLUSH = {"commands": [{"command": "flush"}]}
SIZE_MAX = 4 * 1024 * 1024


def wait_for(what, condition, deadline=10.0):
    end = time.monotonic() + deadline
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"waited {deadline:g} s for {what}")
        time.sleep(0.01)


def expect(seen, wanted, what):
    if seen != wanted:
        raise AssertionError(f"{what}: expected {wanted!r}, seen {str(seen)[:600]!r}")


def expect_in(part, whole, what):
    if part not in whole:
        raise AssertionError(f"{what}: expected {part!r} in {str(whole)[:600]!r}")


class Process:
    """A fake spp_vf or spp_primary: connects, answers requests from a handler, counts them."""

    def __init__(self, port, number, handler=None, identity=None, silent=False):
        kind = "primary" if number == 0 else "vf"
        self.identity = identity or {**SUCCESS, "process": number, "client_id": number,
                                     "process_type": kind}
        self.handler = handler or (lambda text: SUCCESS)
        self.requests = []
        self.silent = silent
        self.ended = threading.Event()
        self.sock = socket.create_connection(("127.0.0.1", port))
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def answer(self, text):
        if b'"process"' in text:
            return self.identity
        self.requests.append(text)
        return self.handler(text)

    def _read(self):
        """One whole message, by trying to parse what is there."""
        data = b""
        while True:
            more = self.sock.recv(1 << 20)
            if not more:
                return None
            data += more
            if not data.rstrip().endswith(b"}"):
                continue
            with contextlib.suppress(ValueError):
                json.loads(data)
                return data

    def _serve(self):
        try:
            while (text := self._read()) is not None:
                reply = None if self.silent else self.answer(text)
                if reply is not None:
                    self.sock.sendall(reply if isinstance(reply, bytes) else
                                      json.dumps(reply, indent=2).encode())
        except OSError:
            pass
        self.ended.set()

    def close(self):
        with contextlib.suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)
        self.sock.close()
        self.thread.join(5)


class LocalProcess:
    """Only the local socket of a process, as it is there beside another controller."""

    def __init__(self, path, replies):
        self.replies = replies
        self.server = socket.socket(socket.AF_UNIX)
        self.server.bind(path)
        self.server.listen(8)
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        with contextlib.suppress(OSError):
            while True:
                conn, _ = self.server.accept()
                name = json.loads(conn.recv(4096))["commands"][0]["command"]
                conn.sendall(json.dumps(self.replies[name]).encode())
                conn.recv(1)  # until the other side closes: this one does not
                conn.close()

    def close(self):
        self.server.close()


class Agent:
    """spp_agent in a directory of its own, with what a test needs around it."""

    def __init__(self, listeners=1, timeout=None, start=True):
        self.dir = tempfile.mkdtemp(prefix="spp-agent-")
        self.socket = os.path.join(self.dir, "agent.sock")
        self.log_path = os.path.join(self.dir, "log")
        self.env = {**os.environ, "SPP_RUN_DIR": self.dir}
        self.proc = None
        self.ports = []
        self.things = []
        self.argv = ["--listen", "127.0.0.1:0"] * listeners
        if timeout:
            self.argv += ["--timeout", str(timeout)]
        if start:
            self.start(listeners)

    def start(self, listeners=1):
        with open(self.log_path, "ab") as log:
            self.proc = subprocess.Popen([os.path.join(BUILD, "spp_agent"), *self.argv],
                                         env=self.env, stderr=log, stdin=subprocess.DEVNULL)
        wait_for("the agent to be ready", lambda: "ready for sppctl" in self.log())
        self.ports = [int(line.rpartition(":")[2]) for line in self.log().splitlines()
                      if "listening on" in line][-listeners:]

    def log(self):
        if not os.path.exists(self.log_path):
            return ""
        with open(self.log_path, encoding="utf-8") as log:
            return log.read()

    def process(self, number, handler=None, port=0, **more):
        thing = Process(self.ports[port], number, handler, **more)
        self.things.append(thing)
        return thing

    def connected(self, number, handler=None, port=0):
        """A process, once the agent knows it."""
        name = "primary" if number == 0 else f"vf{number}"
        process = self.process(number, handler, port)
        wait_for(f"{name} to be known", lambda: self.states().get(name) == "connected")
        return process

    def local(self, name, replies):
        thing = LocalProcess(os.path.join(self.dir, name), replies)
        self.things.append(thing)
        return thing

    def ctl(self, *words, text=None, deadline=30.0):
        """(exit code, standard output, standard error) of sppctl."""
        done = subprocess.run([os.path.join(BUILD, "sppctl"), *words], env=self.env, text=True,
                              input=text, capture_output=True, timeout=deadline, check=False,
                              stdin=subprocess.DEVNULL if text is None else None)
        return done.returncode, done.stdout, done.stderr

    def send(self, name, message, **more):
        text = message if isinstance(message, str) else json.dumps(message)
        return self.ctl("send", name, "-", text=text, **more)

    def list(self):
        code, out, err = self.ctl("--json", "ls")
        expect(code, 0, f"exit code of sppctl ls ({err})")
        return json.loads(out)

    def states(self):
        return {p["name"]: p["state"] for p in self.list()["processes"]}

    def stop(self, number=signal.SIGTERM):
        if self.proc is not None and self.proc.poll() is None:
            self.proc.send_signal(number)
        code = self.proc.wait(10) if self.proc is not None else 0
        self.proc = None
        return code

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        for thing in self.things:
            thing.close()
        try:
            code = self.stop()
            if error is None:
                expect(code, 0, "exit code of spp_agent")
            else:
                print("".join(f"# {line}\n" for line in self.log().splitlines()[-15:]), end="")
        finally:
            if self.proc is not None:
                self.proc.kill()
            shutil.rmtree(self.dir)


# -- who is there -----------------------------------------------------------------------------


def test_learns_who_connects():
    with Agent() as a:
        a.connected(1)
        a.connected(0)
        a.connected(12)
        expect(list(a.states()), ["primary", "vf1", "vf12"], "names in order")
        code, out, _ = a.ctl("ls")
        expect(code, 0, "exit code")
        expect_in("vf12", out, "table of ls")
        expect_in(f"127.0.0.1:{a.ports[0]}", json.dumps(a.list()), "listener in ls --json")


def test_two_listeners_serve_both():
    with Agent(listeners=2) as a:
        a.connected(0, port=0)
        a.connected(1, port=1)
        listeners = {p["name"]: p["listener"] for p in a.list()["processes"]}
        expect(listeners, {"primary": f"127.0.0.1:{a.ports[0]}", "vf1": f"127.0.0.1:{a.ports[1]}"},
               "listeners")


def test_lost_process_is_listed_as_lost_and_comes_back():
    with Agent() as a:
        a.connected(1).close()
        wait_for("vf1 to be lost", lambda: a.states()["vf1"] == "lost")
        expect_in("closed the connection", a.list()["processes"][0]["last_error"], "last error")
        code, _, err = a.send("vf1", FLUSH)
        expect(code, 3, "exit code")
        expect_in("vf1: not connected", err, "message")
        a.connected(1)
        expect(a.send("vf1", FLUSH)[0], 0, "exit code after it came back")


def test_second_process_with_the_same_id_waits_until_the_first_ends():
    with Agent() as a:
        first = a.connected(1)
        second = a.process(1)
        wait_for("the duplicate", lambda: [p["state"] for p in a.list()["processes"]]
                 == ["connected", "duplicate"])
        expect(a.send("vf1", FLUSH)[0], 0, "exit code")
        expect((len(first.requests), len(second.requests)), (1, 0), "requests of first, second")
        first.close()
        wait_for("the second to take over", lambda: a.states() == {"vf1": "connected"})
        expect(a.send("vf1", FLUSH)[0], 0, "exit code")
        expect(len(second.requests), 1, "requests of the second")
        expect_in("also connects", a.log(), "log")


def test_dead_first_connection_is_replaced_by_the_second():
    with Agent() as a:
        first = a.connected(1)
        first.silent = True  # as if its host had vanished
        second = a.process(1)
        wait_for("the first to be given up", first.ended.is_set)
        wait_for("the second to take over", lambda: a.states() == {"vf1": "connected"})
        expect(a.send("vf1", FLUSH)[0], 0, "exit code")
        expect(len(second.requests), 1, "requests of the second")


def test_stranger_that_says_nothing_is_closed_after_the_timeout():
    with Agent(timeout=1) as a:
        stranger = a.process(1, silent=True)
        wait_for("the stranger", lambda: a.list()["unidentified"] == 1)
        wait_for("the stranger to be closed", stranger.ended.is_set, 5)
        expect(a.list()["unidentified"], 0, "unidentified")


def test_unusable_identities_are_refused():
    for reply in ({**SUCCESS, "process": 256, "process_type": "vf"},
                  {**SUCCESS, "process": -1}, {**SUCCESS, "process": "1"}, SUCCESS,
                  {**SUCCESS, "process": 0, "process_type": "vf"}, b"vf1\n", b"{]}", b"{'a'}",
                  b'{"results":[' + b'"' + b"x" * 5000 + b'"]}'):
        with Agent() as a:
            stranger = a.process(1, identity=reply)
            wait_for("the end of the connection", stranger.ended.is_set)
            expect(a.states(), {}, f"processes after {reply!r:.80}")


def test_200_connections_that_say_nothing_keep_nobody_out():
    with Agent() as a:
        a.connected(1)
        idle = [socket.create_connection(("127.0.0.1", a.ports[0])) for _ in range(200)]
        start = time.monotonic()
        a.connected(2)
        expect(a.send("vf1", FLUSH)[0], 0, "exit code")
        expect(time.monotonic() - start < 3, True, "served within 3 s")
        expect(a.list()["unidentified"], 200, "unidentified")
        for s in idle:
            s.close()


def test_500_connections_make_room_for_a_process():
    with Agent() as a:
        a.connected(1)
        idle = [socket.create_connection(("127.0.0.1", a.ports[0])) for _ in range(500)]
        a.connected(2)
        expect(a.states(), {"vf1": "connected", "vf2": "connected"}, "processes")
        expect(a.log().count("made room") <= 60, True, "log is rate-limited")
        for s in idle:
            s.close()


def test_process_that_speaks_unasked_is_closed():
    for noise in (b"hello\n", b"{", b'{"results":[]}'):
        with Agent() as a:
            p = a.connected(1)
            p.sock.sendall(noise)
            wait_for("the end of the connection", p.ended.is_set)
            expect(a.states(), {"vf1": "lost"}, f"after {noise!r}")


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
        expect_in("command 2: bad value(type)", a.list()["processes"][0]["last_error"], "last error")
        expect_in("bad value(type)", a.log(), "log")


def test_send_refuses_what_is_no_message():
    with Agent() as a:
        p = a.connected(1)
        for text, part in (("", "not JSON"), ("[]", "not a message"), ("flush", "not JSON"),
                           ('{\n "commands": [\n  {} // x\n ]}', "standard input:3:"),
                           ('{"a": "' + "x" * SIZE_MAX + '"}', "4194304 bytes")):
            code, _, err = a.send("vf1", text)
            expect(code, 2, f"exit code for {text[:20]!r}")
            expect_in(part, err.replace("-:", "standard input:"), f"message for {text[:20]!r}")
        code, _, err = a.ctl("send", "vf1", "/nonexistent.json")
        expect(code, 2, "exit code for a missing file")
        expect_in("/nonexistent.json: No such file", err, "message")
        expect(p.requests, [], "what the process got")


def test_4_mib_message_and_large_reply_pass():
    reply = {"results": [{"result": "success"}] * 30000}
    with Agent() as a:
        p = a.connected(1, lambda text: reply)
        head, tail = '{"commands":[{"command":"flush"}],"x":"', '"}'
        text = head + "y" * (SIZE_MAX - len(head) - len(tail)) + tail
        code, out, err = a.send("vf1", text)
        expect((code, err), (0, ""), "exit code, errors")
        expect(len(p.requests[0]), SIZE_MAX, "bytes the process got")
        expect(json.loads(out), reply, "reply")


def test_no_reply_within_the_timeout_ends_the_connection():
    with Agent(timeout=1) as a:
        p = a.connected(1, lambda text: None)
        start = time.monotonic()
        code, _, err = a.send("vf1", FLUSH)
        expect(code, 3, "exit code")
        expect_in("no reply within 1000 ms", err, "message")
        expect(0.9 < time.monotonic() - start < 5, True, "time it took")
        wait_for("the connection to end", p.ended.is_set)
        expect(a.states(), {"vf1": "lost"}, "processes")


def test_garbage_replies_end_the_connection():
    for reply in (b"nonsense\n", b'{"results":[}', b'{"results": nope}',
                  b'{"results":[{"result":"success"}]}{"results":[]}'):
        with Agent() as a:
            p = a.connected(1, lambda text, reply=reply: reply)
            a.send("vf1", FLUSH)
            wait_for("the end of the connection", p.ended.is_set)
            expect(a.states(), {"vf1": "lost"}, f"after {reply!r}")


def test_process_gone_in_mid_reply_is_reported():
    with Agent() as a:
        p = a.connected(1, lambda text: b'{"results":[{"resu')
        threading.Timer(0.3, p.close).start()
        code, _, err = a.send("vf1", FLUSH)
        expect(code, 3, "exit code")
        expect_in("closed the connection", err, "message")


def test_one_request_at_a_time_and_the_others_wait():
    busy, most = [0], [0]

    def slow(text):
        busy[0] += 1
        most[0] = max(most[0], busy[0])
        time.sleep(0.05)
        busy[0] -= 1
        return SUCCESS

    with Agent() as a:
        a.connected(1, slow)
        with contextlib.ExitStack() as stack:
            senders = [stack.enter_context(subprocess.Popen(
                [os.path.join(BUILD, "sppctl"), "send", "vf1",
                 os.path.join(TREE, "config", "messages", "2-initial.json")], env=a.env,
                stdout=subprocess.DEVNULL)) for _ in range(10)]
            expect([s.wait(20) for s in senders], [0] * 10, "exit codes")
        expect(most[0], 1, "requests at the same time")


def test_queue_is_bounded():
    release = threading.Event()

    def held(text):
        release.wait(20)
        return SUCCESS

    with Agent() as a:
        p = a.connected(1, held)
        clients = [raw_request(a, {"request": "send", "to": "vf1"}, FLUSH) for _ in range(33)]
        wait_for("the first request", lambda: len(p.requests) == 1)
        code, _, err = a.send("vf1", FLUSH)
        expect(code, 3, "exit code")
        expect_in("32 requests are waiting", err, "message")
        release.set()
        for c in clients:
            expect(json.loads(read_all(c))["result"], "success", "queued request")


def test_slow_process_does_not_block_the_others():
    with Agent() as a:
        slow = a.process(1)
        wait_for("vf1", lambda: a.states().get("vf1") == "connected")
        slow.handler = lambda text: time.sleep(3)
        a.connected(2)
        big = '{"x":"' + "y" * 4000000 + '"}'
        client = raw_request(a, {"request": "send", "to": "vf1"}, json.loads(big))
        start = time.monotonic()
        expect(a.send("vf2", FLUSH)[0], 0, "exit code")
        expect(time.monotonic() - start < 1, True, "served within 1 s")
        client.close()


# -- clients ----------------------------------------------------------------------------------


def raw_request(agent, *parts):
    s = socket.socket(socket.AF_UNIX)
    s.connect(agent.socket)
    for part in parts:
        s.sendall(part if isinstance(part, bytes) else json.dumps(part).encode())
    return s


def read_all(s):
    data = b""
    s.settimeout(15)
    while more := s.recv(65536):
        data += more
    s.close()
    return data


def test_client_that_does_not_read_blocks_nobody():
    reply = {"results": [{"result": "success"}] * 60000}
    with Agent() as a:
        a.connected(1, lambda text: reply)
        deaf = [raw_request(a, {"request": "send", "to": "vf1"}, FLUSH) for _ in range(5)]
        expect(a.send("vf1", FLUSH)[0], 0, "exit code")
        for s in deaf:
            expect(json.loads(read_all(s))["result"], "success", "its reply, read late")


def test_silent_clients_make_room():
    with Agent() as a:
        a.connected(1)
        idle = [raw_request(a, b'{"request"') for _ in range(100)]
        expect(a.send("vf1", FLUSH)[0], 0, "exit code")
        for s in idle:
            s.close()


def test_client_that_leaves_does_not_disturb_the_next():
    gate = threading.Event()

    def held(text):
        gate.wait(10)
        return {"results": [{"result": "success"}], "echo": len(text)}

    with Agent() as a:
        p = a.connected(1, held)
        first = raw_request(a, {"request": "send", "to": "vf1"}, {"a": 1})
        wait_for("the first request", lambda: p.requests)
        second = raw_request(a, {"request": "send", "to": "vf1"}, {"aaaa": 1})
        third = raw_request(a, {"request": "send", "to": "vf1"}, {"aaaaaaaa": 1})
        first.close()
        second.close()
        time.sleep(0.2)
        gate.set()
        expect(json.loads(read_all(third))["reply"]["echo"], len(b'{"aaaaaaaa": 1}'), "its reply")
        expect(len(p.requests), 2, "requests the process got")


def test_bad_requests_to_the_agent_are_explained():
    with Agent() as a:
        for request, part in ((b"ls\n", "not a JSON object"), ({"request": "dance"}, "ls, status, send"),
                              ({"request": "send"}, "without"), (b"{]}", "not JSON"),
                              ({"request": "status", "to": "vf999"}, "vf999: no such process")):
            reply = json.loads(read_all(raw_request(a, request)))
            expect((reply["result"], reply["code"]), ("error", "invalid"), f"{request!r}")
            expect_in(part, reply["message"], f"{request!r}")
        too_long = b'{"x":"' + b"y" * (SIZE_MAX + 1) + b'"}'
        client = raw_request(a, {"request": "send", "to": "vf1"}, too_long)
        expect_in("longer than", json.loads(read_all(client))["message"], "5 million bytes")


# -- status -----------------------------------------------------------------------------------

VF_STATUS = {**SUCCESS, "info": {"process": 1, "nic": ["nic0"], "core": []}}
PRIMARY_STATUS = {**SUCCESS, "info": {"process": 0}}


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
        expect((code, json.loads(out)), (0, {"primary": PRIMARY_STATUS, "vf1": VF_STATUS}), "status")
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


# -- starting and ending ----------------------------------------------------------------------


def test_port_taken_names_the_holder():
    with Agent() as a:
        done = subprocess.run([os.path.join(BUILD, "spp_agent"), "--socket", a.socket + "2",
                               "--listen", f"127.0.0.1:{a.ports[0]}"], env=a.env, text=True,
                              capture_output=True, timeout=10, check=False)
        expect(done.returncode, 1, "exit code")
        expect_in(f"127.0.0.1:{a.ports[0]}: port in use by pid {a.proc.pid} (spp_agent)",
                  done.stderr, "message")
        expect(os.path.exists(a.socket + "2"), False, "its socket is gone")


def test_second_agent_on_the_socket_is_refused():
    with Agent() as a:
        done = subprocess.run([os.path.join(BUILD, "spp_agent"), "--listen", "127.0.0.1:0"],
                              env=a.env, text=True, capture_output=True, timeout=10, check=False)
        expect(done.returncode, 1, "exit code")
        expect_in(f"agent.sock: in use by pid {a.proc.pid}", done.stderr, "message")
        expect(a.list()["agent"], True, "the first one still serves")


def test_stale_socket_is_replaced_and_mode_is_0600():
    with Agent() as a:
        a.proc.kill()
        a.proc.wait()
        expect(os.path.exists(a.socket), True, "stale socket")
        os.unlink(a.log_path)
        a.start()
        expect(os.stat(a.socket).st_mode & 0o777, 0o600, "mode")
        expect(a.list()["agent"], True, "served")


def test_a_file_that_is_no_socket_is_left_alone():
    with Agent(start=False) as a:
        with open(a.socket, "w", encoding="utf-8") as f:
            f.write("precious")
        done = subprocess.run([os.path.join(BUILD, "spp_agent"), "--listen", "127.0.0.1:0"],
                              env=a.env, text=True, capture_output=True, timeout=10, check=False)
        expect(done.returncode, 1, "exit code")
        expect_in("is not a socket", done.stderr, "message")
        expect(os.path.getsize(a.socket), 8, "the file")


def test_signals_end_it_in_order():
    for number in (signal.SIGINT, signal.SIGTERM):
        with Agent() as a:
            p = a.connected(1)
            expect(a.stop(number), 0, "exit code")
            expect(os.path.exists(a.socket), False, "its socket")
            wait_for("the end of the connection", p.ended.is_set)


def test_command_lines_are_checked():
    with Agent(start=False) as a:
        for program, words, part in (
                ("spp_agent", ["--listen", "5555"], "IP:PORT"),
                ("spp_agent", ["--listen", "localhost:5555"], "IP:PORT"),
                ("spp_agent", ["--listen", "127.0.0.1:99999"], "IP:PORT"),
                ("spp_agent", ["--dance"], "--help"), ("spp_agent", ["x"], "--help"),
                ("spp_agent", ["--timeout", "0"], "1 to 600"),
                ("spp_agent", ["--socket", "/" + "x" * 200], "characters"),
                ("sppctl", [], "ls, status"), ("sppctl", ["dance"], "ls, status"),
                ("sppctl", ["send", "vf1"], "send NAME FILE"), ("sppctl", ["status", "vf0"], "vf1"),
                ("sppctl", ["status", "vf300"], "vf255"), ("sppctl", ["watch", "-i", "x"], "seconds"),
                ("sppctl", ["--socket", "/" + "x" * 200, "ls"], "characters")):
            done = subprocess.run([os.path.join(BUILD, program), *words], env=a.env, text=True,
                                  capture_output=True, timeout=10, check=False)
            wanted = (2,) if program == "sppctl" else (1, 2)
            expect(done.returncode in wanted, True, f"exit code {done.returncode} of {words}")
            expect_in(part, done.stderr, f"message of {program} {words}")
        for program in ("spp_agent", "sppctl"):
            done = subprocess.run([os.path.join(BUILD, program), "--help"], text=True,
                                  capture_output=True, timeout=10, check=False)
            expect((done.returncode, done.stdout[:6]), (0, "usage:"), f"{program} --help")


def main():
    pattern = sys.argv[1] if len(sys.argv) > 1 else ""
    failed = 0
    for name, case in list(globals().items()):
        if not name.startswith("test_") or pattern not in name:
            continue
        name = name.removeprefix("test_")
        try:
            case()
            print(f"ok {name}", flush=True)
        except Exception as e:  # one case must not take the others with it
            failed += 1
            print(f"not ok {name}: {type(e).__name__}: {e}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
