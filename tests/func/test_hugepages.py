# SPDX-License-Identifier: BSD-3-Clause
"""spp-hugepages: how many pages it reserves, what it gives back, where it mounts and where it does not.

Numbers are those of a made-up /proc and /sys; mounts are real ones, in a mount namespace that ends with the script.
"""

import os
import shutil
import subprocess

from bench import BUILD
from spplib import SppTest

SCRIPT = os.path.join(BUILD, "config", "systemd", "spp-hugepages")
NODE = "sys/devices/system/node/node{}/hugepages/hugepages-{}kB/nr_hugepages"
# A kernel that has so many pages and no more.
CAT = '#!/bin/sh\nn=$(/bin/cat "$@") || exit\n[ "$n" -le {0} ] && echo "$n" || echo {0}\n'


class Hugepages(SppTest):
    def setUp(self):
        super().setUp()
        self.sys = self.b.path("sys")
        self.dir = self.b.path("pages")
        os.makedirs(self.dir)
        self.machine()

    def write(self, path, text):
        os.makedirs(os.path.dirname(f"{self.sys}/{path}"), exist_ok=True)
        with open(f"{self.sys}/{path}", "w", encoding="utf-8") as f:
            f.write(f"{text}\n")

    def read(self, path="proc/sys/vm/nr_hugepages"):
        with open(f"{self.sys}/{path}", encoding="utf-8") as f:
            return int(f.read())

    def machine(self, have=10, kb=2048, nodes=()):
        shutil.rmtree(self.sys, ignore_errors=True)
        self.write("proc/meminfo", f"MemTotal: 1 kB\nHugepagesize:    {kb} kB")
        self.write("proc/sys/vm/nr_hugepages", have)
        for number, pages in enumerate(nodes):
            self.write(NODE.format(number, kb), pages)

    def has_only(self, most):
        path = self.b.path("bin/cat")
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as f:
            f.write(CAT.format(most))
        os.chmod(path, 0o755)
        return {"PATH": f"{os.path.dirname(path)}:{os.environ['PATH']}"}

    def script(self, pages="0", directory="", env=None, times=1):
        """(exit code, output, mounts of hugetlbfs afterwards below our folder)"""
        look = f"sed -n 's|^[^ ]* \\({self.b.dir}[^ ]*\\) hugetlbfs .*|mounted \\1|p' /proc/mounts"
        line = "; ".join([f"sh {SCRIPT}"] * times) + f"; code=$?; {look}; exit $code"
        done = subprocess.run(["unshare", "--mount", "sh", "-c", line],
                              env={**os.environ, "SPP_SYS_ROOT": self.sys, "SPP_HUGEPAGES": pages,
                                   "SPP_HUGE_DIR": directory, **(env or {})},
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, check=False)
        lines = done.stdout.splitlines()
        mounts = [line.split()[1] for line in lines if line.startswith("mounted ")]
        return done.returncode, "\n".join(x for x in lines if not x.startswith("mounted ")), mounts

    # -- numbers ----------------------------------------------------------------------------------

    def test_pages_are_added_never_taken(self):
        for wanted, then in (("512", 512), ("5", 10), ("0", 10), ("", 10)):
            self.machine()
            code, said, _ = self.script(wanted)
            self.assertEqual((code, self.read()), (0, then), said)
            self.assertIn(f"{then} hugepages of 2 MB", said)

    def test_what_is_no_number_is_refused(self):
        for bad in ("many", "-1", "5;reboot", "5,", ",5", "1,,2", "5 5", "9" * 20):
            code, said, _ = self.script(bad)
            self.assertEqual((code, self.read()), (1, 10))
            self.assertIn(f"SPP_HUGEPAGES={bad} is not a number", said)

    def test_what_is_not_enough_is_given_back(self):
        code, said, _ = self.script("512", env=self.has_only(214))
        self.assertEqual((code, self.read()), (1, 10))
        self.assertIn("214 of 512 hugepages of 2 MB could be reserved on this host, and were given "
                      "back: memory is short or fragmented", said)

    def test_pages_of_1_gb_are_named(self):
        self.machine(have=1, kb=1048576)
        self.assertIn("4 hugepages of 1 GB", self.script("4")[1])
        code, said, _ = self.script("9", env=self.has_only(5))
        self.assertEqual((code, self.read()), (1, 4))
        self.assertIn("5 of 9 hugepages of 1 GB", said)

    def test_pages_of_each_memory_node(self):
        self.machine(nodes=(10, 0))
        code, said, _ = self.script("5,256")
        self.assertEqual((code, self.read(NODE.format(0, 2048)), self.read(NODE.format(1, 2048))),
                         (0, 10, 256), said)
        self.machine(nodes=(10, 0))
        code, said, _ = self.script("100,256", env=self.has_only(200))
        self.assertEqual((code, self.read(NODE.format(0, 2048)), self.read(NODE.format(1, 2048))),
                         (1, 10, 0), said)
        self.assertIn("200 of 256 hugepages of 2 MB could be reserved on memory node 1", said)
        code, said, _ = self.script("100,100,100")
        self.assertEqual((code, self.read(NODE.format(0, 2048))), (1, 10))
        self.assertIn("there is no memory node 2", said)

    # -- mounts -----------------------------------------------------------------------------------

    def test_one_mount_however_the_directory_is_written(self):
        os.symlink(self.dir, self.b.path("link"))
        os.makedirs(self.b.path("pag.s"))  # a dot is no wild card: "pages" beside it is another one
        for written, real in ((self.dir, self.dir), (self.dir + "/", self.dir),
                              (self.b.path("link"), self.dir), (self.b.path("x/../pages/."), self.dir),
                              (self.b.path("pag.s"), self.b.path("pag.s")),
                              (self.b.path("new/one"), self.b.path("new/one"))):
            code, said, mounts = self.script(directory=written, times=3)
            self.assertEqual((code, mounts), (0, [real]), said)
        self.assertIn(f"SPP_HUGE_DIR={self.b.path('link')} is {self.dir}: use that for --huge-dir",
                      self.script(directory=self.b.path("link"))[1])

    def test_a_dot_is_no_wild_card(self):
        other = self.b.path("pag.s")
        line = f"mount -t hugetlbfs nodev {self.dir} && SPP_HUGE_DIR={other} sh {SCRIPT} && stat -f -c %T {other}"
        done = subprocess.run(["unshare", "--mount", "sh", "-c", line], text=True,
                              env={**os.environ, "SPP_SYS_ROOT": self.sys, "SPP_HUGEPAGES": "0"},
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=True)
        self.assertEqual(done.stdout.splitlines()[-1], "hugetlbfs")

    def test_nothing_is_hidden_by_a_mount(self):
        with open(f"{self.dir}/rtemap_0", "w", encoding="ascii"):
            pass
        code, said, mounts = self.script(directory=self.dir)
        self.assertEqual((code, mounts), (1, []))
        self.assertIn(f"{self.dir}: is not empty and no hugetlbfs", said)

    def test_what_dpdk_cannot_use_is_refused(self):
        code, said, mounts = self.script(directory=self.b.path("two words"))
        self.assertEqual((code, mounts), (1, []))
        self.assertIn("two words: DPDK cannot use a directory with a blank", said)
        code, said, _ = self.script(directory="pages")
        self.assertEqual(code, 1)
        self.assertIn("SPP_HUGE_DIR=pages: must be a whole path", said)
