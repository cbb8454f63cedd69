# SPDX-License-Identifier: BSD-3-Clause
"""spp_agent as a black box: who is there, requests, replies, and peers that misbehave.

A program of its own: BUILD_DIR=build /usr/bin/python3 tests/func/test_agent.py [PATTERN]
prints one line per case (ok NAME / not ok NAME: reason).
"""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time

from agentlib import FLUSH, SIZE_MAX, SUCCESS, Agent, expect, expect_in, main, raw_request, read_all
from bench import TREE, program
from proc import wait_for


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
        expect_in(f"listens on 127.0.0.1:{a.ports[0]} 127.0.0.1:{a.ports[1]}", a.ctl("ls")[1], "ls")
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
        a.logged("also connects")


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
        a.logged("made room", "vf2 connected")
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
        with Agent(timeout=1) as a:
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
                [program("sppctl"), "send", "vf1",
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


def test_client_that_does_not_read_blocks_nobody():
    # As bytes: to make six of them anew takes longer than the agent waits, on a busy machine.
    reply = json.dumps({"results": [{"result": "success"}] * 60000}).encode()
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
        wait_for("the agent to have closed both", lambda: a.connections() == 1)
        gate.set()
        expect(json.loads(read_all(third))["reply"]["echo"], len(b'{"aaaaaaaa": 1}'), "its reply")
        expect(len(p.requests), 2, "requests the process got")


def test_bad_requests_to_the_agent_are_explained():
    with Agent() as a:
        for request, part in ((b"ls\n", "not a JSON object"),
                              ({"request": "dance"}, "ls, status, send"),
                              ({"request": "send"}, "without"), (b"{]}", "not JSON"),
                              ({"request": "status", "to": "vf999"}, "vf999: no such process")):
            reply = json.loads(read_all(raw_request(a, request)))
            expect((reply["result"], reply["code"]), ("error", "invalid"), f"{request!r}")
            expect_in(part, reply["message"], f"{request!r}")
        too_long = b'{"x":"' + b"y" * (SIZE_MAX + 1) + b'"}'
        client = raw_request(a, {"request": "send", "to": "vf1"}, too_long)
        expect_in("longer than", json.loads(read_all(client))["message"], "5 million bytes")


# -- starting and ending ----------------------------------------------------------------------


def test_port_taken_names_the_holder():
    with Agent() as a:
        done = subprocess.run([program("spp_agent"), "--socket", a.socket + "2",
                               "--listen", f"127.0.0.1:{a.ports[0]}"], env=a.env, text=True,
                              capture_output=True, timeout=10, check=False)
        expect(done.returncode, 1, "exit code")
        expect_in(f"127.0.0.1:{a.ports[0]}: port in use by pid {a.proc.pid} (spp_agent)",
                  done.stderr, "message")
        expect(os.path.exists(a.socket + "2"), False, "its socket is gone")


def free_port():
    with socket.socket(socket.AF_INET6) as s:
        s.bind(("::", 0))
        return s.getsockname()[1]


def greeted(host, port):
    """Whether spp_agent takes the connection and asks who is there."""
    with socket.create_connection((host, port), timeout=5) as s:
        return s.recv(10) != b""


def test_both_families_on_one_port():
    for any4, any6, hosts in (("0.0.0.0", "[::]", ("127.0.0.1", "::1")),
                              ("127.0.0.1", "[::]", ("127.0.0.1", "::1")),
                              ("127.0.0.1", "[::1]", ("127.0.0.1", "::1"))):
        for order in (1, -1):
            port = free_port()
            with Agent(start=False) as a:
                a.argv = [word for address in (any4, any6)[::order]
                          for word in ("--listen", f"{address}:{port}")]
                a.start(2)
                for host in hosts:
                    expect(greeted(host, port), True, f"{a.argv}, {host}")


def test_ipv6_alone_serves_both():
    port = free_port()
    with Agent(start=False) as a:
        a.argv = ["--listen", f"[::]:{port}"]
        a.start()
        for host in ("127.0.0.1", "::1"):
            expect(greeted(host, port), True, host)
        wait_for("its address", lambda: " 127.0.0.1:" in a.log())
        expect("::ffff:" in a.log(), False, a.log())


def test_what_cannot_be_right_is_2():
    with Agent() as a:
        for words, part in ((["--listen", "nowhere"], "not an address"),
                            (["--listen", "127.0.0.1:99999"], "not an address"),
                            (["--listen", "127.0.0.1:7", "--listen", "127.0.0.1:7"], "is within"),
                            (["--listen", "0.0.0.0:7", "--listen", "127.0.0.1:7"], "is within"),
                            (["--socket", "/tmp/" + 200 * "x"], "has 205 characters"),
                            (["--timeout", "soon"], "--timeout")):
            done = subprocess.run([program("spp_agent"), *words], env=a.env, text=True,
                                  capture_output=True, timeout=10, check=False)
            expect(done.returncode, 2, f"exit code of {words}: {done.stderr}")
            expect_in(part, done.stderr, f"{words}")


def test_second_agent_on_the_socket_is_refused():
    with Agent() as a:
        done = subprocess.run([program("spp_agent"), "--listen", "127.0.0.1:0"],
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
        done = subprocess.run([program("spp_agent"), "--listen", "127.0.0.1:0"],
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


if __name__ == "__main__":
    sys.exit(main(dict(globals())))
