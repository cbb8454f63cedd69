# SPDX-License-Identifier: BSD-3-Clause
"""One call of a program under test fails, the n-th: the side of a test of tests/tools/spp_fail.c.

    faults = Faults(b)
    with faults.preloaded(): b.vf(1)    started with it
    faults.arm(7)                       the seventh call from now on fails
    faults.failed()                     its name, or None: there were fewer
"""

import contextlib
import mmap
import os
import struct

from bench import program

NEVER = 0xffffffff


class Faults:
    def __init__(self, b, name="faults"):
        self.b = b
        self.path = b.path(name)
        with open(self.path, "wb") as f:
            f.write(bytes(4096))
        with open(self.path, "r+b") as f:
            self.memory = mmap.mmap(f.fileno(), 4096)
        b.closers.append(self.memory.close)

    @contextlib.contextmanager
    def preloaded(self):
        before = dict(self.b.env)
        self.b.env.update(LD_PRELOAD=program("tests/tools/libspp_fail.so"),
                          SPP_FAIL_FILE=self.path)
        try:
            yield
        finally:
            self.b.env.clear()
            self.b.env.update(before)

    def arm(self, n):
        """Fail the n-th call from now on; NEVER: only count."""
        self.memory[4:64] = bytes(60)
        self.memory[0:4] = struct.pack("<I", n)

    def disarm(self):
        """How many calls there were, and the name of the one that failed or None."""
        self.memory[0:4] = bytes(4)
        return self.count(), self.failed()

    def count(self):
        return struct.unpack("<I", self.memory[4:8])[0]

    def failed(self):
        return self.memory[8:64].split(b"\0")[0].decode() or None
