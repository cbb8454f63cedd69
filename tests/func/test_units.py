# SPDX-License-Identifier: BSD-3-Clause
"""What `meson install` puts where, and the systemd units: verified, generated, told when ready."""

import os
import shutil
import signal
import socket
import subprocess

from bench import BUILD
from proc import run, wait_for
from spplib import SppTest

UNITS = ["spp-hugepages.service", "spp_primary.service", "spp_agent.service"]
UNIT_DIR = "lib/systemd/system"
GENERATOR = "lib/systemd/system-generators/spp-generator"


class Installed(SppTest):
    @classmethod
    def prepare(cls, b):
        cls.root = b.path("root")
        run("meson", "install", "-C", BUILD, "--no-rebuild", "--destdir", cls.root)

    def setUp(self):
        super().setUp()
        self.conf = self.path("etc/spp")
        self.out = self.b.path("generated")
        for directory in (self.conf, self.out, self.path("etc/systemd/system")):
            shutil.rmtree(directory, ignore_errors=True)
        os.makedirs(self.conf)
        for name in ("normal", "early", "late"):
            os.makedirs(f"{self.out}/{name}")

    def path(self, *parts):
        return os.path.join(self.root, *parts)

    def write(self, path, text=""):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)

    def example(self, name):
        found = [os.path.join(d, name) for d, _, files in os.walk(self.root)
                 if name in files and d.endswith("spp-event/examples")]
        with open(found[0], encoding="utf-8") as f:
            return f.read()

    def generate(self):
        """(what was generated, relative to its three directories; what was said)"""
        said = run(self.path(GENERATOR), f"{self.out}/normal", f"{self.out}/early",
                   f"{self.out}/late", self.root)
        return sorted(os.path.relpath(os.path.join(d, f), self.out)
                      for d, _, files in os.walk(self.out) for f in files), said

    def generated(self, name):
        with open(f"{self.out}/late/{name}", encoding="utf-8") as f:
            return f.read()

    def test_everything_is_where_it_belongs_and_nothing_is_enabled(self):
        for name in UNITS:
            self.assertTrue(os.path.isfile(self.path(UNIT_DIR, name)), name)
        self.assertTrue(os.access(self.path(GENERATOR), os.X_OK))
        for directory, folders, files in os.walk(self.root):
            self.assertEqual([d for d in folders if d.endswith(".wants")], [], directory)
            for name in files:
                path = os.path.join(directory, name)
                self.assertFalse(os.path.islink(path), path)
                if not directory.endswith("bin"):
                    with open(path, encoding="utf-8") as f:
                        self.assertNotRegex(f.read(), "@(bindir|confdir|docdir|libexecdir)@", path)

    def test_units_verify(self):
        """With the machine's own units beside them, those of the generator included."""
        for name in ("primary.conf", "agent.conf", "vf-1.conf", "vf-2.conf"):
            self.write(f"{self.conf}/{name}", self.example(name))
        self.generate()
        units = self.b.path("verify")
        shutil.copytree(self.root, units, symlinks=True)
        for place in (f"{self.out}/late", "/lib/systemd/system"):
            shutil.copytree(place, f"{units}/{UNIT_DIR}", symlinks=True, dirs_exist_ok=True)
        names = [*UNITS, "spp_vf-1.service", "spp_vf-2.service"]
        self.assertEqual(run("systemd-analyze", "verify", f"--root={units}", *names), "")
        # ... and it would complain
        with open(f"{units}/{UNIT_DIR}/spp_vf-1.service", "a", encoding="utf-8") as f:
            f.write("Colour=blue\n")
        self.assertIn("Colour", run("systemd-analyze", "verify", f"--root={units}", *names,
                                    check=False))

    def test_one_unit_for_each_file_with_a_good_name(self):
        for n in ("1", "2", "99", "100", "255"):
            self.write(f"{self.conf}/vf-{n}.conf", "SPP_VF_OPTIONS=\n")
        bad = ["0", "256", "01", "x", "", "1a", "-1", "1000", "1;reboot", "$(reboot)"]
        for n in bad:
            self.write(f"{self.conf}/vf-{n}.conf", "SPP_START=yes\n")
        self.write(f"{self.conf}/vf-3.conf~")
        self.write(f"{self.conf}/vf-4.conf.dpkg-old")
        os.makedirs(f"{self.conf}/vf-5.conf")
        files, said = self.generate()
        self.assertEqual(files, sorted(f"late/spp_vf-{n}.service"
                                       for n in ("1", "2", "99", "100", "255")))
        for n in bad:
            self.assertIn(f"vf-{n}.conf: not used", said)
        self.assertIn("--process-id 99 ", self.generated("spp_vf-99.service"))

    def test_without_files_nothing_is_made(self):
        self.assertEqual(self.generate(), ([], ""))
        shutil.rmtree(self.conf)
        self.assertEqual(self.generate(), ([], ""))

    def test_a_unit_of_the_site_wins(self):
        """networking-spp's devstack writes spp_vf-1.service itself."""
        for n in (1, 2):
            self.write(f"{self.conf}/vf-{n}.conf", "SPP_START=yes\n")
        self.write(self.path("etc/systemd/system/spp_vf-1.service"), "[Service]\n")
        files, said = self.generate()
        self.assertEqual(files, ["late/spp_primary.service.wants/spp_vf-2.service",
                                 "late/spp_vf-2.service"])
        self.assertIn("spp_vf-1.service: there is one already", said)

    def test_only_what_is_to_start_is_wanted_by_the_primary(self):
        for n, text in enumerate(("SPP_START=yes", 'SPP_START="true"', "SPP_START=no", "",
                                  "#SPP_START=yes", "SPP_START=yes\nSPP_START=no"), 1):
            self.write(f"{self.conf}/vf-{n}.conf", text + "\n")
        files, _ = self.generate()
        wanted = [f for f in files if "wants" in f]
        self.assertEqual(wanted, [f"late/spp_primary.service.wants/spp_vf-{n}.service"
                                  for n in (1, 2)])
        for path in wanted:
            self.assertTrue(os.path.exists(f"{self.out}/{path}"), "a link that leads somewhere")

    def test_what_the_units_promise(self):
        self.write(f"{self.conf}/vf-1.conf")
        self.generate()
        vf = self.generated("spp_vf-1.service")
        with open(self.path(UNIT_DIR, "spp_primary.service"), encoding="utf-8") as f:
            primary = f.read()
        for text in (vf, primary):
            for line in ("Type=notify", "Restart=on-failure"):
                self.assertIn(f"\n{line}\n", text)
            self.assertNotIn("\nPrivateTmp=", text)
            self.assertNotIn("RuntimeDirectory", text, "DPDK would put its files there")
        for line in ("Requires=spp_primary.service", "After=spp_primary.service",
                     "Environment=SPP_STATE_DIR=/var/lib/spp"):
            self.assertIn(f"\n{line}\n", vf)

    def hugepages(self, wanted, have=10):
        """Run the script on a made-up /proc; (exit code, output, pages afterwards)."""
        proc = self.b.path("sys/proc")
        shutil.rmtree(self.b.path("sys"), ignore_errors=True)
        self.write(f"{proc}/sys/vm/nr_hugepages", f"{have}\n")
        self.write(f"{proc}/mounts", "nodev /dev/hugepages hugetlbfs rw 0 0\n")
        script = next(os.path.join(d, "spp-hugepages") for d, _, files in os.walk(self.root)
                      if "spp-hugepages" in files)
        done = subprocess.run([script], env={**os.environ, "SPP_SYS_ROOT": self.b.path("sys"),
                                             "SPP_HUGEPAGES": wanted,
                                             "SPP_HUGE_DIR": "/dev/hugepages"},
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              check=False)
        with open(f"{proc}/sys/vm/nr_hugepages", encoding="utf-8") as f:
            return done.returncode, done.stdout, f.read().strip()

    def test_hugepages_are_added_never_taken(self):
        self.assertEqual(self.hugepages("512")[::2], (0, "512"))
        self.assertEqual(self.hugepages("5")[::2], (0, "10"))
        self.assertEqual(self.hugepages("0")[::2], (0, "10"))
        for bad in ("many", "-1", "5;reboot"):
            code, said, have = self.hugepages(bad)
            self.assertEqual((code, have), (1, "10"))
            self.assertIn(f"SPP_HUGEPAGES={bad} is not a number", said)


