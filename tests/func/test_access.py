# SPDX-License-Identifier: BSD-3-Clause
"""Who may do what: the controller is somebody we trust, the local sockets have two groups, and paths
are as long as they may be."""

import json
import os
import pwd
import socket
import stat
import subprocess
import threading
import time

from agentlib import SUCCESS, Agent
from bench import program
from controller import Controller, local
from ctllib import Ctl
from impostor import NOBODY, Impostor, ask_as, sppctl_as
from proc import CPU_TOOLS, wait_for
from spplib import SppTest, commands

PROCESS, STATUS, CLEAR = (commands({"command": c}) for c in ("process", "status", "clear"))
READERS, ADMINS = 42424, 42425  # groups, by number as chown(1) takes them
RUN_DIR_MAX = 94


class Controllers(SppTest):
    """A local user who listens where a controller would."""

    def vf_of(self, address, *args):
        """A spp_vf; one primary for all addresses of a case."""
        b = self.b
        if b.primary_proc is None:
            b.primary(["net_null0"])
        else:
            b.vfs[1].kill()
        return b.vf(1, args=["-s", address, *args], wait=False)

    def test_one_at_a_path_is_heard_only_if_it_is_root_or_the_same_user(self):
        b = self.b
        os.chmod(b.run_dir, 0o777)
        impostor = Impostor(b, "unix", f"{b.run_dir}/control.sock")
        vf = self.vf_of(impostor.address)
        vf.wait_log(rf"controller \S+control.sock: refused, trying on: it is uid {NOBODY}, not root "
                    "or the user of this process")
        self.assertEqual(impostor.heard(), "", "nothing was said to it")
        self.assertTrue(vf.alive(), "it was not obeyed")
        wait_for("status", lambda: not b.vf_status()["controller"]["connected"])
        self.assertLess(vf.text().count("refused, trying on"), 3)
        impostor.close()
        os.unlink(impostor.address)
        ctl = Ctl(b, listen=impostor.address)
        wait_for("spp_agent to have it", lambda: ctl.states().get("vf1") == "connected", 5)
        self.assertEqual(stat.S_IMODE(os.stat(impostor.address).st_mode), 0o600)
        self.assertIn("vf1", ctl.ok("plug", "vhost0", "00:11:22:33:44:55"))

    def test_of_those_by_tcp_only_who_is_named_is_heard(self):
        b = self.b
        for where in ("127.0.0.1", "::1"):
            impostor = Impostor(b, "tcp", where)
            vf = self.vf_of(impostor.address, "--controller-user", "daemon")
            daemon = pwd.getpwnam("daemon").pw_uid
            vf.wait_log(rf"refused, trying on: it is uid {NOBODY}, not root or uid {daemon}")
            self.assertEqual(impostor.heard(), "")
            self.assertTrue(vf.alive())
            impostor.close()
        # root is always heard, and so is who is named
        for uid in (0, daemon):
            there = Impostor(b, "tcp", uid=uid)
            vf = self.vf_of(there.address, "--controller-user", "daemon")
            vf.wait_log("exit: the controller asked for it")
            self.assertEqual(vf.wait(), 0)
            there.close()

    def test_by_tcp_alone_whoever_listens_is_heard_and_named(self):
        there = Impostor(self.b, "tcp")
        vf = self.vf_of(there.address)
        vf.wait_log(rf"spp_vf1: warning: controller \S+: whoever listens there controls this process: "
                    rf"it is uid {NOBODY}, not root \(--controller-user says who it is to be\)")
        self.assertEqual(vf.wait(), 0, "as it always was")
        self.assertIn("success", there.heard())
        there.close()
        root = Controller()
        self.b.closers.append(root.close)
        vf = self.vf_of(root.address)
        root.wait(1)
        self.assertNotIn("whoever listens", vf.text())

    def test_who_listens_first_and_then_lets_root_listen_is_not_taken_for_root(self):
        """The connection waits, or was taken, and who listens meanwhile is another."""
        impostor = Impostor(self.b, "tcp")
        vf = self.vf_of(impostor.address, "--controller-user", "root")
        vf.wait_log(rf"refused, trying on: it is uid {NOBODY}")
        impostor.close()
        root = Controller(impostor.port)
        self.b.closers.append(root.close)
        root.wait(1, 5)
        self.assertTrue(vf.alive())

    def test_the_agent_hears_at_a_path_only_root_and_its_own_user(self):
        b = self.b
        path = f"{b.run_dir}/control.sock"
        ctl = Ctl(b, listen=path)
        os.chmod(path, 0o666)  # whatever was done to the file
        self.assertIn(ask_as(path, PROCESS), ("", "BrokenPipeError", "ConnectionResetError"))
        ctl.agent.wait_log(rf"pid \d+, uid {NOBODY} at \S+control.sock is refused")
        self.assertEqual(ctl.states(), {})

    def refused(self, *args, pattern):
        done = subprocess.run([program("spp_vf"), "--", "--process-id", "1", *args], text=True,
                              env={**os.environ, **self.b.env}, stderr=subprocess.PIPE,
                              stdout=subprocess.DEVNULL, timeout=10, check=False)
        self.assertGreater(done.returncode, 0)
        self.assertRegex(done.stderr, pattern)

    def test_what_cannot_be_checked_is_refused(self):
        self.refused("-s", "10.0.0.1:5555", "--controller-user", "root", pattern="this host only")
        self.refused("--controller-user", "root", pattern="of which controller")
        self.refused("-s", "127.0.0.1:5555", "--controller-user", "no-such-user",
                     pattern="no-such-user: no such user")
        self.refused("-s", "/" + "x" * 107, pattern="108 characters .*107")


