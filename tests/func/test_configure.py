# SPDX-License-Identifier: BSD-3-Clause
"""What `meson setup` refuses, and with which words."""

import os
import re
import subprocess

from bench import TREE
from spplib import SppTest


class Configure(SppTest):
    def configure(self, version):
        """meson setup beside a DPDK that says it is of that release; (exit code, output)"""
        def pkg_config(*words):
            return subprocess.run(["pkg-config", *words, "libdpdk"], stdout=subprocess.PIPE,
                                  text=True, check=True).stdout.strip()

        with open(f"{pkg_config('--variable=pcfiledir')}/libdpdk.pc", encoding="utf-8") as f:
            text = re.sub(r"(?m)^Version: .*", f"Version: {version}", f.read())
        with open(self.b.path("libdpdk.pc"), "w", encoding="utf-8") as f:
            f.write(text)
        done = subprocess.run(["meson", "setup", self.b.path(f"build-{version}")], cwd=TREE,
                              env={**os.environ, "PKG_CONFIG_PATH": self.b.dir},
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              check=False)
        return done.returncode, done.stdout

    def test_a_dpdk_that_nobody_has_tried_is_refused(self):
        for version in ("21.11.9", "23.03.0", "25.11.1"):
            code, said = self.configure(version)
            self.assertEqual(code, 1, said)
            self.assertIn(f"DPDK {version} is not one that spp-event knows: it needs 22.11, 23.11, "
                          "24.11", said)

    def test_another_point_release_is_taken(self):
        self.assertEqual(self.configure("24.11.99")[0], 0)
