# SPDX-License-Identifier: BSD-3-Clause
"""The socket for captures of a spp_vf as it is (include/spp/capture.h): good and bad requests."""

import contextlib
import os
import socket
import struct
import subprocess
import tempfile
import time

from bench import program

MAGIC = 0x53505404
REPLY = 8 + 512
NIC0, VHOST0, VHOST1, RING0 = 0, 32, 33, 112
# enum spp_capture_kind
R_RX, R_TX, R_THROUGH, R_DROP_RX, R_DROP_TX, R_DROP_INNER, R_COUNTS, R_END = range(8)
R_STAGE, R_TABLE = 8, 9


def ports(*ids):
    bits = bytearray(78)
    for one in ids:
        bits[one // 8] |= 1 << one % 8
    return bytes(bits)


def request(*ids, magic=MAGIC, snaplen=96, nb=0, reasons=0, rx=1, tx=1, every=0, trace=0):
    return struct.pack("<IIIIIBBBB78s2x", magic, snaplen, nb, reasons, trace, rx, tx, every, 0,
                       ports(*ids))


def insn(code, jt=0, jf=0, k=0):
    return struct.pack("<HBBI", code, jt, jf, k)


def begin(path, what):
    """Ask; (socket, error number, text)."""
    s = socket.socket(socket.AF_UNIX)
    s.settimeout(10)
    s.connect(path)
    s.sendall(what)
    reply = s.recv(REPLY, socket.MSG_WAITALL)
    return s, struct.unpack_from("<Ii", reply)[1], reply[8:].split(b"\0")[0].decode()


def record(kind, port=0, data=b"", reason=0, captured=None, ahead_s=0, number=0):
    """struct spp_capture_record, and what is behind it."""
    return struct.pack("<QIIHBBHHI4x", time.time_ns() + ahead_s * 10**9, len(data),
                       len(data) if captured is None else captured, port, kind, reason, 0, 0,
                       number) + data


@contextlib.contextmanager
def counterfeits(test, nb, *words, command="capture"):
    """sppctl capture (or trace), which takes us for the first `nb` spp_vf: (process, a socket for each)."""
    with contextlib.ExitStack() as stack:
        run_dir = stack.enter_context(tempfile.TemporaryDirectory())
        names = [f"vf-{number + 1}" for number in range(nb)]
        servers = [stack.enter_context(socket.socket(socket.AF_UNIX)) for _ in names]
        for name in ("primary", *names):
            os.symlink(f"{test.b.run_dir}/{name}.sock", f"{run_dir}/{name}.sock")
        for name, server in zip(names, servers):
            server.bind(f"{run_dir}/{name}.tap")
            server.listen()
            server.settimeout(10)
        proc = stack.enter_context(subprocess.Popen(
            [program("sppctl"), command, *words], text=True, stdin=subprocess.DEVNULL,
            env={**os.environ, **test.b.env, "SPP_RUN_DIR": run_dir}, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE))
        stack.callback(proc.kill)
        peers = []
        for server in servers:
            peers.append(stack.enter_context(server.accept()[0]))
            peers[-1].settimeout(10)
            peers[-1].recv(len(request()), socket.MSG_WAITALL)
            peers[-1].sendall(struct.pack("<Ii", MAGIC, 0) + bytes(512))
        yield proc, peers
