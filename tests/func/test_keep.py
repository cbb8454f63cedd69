# SPDX-License-Identifier: BSD-3-Clause
"""spp-keep: what the running primary was started with is kept, and a spp_vf runs from it alone."""

import os
import subprocess

from bench import BUILD, program
from proc import run
from spplib import SppTest


class Keep(SppTest):
    @classmethod
    def prepare(cls, b):
        root = b.path("root")
        run("meson", "install", "-C", BUILD, "--no-rebuild", "--destdir", root)
        cls.script = next(os.path.join(d, "spp-keep") for d, _, files in os.walk(root)
                          if "spp-keep" in files)

    def keep(self, *args, vf=None):
        """(exit code, what it said, the folder)"""
        folder = self.b.path("running")
        done = subprocess.run([self.script, *args], check=False, text=True, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              env={**os.environ, "SPP_KEEP_DIR": folder,
                                   "SPP_KEEP_VF": vf or program("spp_vf")})
        return done.returncode, done.stdout, folder

    def libraries(self, folder):
        """Of DPDK, as spp_vf from the folder would have them."""
        text = subprocess.run(["ldd", f"{folder}/spp_vf"], check=True, text=True,
                              stdout=subprocess.PIPE,
                              env={**os.environ, "LD_LIBRARY_PATH": f"{folder}/lib"}).stdout
        return [line.split()[2] for line in text.splitlines() if "librte_" in line]

    def test_program_libraries_and_drivers_are_kept(self):
        for _ in range(2):  # the second finds the first's
            code, said, folder = self.keep()
            self.assertEqual((code, said), (0, ""))
        self.assertEqual(sorted(os.listdir(folder)), ["lib", "spp_mirror", "spp_vf", "version"])
        with open(f"{folder}/version", encoding="utf-8") as f:
            self.assertEqual(f.read(), run(program("spp_vf"), "--", "--version"))
        libraries = self.libraries(folder)
        self.assertGreater(len(libraries), 8)
        for path in libraries:
            self.assertTrue(path.startswith(f"{folder}/lib/"), path)
        drivers = [os.path.join(d, name) for d, _, files in os.walk(f"{folder}/lib/dpdk")
                   for name in files if name.startswith("librte_event_sw.so")]
        self.assertTrue(drivers)
        # ... and the name by which another driver asks for a bus leads to the same file
        bus = next(n for n in os.listdir(f"{folder}/lib") if n.startswith("librte_bus_vdev.so."))
        real = os.path.realpath(f"{folder}/lib/{bus}")
        self.assertTrue(real.startswith(f"{folder}/lib/dpdk/"), real)

    def test_it_is_dropped(self):
        _, _, folder = self.keep()
        self.assertEqual(self.keep("--drop")[:2], (0, ""))
        self.assertFalse(os.path.exists(folder))
        self.assertEqual(self.keep("--drop")[:2], (0, ""))

    def test_what_does_not_run_is_not_kept(self):
        """Nothing old is left either: it would be of another build than the primary that starts."""
        self.assertEqual(self.keep()[0], 0)
        code, said, folder = self.keep(vf="/bin/true")
        self.assertEqual(code, 1)
        self.assertIn("/bin/true: no librte_eal among its libraries: a spp_vf that dies after an "
                      "upgrade will not come back", said)
        self.assertEqual([n for n in os.listdir(self.b.dir) if n.startswith("running")], [])

    def test_the_units_use_it(self):
        with open(f"{os.path.dirname(self.script)}/spp-keep", encoding="utf-8") as f:
            folder = next(line.split(":-")[1].rstrip("}\n") for line in f
                          if line.startswith("dir="))
        units = {}
        for directory, _, files in os.walk(self.b.path("root")):
            for name in files:
                if name in ("spp_primary.service", "spp-generator"):
                    with open(os.path.join(directory, name), encoding="utf-8") as f:
                        units[name] = f.read()
        self.assertRegex(units["spp_primary.service"], r"(?m)^ExecStartPre=-\S+/spp-keep$")
        self.assertRegex(units["spp_primary.service"], r"(?m)^ExecStopPost=-\S+/spp-keep --drop$")
        self.assertIn(f"\nEnvironment=LD_LIBRARY_PATH={folder}/lib\n", units["spp-generator"])
        self.assertIn(f"\nBindReadOnlyPaths=-{folder}/lib/dpdk:", units["spp_primary.service"])
        for what in ("spp_vf:", "lib/dpdk:"):
            self.assertIn(f"\nBindReadOnlyPaths=-{folder}/{what}", units["spp-generator"])
