# SPDX-License-Identifier: BSD-3-Clause
"""What `meson install` puts where, and the systemd units: verified, generated, told when ready."""

import contextlib
import os
import shutil
import signal
import socket
import time

from bench import BUILD
from proc import frozen, run, wait_for
from spplib import FLUSH, SppTest, commands, component
from test_order import worker_thread

UNITS = ["spp-hugepages.service", "spp_primary.service", "spp_mirror.service", "spp_agent.service",
         "spp_monitor.service"]
UNIT_DIR = "lib/systemd/system"
GENERATOR = "lib/systemd/system-generators/spp-generator"


class Installed(SppTest):
    @classmethod
    def prepare(cls, b):
        cls.root = b.path("root")
        os.makedirs(f"{cls.root}/lib")
        os.makedirs(f"{cls.root}/usr")
        os.symlink("../lib", f"{cls.root}/usr/lib")  # one and the same, as in Debian
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

    def test_the_acceptance_test_has_all_it_needs(self):
        """As installed, without the tree."""
        for folder, _, files in os.walk(self.root):
            if folder.endswith("examples/site"):
                self.assertIn("usage: run.py", run("python3", "-B", f"{folder}/run.py", "--help"))
                self.assertTrue(os.access(f"{folder}/run.py", os.X_OK))
                return
        self.fail("it is not installed")

    def test_units_verify(self):
        """With the machine's own units beside them, those of the generator included."""
        for name in ("common.conf", "primary.conf", "agent.conf", "vf-1.conf", "vf-2.conf",
                     "mirror.conf", "pcap-9.conf"):
            self.write(f"{self.conf}/{name}", self.example(name))
        self.generate()
        units = self.b.path("verify")
        shutil.copytree(self.root, units, symlinks=True)
        for place in (f"{self.out}/late", "/lib/systemd/system"):
            shutil.copytree(place, f"{units}/{UNIT_DIR}", symlinks=True, dirs_exist_ok=True)
        names = [*UNITS, "spp_vf-1.service", "spp_vf-2.service", "spp_pcap-9.service"]
        self.assertEqual(run("systemd-analyze", "verify", f"--root={units}", *names), "")
        # ... and it would complain
        with open(f"{units}/{UNIT_DIR}/spp_vf-1.service", "a", encoding="utf-8") as f:
            f.write("Colour=blue\n")
        self.assertIn("Colour", run("systemd-analyze", "verify", f"--root={units}", *names,
                                    check=False))

    def test_with_the_examples_all_meet_at_a_socket_of_roots_and_know_who_may_look(self):
        for name in ("vf-1.conf", "vf-2.conf"):
            self.write(f"{self.conf}/{name}", self.example(name))
        self.generate()
        with open(self.path(UNIT_DIR, "spp_agent.service"), encoding="utf-8") as f:
            agent = f.read()
        with open(self.path(UNIT_DIR, "spp_primary.service"), encoding="utf-8") as f:
            primary = f.read()
        for text in (agent, self.example("agent.conf")):  # without that file, and with it
            self.assertIn("SPP_AGENT_OPTIONS=--listen /run/spp/control.sock", text)
        for name in ("primary.conf", "vf-1.conf", "vf-2.conf"):
            self.assertRegex(self.example(name), r"_OPTIONS=.* -s /run/spp/control.sock")
        for unit in (agent, primary, self.generated("spp_vf-1.service")):
            self.assertRegex(unit, r"(?m)^EnvironmentFile=-\S*/common.conf$")
        self.assertIn("CAP_CHOWN", agent)  # to give its socket to a group

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

    def started(self, text, encoding="utf-8"):
        """Whether vf-1 with that file starts by itself; what the generator says."""
        shutil.rmtree(self.out)
        for name in ("normal", "early", "late"):
            os.makedirs(f"{self.out}/{name}")
        with open(f"{self.conf}/vf-1.conf", "w", encoding=encoding) as f:
            f.write(text + "\n")
        files, said = self.generate()
        return any("wants" in f for f in files), said

    def test_yes_and_no_as_systemd_reads_them(self):
        for text in ("SPP_START = yes", "  SPP_START=yes  ", "SPP_START=YES\r", "SPP_START='on'",
                     'SPP_START="1"', "SPP_START=true"):
            self.assertEqual(self.started(text), (True, ""), text)
        for text in ("SPP_START=no", "SPP_START=", "SPP_START = off", "SPP_START=False"):
            self.assertEqual(self.started(text), (False, ""), text)

    def test_what_is_neither_is_said(self):
        for value in ("yes  # always", "yess", "2", "yes no"):
            wanted, said = self.started(f"SPP_START={value}")
            self.assertFalse(wanted)
            self.assertIn(f"vf-1.conf: SPP_START={value} is neither yes nor no", said)

    def test_a_byte_order_mark_is_said(self):
        wanted, said = self.started("# a comment\nSPP_START=yes", "utf-8-sig")
        self.assertTrue(wanted)
        self.assertIn("vf-1.conf: begins with a byte order mark", said)
        self.assertFalse(self.started("SPP_START=yes", "utf-8-sig")[0])
        os.unlink(f"{self.conf}/vf-1.conf")
        with open(f"{self.conf}/primary.conf", "w", encoding="utf-8-sig") as f:
            f.write("SPP_HUGEPAGES=512\n")
        self.assertIn("primary.conf: begins with a byte order mark", self.generate()[1])

    def test_what_the_units_promise(self):
        self.write(f"{self.conf}/vf-1.conf")
        self.generate()
        vf = self.generated("spp_vf-1.service")
        with open(self.path(UNIT_DIR, "spp_primary.service"), encoding="utf-8") as f:
            primary = f.read()
        for text in (vf, primary):
            for line in ("Type=notify", "Restart=on-failure", "RestartPreventExitStatus=2"):
                self.assertIn(f"\n{line}\n", text)
            self.assertNotIn("\nPrivateTmp=", text)
            self.assertNotIn("RuntimeDirectory", text, "DPDK would put its files there")
        for line in ("PartOf=spp_primary.service", "After=spp_primary.service",
                     "Environment=SPP_STATE_DIR=/var/lib/spp"):
            self.assertIn(f"\n{line}\n", vf)


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

    def beats(self, sock, seconds):
        """How often WATCHDOG=1 comes within that time."""
        end, nb = time.monotonic() + seconds, 0
        while (left := end - time.monotonic()) > 0:
            sock.settimeout(left)
            try:
                nb += sock.recv(100) == b"WATCHDOG=1"
            except TimeoutError:
                break
        return nb

    @contextlib.contextmanager
    def caught(self, pid, tid):
        """A worker stands still where it is not asleep: asleep it has nothing to do."""
        for _ in range(2000):
            with frozen(tid):
                with open(f"/proc/{pid}/task/{tid}/syscall", encoding="ascii") as call:
                    if call.read().startswith("-1 "):
                        yield
                        return
            time.sleep(0.001)  # it has to get somewhere
        self.fail("it was always asleep")

    def test_a_watchdog_hears_nothing_of_who_stands_still(self):
        self.b.env["WATCHDOG_USEC"] = "10000000"
        self.b.start_controller()
        primary, vf = self.listen("primary"), None
        self.b.primary(["net_null0"])
        vf = self.listen("vf")
        proc = self.b.vf(1)
        # A null device always has packets: that worker is never asleep.
        self.send_ok(self.b.controller[1], commands(
            component(2, "forward", ["nic0"], ["ring0"]), component(3, "forward", ["ring0"], ["nic0"]),
            FLUSH))
        self.assertGreater(self.beats(vf, 4), 1)
        self.assertGreater(self.beats(primary, 3), 1)
        with self.caught(proc.pid, worker_thread(proc.pid, 2)):
            self.beats(vf, 2.5)  # what was before
            self.assertEqual(self.beats(vf, 3), 0)
        self.assertGreater(self.beats(vf, 4), 1)

    def test_nobody_watches_by_itself(self):
        primary = self.listen("primary")
        self.b.primary(["net_null0"])
        self.assertEqual(primary.recv(100), b"READY=1")
        self.assertEqual(self.beats(primary, 2.5), 0)

    def test_nobody_listening_is_no_matter(self):
        for path in ("/nonexistent/socket", "@spp-nobody", "x" * 200, ""):
            self.b.env["NOTIFY_SOCKET"] = path
            self.b.primary(["net_null0"])
            self.assertEqual(self.b.primary_proc.stop(signal.SIGTERM), 0)
            wait_for("its end", lambda: not self.b.primary_proc.alive())
