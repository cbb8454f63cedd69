# SPDX-License-Identifier: BSD-3-Clause
"""Somebody else on the host, as another user: one who listens where a controller would, or who asks
our sockets. Used by test_access.py; needs root, to become that user.
"""

import json
import os
import subprocess
import sys

NOBODY = 65534

# Takes connections, answers nothing, writes down what it was sent and says it on standard output.
LISTEN = """
import json, os, socket, sys, time
kind, where = sys.argv[1], sys.argv[2]
if kind == "unix":
    server = socket.socket(socket.AF_UNIX)
    server.bind(where)
else:
    server = socket.socket(socket.AF_INET6 if ":" in where else socket.AF_INET)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.bind((where, int(sys.argv[3])))
server.listen(16)
print(json.dumps(server.getsockname()), flush=True)
while True:
    conn, _ = server.accept()
    conn.settimeout(1)
    try:
        conn.sendall(b'{"commands": [{"command": "exit"}]}')
        print(json.dumps(conn.recv(65536).decode()), flush=True)
    except OSError as e:
        print(json.dumps(f"none: {e}"), flush=True)
    conn.close()
"""

ASK = """
import json, socket, sys
s = socket.socket(socket.AF_UNIX)
s.settimeout(3)
try:
    s.connect(sys.argv[1])
    s.sendall(sys.argv[2].encode())
    print(json.dumps(s.recv(1 << 20).decode()))
except OSError as e:
    print(json.dumps(f"{type(e).__name__}"))
"""


def as_user(argv, uid=NOBODY, gid=NOBODY, groups=(), **more):
    return subprocess.Popen(argv, user=uid, group=gid, extra_groups=list(groups), text=True,
                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, **more)


class Impostor:
    """Listens as another user; whoever calls is told to exit. address: as -s takes it."""

    def __init__(self, b, kind="tcp", where="127.0.0.1", port=0, uid=NOBODY):
        self.proc = as_user([sys.executable, "-c", LISTEN, kind, where, str(port)], uid=uid)
        b.closers.append(self.close)
        name = json.loads(self.proc.stdout.readline())
        self.port = name[1] if kind == "tcp" else None
        self.address = where if kind == "unix" else \
            f"[{where}]:{name[1]}" if ":" in where else f"{where}:{name[1]}"

    def heard(self):
        """What a caller has said to it; "" when it was left without an answer."""
        text = json.loads(self.proc.stdout.readline())
        return "" if text.startswith("none: ") else text

    def close(self):
        self.proc.kill()
        self.proc.communicate()


def ask_as(path, message, uid=NOBODY, gid=NOBODY, groups=()):
    """The reply a local socket gives to that user, "" or the name of the error."""
    with as_user([sys.executable, "-c", ASK, path, json.dumps(message)], uid, gid, groups) as proc:
        out, err = proc.communicate(timeout=10)
    if not out:
        raise AssertionError(err)
    return json.loads(out)


def sppctl_as(program, env, words, uid=NOBODY, gid=NOBODY, groups=()):
    """(exit code, standard output, standard error)"""
    with as_user([program, *words], uid, gid, groups, env={**os.environ, **env}) as proc:
        out, err = proc.communicate(timeout=20)
    return proc.returncode, out, err