class Groups(SppTest):
    @classmethod
    def prepare(cls, b):
        b.env.update(SPP_RUN_GROUP=str(READERS), SPP_ADMIN_GROUP=str(ADMINS))
        cls.ctl = Ctl(b)
        b.primary(["net_null0"], args=["-s", cls.ctl.address])
        b.vf(1, args=["-s", cls.ctl.address])
        cls.ctl.wait("primary", "vf1")

    def sockets(self, kind):
        return [f"{self.b.run_dir}/{name}.{kind}" for name in ("primary", "vf-1")]

    def test_modes_and_owners(self):
        for path in (*self.sockets("sock"), *self.sockets("look"), self.ctl.socket):
            info = os.stat(path)
            group = READERS if path.endswith("look") else ADMINS
            self.assertEqual((info.st_uid, info.st_gid, stat.S_IMODE(info.st_mode)),
                             (0, group, 0o660), path)

    def test_who_may_ask_what(self):
        """As nobody, as each group (primary and supplementary), as root."""
        people = {"nobody": {}, "reader": {"gid": READERS}, "reader too": {"groups": [READERS]},
                  "admin": {"gid": ADMINS}, "admin too": {"groups": [ADMINS]},
                  "root": {"uid": 0, "gid": 0}}
        for who, ids in people.items():
            admin, reader = who.startswith(("admin", "root")), who.startswith(("reader", "root"))
            for path in self.sockets("sock"):
                for message in (PROCESS, STATUS, CLEAR):
                    answer = ask_as(path, message, **ids)
                    self.assertEqual("success" in answer, admin, (who, path, message, answer[:200]))
            for path in self.sockets("look"):
                for message in (PROCESS, STATUS):
                    self.assertEqual("success" in ask_as(path, message, **ids), reader,
                                     (who, path, message))
                self.assertNotIn("success", ask_as(path, CLEAR, **ids), (who, path))
            answer = ask_as(self.ctl.socket, {"request": "ls"}, **ids)
            self.assertEqual("success" in answer, admin, (who, answer[:200]))
            for request in ("ls", "history"):
                answer = ask_as(self.agent_look(), {"request": request}, **ids)
                self.assertEqual("success" in answer, reader, (who, request, answer[:200]))

    def agent_look(self):
        return self.ctl.socket.removesuffix(".sock") + ".look"

    def test_a_reader_asks_the_agent_who_changed_what_and_nothing_else(self):
        self.assertEqual(stat.S_IMODE(os.stat(self.agent_look()).st_mode), 0o660)
        for request in ({"request": "status", "to": "vf1"}, {"request": "send", "to": "vf1"},
                        {"request": "change", "to": "vf1", "change": "unplug", "port": "vhost0"},
                        {"request": "x"}, {}):
            answer = ask_as(self.agent_look(), request, gid=READERS)
            self.assertIn('"error"', answer, request)
            if request.get("to"):
                self.assertIn("this socket takes ls and history", answer)
        self.assertNotIn("uid 65534", self.ctl.agent.text(), "no lines by who may only look")
        # their places are theirs: sppctl goes on
        held = []
        for _ in range(40):
            s = socket.socket(socket.AF_UNIX)
            held.append(s)
            s.connect(self.agent_look())
            s.sendall(b'{"request"')
        self.ctl.ok("ls")
        self.assertIn("success", ask_as(self.agent_look(), {"request": "ls"}, gid=READERS))
        for s in held:
            s.close()

    def test_what_a_reader_may_not_is_said(self):
        for path in self.sockets("look"):
            for message in (commands({"command": "clear"}), commands({"command": "clear",
                                                                      "port": "nic0"})):
                self.assertIn("unknown command(clear): this socket takes process and status",
                              str(local(path, message)))
            for text in ("clear\n", "exit\n", "component stop x\n", "launch 2 x\n"):
                self.assertNotIn("succe", str(local(path, text)))
            self.assertNotIn("success", str(local(path, commands({"command": "exit"}))))
        self.assertNotIn("refused", self.b.primary_proc.text(), "no lines by who may only look")

    def test_a_mode_that_was_opened_lets_nobody_in(self):
        for path in (*self.sockets("sock"), *self.sockets("look"), self.ctl.socket):
            before = stat.S_IMODE(os.stat(path).st_mode)
            os.chmod(path, 0o666)
            try:
                self.assertNotIn("success", ask_as(path, PROCESS))
                self.assertNotIn("success", ask_as(path, {"request": "ls"}))
            finally:
                os.chmod(path, before)

    def sppctl(self, *words, **ids):
        return sppctl_as(program("sppctl"), self.ctl.env, words, **ids)

    def test_sppctl_looks_as_a_reader_and_changes_as_an_admin(self):
        for words in (["status"], ["ls"], ["topo", "-i", "0"], ["check", "-i", "0"], ["dump"],
                      ["status", "vf1"], ["top", "--seconds", "0.3", "-i", "0.2"]):
            code, out, err = self.sppctl(*words, gid=READERS)
            self.assertEqual(code, 0, (words, out, err))
        code, _, err = self.sppctl("clear", gid=READERS)
        self.assertEqual(code, 3, err)
        self.assertIn("SPP_ADMIN_GROUP", err)
        code, _, err = self.sppctl("plug", "vhost0", "00:11:22:33:44:55", gid=READERS)
        self.assertEqual(code, 3, err)
        self.assertIn("agent.sock: Permission denied (it is for root and SPP_ADMIN_GROUP)", err)
        code, _, err = self.sppctl("capture", "nic0", "--for", "0.1", gid=READERS)
        self.assertEqual(code, 1, err)
        self.assertIn("only root and the group in SPP_ADMIN_GROUP may see packets", err)
        code, _, err = self.sppctl("capture", "nic0", "--for", "0.1", gid=ADMINS)
        self.assertEqual((code, "captured " in err), (0, True), err)
        for words in (["plug", "vhost0", "00:11:22:33:44:55"], ["clear"], ["unplug", "vhost0"]):
            code, out, err = self.sppctl(*words, gid=ADMINS)
            self.assertEqual(code, 0, (words, out, err))

    def test_monitoring_without_rights_does_not_know(self):
        for more in ([], ["--json"]):
            code, out, err = self.sppctl("check", *more)
            self.assertEqual((code, err), (3, ""), out)
            self.assertIn("UNKNOWN", out)
            self.assertNotIn("CRITICAL", out)
        self.assertIn("uid 65534 may not ask who is in", out)
        os.chmod(self.b.run_dir, 0o700)
        try:
            code, out, _ = self.sppctl("check")
            self.assertEqual((code, out.split(":")[0]), (3, "SPP UNKNOWN"))
        finally:
            os.chmod(self.b.run_dir, 0o755)

    def test_a_group_that_does_not_exist_is_refused(self):
        for variable in ("SPP_RUN_GROUP", "SPP_ADMIN_GROUP"):
            for argv in (["spp_primary", "--", "-p", "1", "-n", "4"],
                         ["spp_vf", "--", "--process-id", "2"], ["spp_agent"]):
                done = subprocess.run(
                    [program(argv[0]), *argv[1:]], text=True, stderr=subprocess.PIPE,
                    stdout=subprocess.DEVNULL, timeout=10, check=False,
                    env={**os.environ, **self.b.env, variable: "no-such-group"})
                self.assertGreater(done.returncode, 0)
                self.assertIn(f"{variable} no-such-group: no such group", done.stderr)