class Notifies(SppTest):
    """Type=notify: READY=1 when it works, whether or not there is a controller."""

    def listen(self, name):
        path = self.b.path(f"notify-{name}")
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        sock.bind(path)
        sock.settimeout(20)
        self.addCleanup(sock.close)
        self.b.env["NOTIFY_SOCKET"] = path
        return sock

    def test_ready_and_stopping_without_a_controller(self):
        nowhere = ["-s", "127.0.0.1:1"]
        primary = self.listen("primary")
        self.b.primary(["net_null0"], args=nowhere, wait=False)
        self.assertEqual(primary.recv(100), b"READY=1")
        vf = self.listen("vf")
        self.b.vf(1, args=nowhere, wait=False)
        self.assertEqual(vf.recv(100), b"READY=1")
        self.assertEqual(self.b.vf_status(1)["process"], 1, "ready means: answers")
        for proc, sock in ((self.b.vfs[1], vf), (self.b.primary_proc, primary)):
            self.assertEqual(proc.stop(signal.SIGTERM), 0)
            self.assertEqual(sock.recv(100), b"STOPPING=1")

    def test_nobody_listening_is_no_matter(self):
        for path in ("/nonexistent/socket", "@spp-nobody", "x" * 200, ""):
            self.b.env["NOTIFY_SOCKET"] = path
            self.b.primary(["net_null0"])
            self.assertEqual(self.b.primary_proc.stop(signal.SIGTERM), 0)
            wait_for("its end", lambda: not self.b.primary_proc.alive())
