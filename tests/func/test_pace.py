# SPDX-License-Identifier: BSD-3-Clause
"""spp-pace: how long a spp_vf waits before it is tried again, by the number of its sleeps."""

import os
import subprocess

from bench import BUILD
from spplib import SppTest

SCRIPT = os.path.join(BUILD, "config", "systemd", "spp-pace")
A_SECOND = 5  # sleeps
SLEEP = "#!/bin/sh\necho \"$1\" >>'{0}/slept'\n[ ! -e '{0}/then' ] || . '{0}/then'\n"


class Pace(SppTest):
    def setUp(self):
        super().setUp()
        self.dir = self.b.path("sockets")
        os.makedirs(self.b.path("bin"))
        with open(self.b.path("bin/sleep"), "w", encoding="utf-8") as f:
            f.write(SLEEP.format(self.b.dir))
        os.chmod(self.b.path("bin/sleep"), 0o755)

    def pace(self, *args):
        """How often it has slept."""
        log = self.b.path("slept")
        if os.path.exists(log):
            os.unlink(log)
        done = subprocess.run(["sh", SCRIPT, *args], check=False, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, env={
                                  "PATH": f"{self.b.path('bin')}:{os.environ['PATH']}", "SPP_RUN_DIR": self.dir})
        self.assertEqual((done.returncode, done.stdout), (0, ""))
        if not os.path.exists(log):
            return 0
        with open(log, encoding="ascii") as f:
            slept = f.read().split()
        self.assertEqual(set(slept), {"0.2"})
        return len(slept)

    def primary(self):
        """Another one."""
        os.makedirs(self.dir, exist_ok=True)
        path = f"{self.dir}/primary.sock"
        with open(path + ".new", "w", encoding="ascii"):
            pass
        os.rename(path + ".new", path)

    def test_each_try_waits_longer_up_to_5_s(self):
        for prepare in (lambda: None, self.primary):
            prepare()
            self.assertEqual([self.pace("1") // A_SECOND for _ in range(8)], [0, 1, 2, 3, 4, 5, 5, 5])

    def test_each_spp_vf_counts_for_itself(self):
        self.assertEqual([self.pace("1"), self.pace("1"), self.pace("2")], [0, A_SECOND, 0])

    def test_another_primary_ends_the_wait(self):
        self.primary()
        for _ in range(4):
            self.pace("1")
        with open(self.b.path("then"), "w", encoding="utf-8") as f:  # at the third look
            f.write(f"[ $(wc -l <'{self.b.dir}/slept') != 3 ] || "
                    f"{{ echo >'{self.dir}/new'; mv '{self.dir}/new' '{self.dir}/primary.sock'; }}\n")
        self.assertEqual(self.pace("1"), 3)
        os.unlink(self.b.path("then"))
        self.primary()
        self.assertEqual([self.pace("1"), self.pace("1")], [0, A_SECOND], "it counts from the beginning")

    def test_a_primary_that_comes_or_goes_is_another_one(self):
        self.pace("1")
        self.primary()
        self.assertEqual(self.pace("1"), 0)
        os.unlink(f"{self.dir}/primary.sock")
        self.assertEqual(self.pace("1"), 0)

    def test_one_that_ran_is_started_again_at_once(self):
        self.primary()
        for _ in range(3):
            self.pace("1")
        self.assertEqual(self.pace("--well", "1"), 0)
        self.assertEqual(os.listdir(self.dir), ["primary.sock"])
        self.assertEqual(self.pace("1"), 0)

    def test_a_file_that_is_none_of_its_own_is_no_matter(self):
        os.makedirs(self.dir)
        for text in ("", "\n", "x none\n", "9999999999 none\n", "-1 none\n", "07 none\n"):
            with open(f"{self.dir}/vf-1.tries", "w", encoding="utf-8") as f:
                f.write(text)
            self.assertLessEqual(self.pace("1"), 5 * A_SECOND, text)
        os.unlink(f"{self.dir}/vf-1.tries")
        os.mkdir(f"{self.dir}/vf-1.tries")
        self.assertEqual(self.pace("1"), 0)