class WithoutGroups(SppTest):
    def test_sockets_are_roots_and_there_is_none_for_looking(self):
        self.b.primary(["net_null0"])
        self.b.vf(1)
        self.assertEqual(sorted(os.listdir(self.b.run_dir)), ["primary.sock", "vf-1.sock", "vf-1.tap"])
        for name in os.listdir(self.b.run_dir):
            self.assertEqual(stat.S_IMODE(os.stat(f"{self.b.run_dir}/{name}").st_mode), 0o600)


class RunDirectory(SppTest):
    """SPP_RUN_DIR: as long as its sockets' names allow, and not a character more."""

    def directory(self, length):
        path = f"{self.b.dir}/{'r' * (length - len(self.b.dir) - 1)}"
        self.assertEqual(len(path), length)
        return path

    def test_at_the_limit_all_programs_find_each_other(self):
        b = self.b
        b.env["SPP_RUN_DIR"] = path = self.directory(RUN_DIR_MAX)
        ctl = Ctl.__new__(Ctl)
        ctl.b, ctl.args, ctl.address = b, [], f"{path}/control.sock"
        ctl.socket, ctl.env = f"{path}/agent.sock", {**os.environ, **b.env, "LC_ALL": "C.UTF-8"}
        ctl.start()
        b.primary(["net_null0", "net_null1"], rings=8, args=["-s", ctl.address], wait=False)
        wait_for("the primary", lambda: local(f"{path}/primary.sock", PROCESS), 20)
        for number in (1, 255):
            b.vf(number, ids=[0, 2 * (number % 8), 2 * (number % 8) + 1], config=False,
                 args=["-s", ctl.address], wait=False)
            wait_for(f"vf{number}", lambda n=number: local(f"{path}/vf-{n}.sock", PROCESS), 20)
        ctl.wait("primary", "vf1", "vf255")
        code, out, err = ctl.run("check", "-i", "0")
        self.assertEqual((code, err), (0, ""), out)
        self.assertIn("vf255", ctl.ok("status"))

    def test_beyond_it_each_says_so_and_does_not_start(self):
        argvs = (["spp_primary", "--no-pci", "--vdev", "net_null0", "-m", "256", "--file-prefix",
                  self.b.new_prefix("long"), "--", "-p", "1", "-n", "4"],
                 ["spp_vf", "--proc-type=secondary", "--file-prefix", self.b.new_prefix("none"),
                  "--", "--process-id", "1"],
                 ["spp_agent", "--listen", "127.0.0.1:0"], ["sppctl", "ls"], ["sppctl", "check"])
        for length in (RUN_DIR_MAX + 1, 107, 108, 200):
            path = self.directory(length)
            for argv in argvs:
                done = subprocess.run([program(argv[0]), *argv[1:]], text=True, timeout=20,
                                      env={**os.environ, "SPP_RUN_DIR": path}, check=False,
                                      stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
                self.assertIn(done.returncode, (1, 2), (argv, done.stdout))
                self.assertIn(f"has {length} characters (at most {RUN_DIR_MAX}", done.stdout, argv)
                self.assertNotIn("CRITICAL", done.stdout)
            self.assertFalse(os.path.exists(path))
            self.assertFalse(os.path.exists(path[:107]), "nor a part of it")


class VhostSockets(SppTest):
    VHOSTS = 48

    def test_at_no_moment_may_others_connect(self):
        """With a umask that forbids nothing: modes and owners as they are seen from outside."""
        b = self.b
        seen, done = set(), threading.Event()

        def watch():
            """Each socket from the moment it is there; the fastest loop there is."""
            os.sched_setaffinity(threading.get_native_id(), {CPU_TOOLS})
            for n in range(self.VHOSTS):
                path = b.sock(n)
                last = None
                while not done.is_set():
                    try:
                        info = os.stat(path)
                    except OSError:
                        if last is not None:
                            break
                        continue
                    now = (stat.S_IMODE(info.st_mode), info.st_gid)
                    seen.add(now)
                    if now[1] == ADMINS and now[0] == 0o660:
                        break
                    last = now
        thread = threading.Thread(target=watch)
        thread.start()
        try:
            b.primary(["net_null0"], rings=2 * self.VHOSTS)
            mask = os.umask(0)
            try:
                b.vf(1, config=b.vf_config(1, num_vhost=self.VHOSTS, vhost_group="games"))
            finally:
                os.umask(mask)
        finally:
            time.sleep(0.2)
            done.set()
            thread.join()
        for mode, gid in seen:
            self.assertEqual(mode & 0o007, 0, f"open to all: {seen}")
            if gid == 0:
                self.assertEqual(mode & 0o070, 0, f"open to root's group: {seen}")
        self.assertGreater(len(seen), 0)


class TwoFamilies(SppTest):
    def test_dual_stack_in_any_order_and_what_is_within_another_is_named(self):
        with Agent() as first:
            port = first.ports[0]  # free as soon as this one ends
        for words in (("0.0.0.0", "[::]"), ("[::]", "0.0.0.0"), ("127.0.0.1", "[::1]"),
                      ("[::]", "127.0.0.1")):
            with Agent(start=False) as a:
                a.argv = [w for word in words for w in ("--listen", f"{word}:{port}")]
                a.start(2)
                a.ports = [port]
                a.connected(1)
                self.assertEqual(a.send("vf1", commands({"command": "flush"}))[0], 0)
        with Agent(start=False) as a:
            a.argv = ["--listen", f"[::]:{port}"]
            a.start()
            a.connected(1)  # by IPv4, as it always was
        for words in (("0.0.0.0", "127.0.0.1"), ("127.0.0.1", "127.0.0.1"), ("[::]", "[::1]")):
            argv = [w for word in words for w in ("--listen", f"{word}:{port}")]
            done = subprocess.run([program("spp_agent"), *argv, "--socket", self.b.path("a.sock")],
                                  text=True, capture_output=True, timeout=10, check=False)
            self.assertGreater(done.returncode, 0)
            self.assertIn(f"--listen {words[1]}:{port}: is within --listen {words[0]}:{port}",
                          done.stderr)

    def test_only_who_is_in_the_way_is_named(self):
        """Somebody listens at the same port of another address."""
        with Agent() as a:
            done = subprocess.run([program("spp_agent"), "--listen", f"[::1]:{a.ports[0]}",
                                   "--socket", self.b.path("a.sock"), "--help"], check=False)
            self.assertEqual(done.returncode, 0)
            with Agent(start=False) as other:
                other.argv = ["--listen", f"127.0.0.2:{a.ports[0]}"]
                other.start()
                self.assertEqual(other.list()["agent"], True)


class FakeProcesses(SppTest):
    """Nothing of the data plane: what `sppctl check` is told, and what it says."""

    def test_figures_of_64_nics_are_not_cut(self):
        nics = [{"port": f"nic{n}", "link": True, "holder": 0, "rx_packets": 10 ** 12 + n,
                 "tx_packets": 10 ** 12 + n, "rx_missed": 0} for n in range(32)]
        with Agent(start=False) as a:
            a.local("primary.sock", {"status": {**SUCCESS, "info": {"process": 0, "nic": nics}}})
            for n in range(1, 17):
                a.local(f"vf-{n}.sock", {"status": {**SUCCESS, "info": {
                    "process": n, "drops": {"no_entry": 10 ** 12}}}})
            code, out, _ = a.ctl("check", "-i", "0")
            self.assertEqual(code, 0, out)
            figures = dict(f.split("=") for f in out.split("|")[1].split())
            self.assertEqual(len(figures), 2 * 32 + 16 + 1)
            self.assertEqual(figures["nic31_tx"], f"{10 ** 12 + 31}c")
            self.assertEqual((figures["vf16_drops"], figures["vfs"]), (f"{10 ** 12}c", "16"))
            shown = json.loads(a.ctl("check", "-i", "0", "--json")[1])["figures"]
            self.assertEqual(shown, out.split("|")[1].strip())
