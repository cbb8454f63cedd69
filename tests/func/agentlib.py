# SPDX-License-Identifier: BSD-3-Clause
"""What the tests of spp_agent and sppctl share: the real spp_agent, and fake processes around it.

Used by test_agent.py, test_sppctl.py and test_sppctl_look.py, which are programs of their own: they
need no data plane, no hugepages and no root rights.
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

from bench import program
from proc import wait_for

SUCCESS = {"results": [{"result": "success"}]}
FLUSH = {"commands": [{"command": "flush"}]}
SIZE_MAX = 4 * 1024 * 1024  # of one message


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
        self.commands = []
        self.server = socket.socket(socket.AF_UNIX)
        self.server.bind(path)
        self.server.listen(8)
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self):
        with contextlib.suppress(OSError):
            while True:
                conn, _ = self.server.accept()
                command = json.loads(conn.recv(4096))["commands"][0]
                self.commands.append(command)
                reply = self.replies[command["command"]]
                if reply is not None:  # None: it is asked, and does not answer
                    conn.sendall(json.dumps(reply).encode())
                conn.recv(1)  # until the other side closes: this one does not
                conn.close()

    def close(self):
        """The thread first: else it might accept on whatever has the descriptor next."""
        self.server.shutdown(socket.SHUT_RDWR)
        self.thread.join(5)
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
            self.proc = subprocess.Popen([program("spp_agent"), *self.argv],
                                         env=self.env, stderr=log, stdin=subprocess.DEVNULL)
        wait_for("the agent to be ready", lambda: "ready for sppctl" in self.log())
        self.ports = [int(line.rpartition(":")[2]) for line in self.log().splitlines()
                      if "listening on" in line][-listeners:]

    def log(self):
        if not os.path.exists(self.log_path):
            return ""
        with open(self.log_path, encoding="utf-8") as log:
            return log.read()

    def logged(self, *parts):
        """Until its log has them all: a thread of its own writes it, maybe after the reply."""
        for part in parts:
            wait_for(f"{part!r} in the log", lambda p=part: p in self.log())

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

    def ctl(self, *words, text=None, deadline=30.0, env=None):
        """(exit code, standard output, standard error) of sppctl."""
        done = subprocess.run([program("sppctl"), *words], env={**self.env, **(env or {})},
                              text=True,
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

    def connections(self):
        """Of sppctl: each from its connect() until the agent has closed its end."""
        connected = ("02", "03")  # not yet accepted; accepted
        with open("/proc/net/unix", encoding="utf-8") as sockets:
            lines = [line.split() for line in sockets]
        return sum(fields[5] in connected and fields[-1] == self.socket for fields in lines)

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


def main(cases):
    """Run the cases among these names whose name holds the first argument; the exit code."""
    pattern = sys.argv[1] if len(sys.argv) > 1 else ""
    failed = 0
    for name, case in list(cases.items()):
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
