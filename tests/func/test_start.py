# SPDX-License-Identifier: BSD-3-Clause
"""What starts, and what does not and says what would be right."""

import glob
import grp
import os
import pwd
import shutil
import signal
import subprocess
import time

import scenario
import status
from agentlib import SUCCESS, LocalProcess
from bench import TREE, lcores, program
from proc import CPU_OURS, pin, wait_for
from spplib import FLUSH, SppTest, commands, component

WRONG, FAILED = 2, 1


def cores(mask):
    return [bit for bit in range(mask.bit_length()) if mask >> bit & 1]


class Starts(SppTest):
    def default_sockets(self, *numbers):
        """A VF without configuration has its sockets where SPP has them."""
        for number in numbers:
            path = f"/tmp/sock{number}"
            if os.path.exists(path):
                self.skipTest(f"{path} is somebody else's")
            self.b.janitor.add("path", path)

    def test_networking_spp_s_three_masks_start(self):
        """0x2, 0xfe and 0xfc02: three processes that all have lcore 1 as their main lcore."""
        self.b.start_controller()
        self.b.primary(["net_null0", "net_null1"], rings=8, mem=768, ids=cores(0x2))
        self.b.vf(1, ids=cores(0xfe), config=False)
        self.b.vf(2, ids=cores(0xfc02), config=False)
        self.default_sockets(0, 2)
        one, two = self.b.vf_status(1), self.b.vf_status(2)
        self.assertEqual(status.idle_cores(one), set(range(2, 8)))
        self.assertEqual(status.idle_cores(two), set(range(10, 16)))
        self.send_ok(self.b.controller[1], commands(
            component(2, "forward", ["nic0"], ["vhost0"]), FLUSH))
        self.send_ok(self.b.controller[2], commands(
            component(10, "forward", ["nic1"], ["vhost2"]), FLUSH))
        for number, port in ((1, "nic0"), (2, "nic1")):
            wait_for(f"{port} to forward", lambda n=number, p=port: status.port(
                self.b.vf_status(n), p)["rx_packets"] > 1000)
        self.assertEqual(set(self.b.stop().values()), {0})

    def test_two_nics_and_four_vhosts_fit_in_512_mb(self):
        self.b.start_controller()
        self.b.wire(0)
        self.b.wire(1)
        self.b.primary(rings=8, mem=512)
        self.b.vf(1)
        self.b.vf(2, ids=[0, 14, 15, 16, 17, 18])
        guests = [scenario.vm(self.b, i) for i in (0, 1)]
        for guest in guests:
            guest.start()
        scenario.send(self.b, *scenario.MESSAGES)
        for guest in guests:
            self.b.wires[0].ns.wait_ping(guest.address)
        for index in range(4):
            self.assertTrue(os.path.exists(self.b.sock(index)), f"socket of vhost{index}")

    def test_a_vf_without_config_makes_ports_on_first_use(self):
        self.b.start_controller()
        self.b.primary(["net_null0"])
        self.b.vf(1, config=False, args=["--idle-us", "200"])
        info = self.b.vf_status()
        self.assertEqual((info["num_vhost"], info["num_ring"]), (0, 0))
        self.assertEqual(info["on_first_use"], {"vhost": 64, "ring": 4})
        self.default_sockets(0)
        self.send_ok(self.b.controller[1], commands(
            component(2, "forward", ["nic0"], ["vhost0"]), FLUSH))
        self.assertEqual(self.b.vf_status()["vhost"], [0])
        # rings as long as the wiring uses them, as upstream's
        for ports, shown in ((["ring3", "ring1"], [1, 3]), (["ring3"], [3]), ([], [])):
            self.send_ok(self.b.controller[1], commands(
                component(3, "none"), component(3, "merge", ports), FLUSH))
            info = self.b.vf_status()
            self.assertEqual(info["ring"], shown)
            self.assertEqual([p["port"] for p in info["port"] if p["port"].startswith("ring")],
                             [f"ring{n}" for n in shown])
            self.assertEqual(self.b.controller[1].request("status")["info"]["ring"],
                             [str(n) for n in shown])
        self.assertTrue(os.path.exists("/tmp/sock0"))
        self.assertEqual(self.b.vfs[1].stop(), 0)
        self.assertFalse(os.path.exists("/tmp/sock0"))

    def test_primary_shows_its_nics_and_warns_once_of_workers_on_one_cpu(self):
        self.b.wire(0)
        self.b.primary(["net_null0"])
        nics = self.b.primary_status()["nic"]
        self.assertEqual([n["port"] for n in nics], ["nic0", "nic1"])
        for nic in nics:
            self.assertTrue(nic["promiscuous"], nic)
            self.assertIn("speed_mbps", nic)
            self.assertGreaterEqual(nic["rx_descriptors"], 64)
            self.assertRegex(nic["mac"], "^([0-9A-F]{2}:){5}[0-9A-F]{2}$")
        wait_for("link of nic0", lambda: self.b.primary_status()["nic"][0]["link"])
        log = self.b.vf(1).text()
        warned = [line for line in log.splitlines() if "CPU" in line and "worker" in line]
        self.assertEqual(len(warned), 1, log)

    def test_without_a_controller_it_starts_and_connects_when_one_comes(self):
        self.b.start_controller()
        address = self.b.controller.port
        self.b.controller.close()
        self.b.controller = None
        self.b.primary(["net_null0"], args=["-s", f"127.0.0.1:{address}"])
        self.b.vf(1, args=["-s", f"127.0.0.1:{address}"])
        self.b.controller = type(self.b.start_controller())(address)
        self.b.controller.wait(0, 3)
        self.b.controller.wait(1, 3)

    def test_the_primary_refuses_a_second_one_of_the_same_prefix(self):
        self.b.primary(["net_null0"])
        other = self.b.primary(["net_null0"], wait=False)
        self.assertNotEqual(other.wait(20), 0)
        self.assertEqual(self.b.primary_status()["process"], 0)


class Refuses(SppTest):
    """One message that says what would be right, and nothing left behind. Exit code 2 for what is
    as wrong at the next try (our units do not restart on it), 1 for what depends on others."""

    @classmethod
    def prepare(cls, b):
        b.start_controller()
        b.primary(["net_null0", "net_null1"], rings=8)
        b.vf(1)

    def refused(self, argv, pattern, code, deadline=20):
        done = subprocess.run([str(a) for a in argv], stdin=subprocess.DEVNULL, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=deadline,
                              env={**os.environ, **self.b.env}, errors="replace", check=False,
                              preexec_fn=lambda: pin(CPU_OURS))
        self.assertEqual(done.returncode, code, done.stdout)
        self.assertRegex(done.stdout, pattern)

    def vf(self, *args, pattern, ids=(0, 2, 3), prefix=None, code=WRONG):
        self.refused([program("spp_vf"), "--lcores", lcores(ids), "--no-pci", "--file-prefix",
                      prefix or self.b.prefix, "--proc-type=secondary", "--", *args], pattern, code)
        self.assertEqual(self.b.vf_status(1)["process"], 1, "the running VF")

    def primary(self, *args, pattern, vdev="net_null0", code=WRONG):
        self.refused([program("spp_primary"), "--lcores", lcores([1]), "--no-pci",
                      "--file-prefix", self.b.new_prefix(f"x{len(self.b.prefixes)}"), "-m", "256",
                      "--vdev", vdev, "--", *args], pattern, code)

    def test_primary_unknown_option(self):
        self.primary("-p", "0x1", "-n", "4", "--frobnicate", pattern="frobnicate")

    def test_primary_without_what_it_needs(self):
        self.primary("-n", "4", pattern="-p")

    def test_primary_with_absent_nic(self):
        self.primary("-p", "0x5", "-n", "4", pattern=r"(?s)2.*\b0\b", code=FAILED)

    def test_primary_with_bad_numbers(self):
        self.primary("-p", "zz", "-n", "4", pattern="zz")
        self.primary("-p", "0x1", "-n", "many", pattern="many")
        self.primary("-p", "0x1", "-n", "100000", pattern="512")
        self.primary("-p", "0x1", "-n", "4", "--mtu", "20", pattern="mtu")
        self.primary("-p", "0x1", "-n", "4", "--mtu", "9601", pattern="9600")
        self.primary("-p", "0x1", "-n", "4", "--max-vf", "99", pattern="1 to 1[56]")

    def test_primary_with_bad_address(self):
        for address in ("nowhere", "127.0.0.1", "127.0.0.1:0", "127.0.0.1:99999", ":5555"):
            self.primary("-p", "0x1", "-n", "4", "-s", address, pattern="(?i)port|address")

    def test_vf_unknown_option(self):
        self.vf("--process-id", "2", "--frobnicate", pattern="frobnicate")

    def test_vf_without_id_or_with_a_bad_one(self):
        self.vf(pattern="--process-id")
        for number in ("0", "256", "-1", "two"):
            self.vf("--process-id", number, pattern="255")

    def test_vf_with_guests_of_no_kind(self):
        for words in ("hostile", "vhost64=trusted", "vhost1", "vhost1=", "trusted=vhost1"):
            self.vf("--process-id", "2", "--guest", words, pattern=f"--guest {words}: must be .*trusted")

    def test_vf_id_that_is_taken(self):
        self.vf("--process-id", "1", pattern=rf"\b{self.b.vfs[1].pid}\b", code=FAILED)

    def test_vf_without_a_primary(self):
        prefix = self.b.new_prefix("none")
        self.vf("--process-id", "2", pattern="(?i)primary", prefix=prefix, code=FAILED)

    def test_vf_without_a_worker(self):
        self.vf("--process-id", "2", pattern="(?i)worker|lcore", ids=(0,))

    def test_eal_options_that_cannot_be_right(self):
        for words in (["--lcores", "999999"], ["-l", "many"], ["--frobnicate"]):
            self.refused([program("spp_primary"), *words, "--no-pci", "--file-prefix",
                          self.b.new_prefix(f"x{len(self.b.prefixes)}"), "--", "-p", "1", "-n",
                          "4"], "spp_primary: error: the EAL does not start", WRONG)

    def test_a_vf_that_shares_nothing_is_refused_by_name_and_at_once(self):
        for option in ("--in-memory", "--no-shconf", "--in-m"):
            begun = time.monotonic()
            self.refused([program("spp_vf"), "--lcores", lcores((0, 2)), "--no-pci",
                          "--file-prefix", self.b.prefix, "--proc-type=secondary", option, "--",
                          "--process-id", "2"], f"{option}.*memory of spp_primary", WRONG)
            self.assertLess(time.monotonic() - begun, 2)

    def test_a_primary_that_shares_nothing_is_refused_by_name(self):
        for words in (["--in-memory"], ["--no-shconf"], ["--huge-unlink"], ["--huge-unlink=always"],
                      ["--no-huge"], ["--legacy-mem"], ["--leg"]):
            prefix = self.b.new_prefix(f"x{len(self.b.prefixes)}")
            self.refused([program("spp_primary"), "--lcores", lcores([1]), "--no-pci",
                          "--file-prefix", prefix, "-m", "256", *words, "--vdev", "net_null0", "--",
                          "-p", "1", "-n", "4"], f"spp_primary: error: {words[0].split('=')[0]}.*leave it out", WRONG)
            self.assertEqual(glob.glob(f"/dev/hugepages/{prefix}map_*"), [])

    def test_a_vf_that_is_no_secondary(self):
        for words in ([], ["--proc-type=primary"]):
            self.refused([program("spp_vf"), "--lcores", lcores((0, 2)), "--no-pci",
                          "--file-prefix", self.b.prefix, *words, "--", "--process-id", "2"],
                         "--proc-type=secondary", WRONG)

    def config(self, text, pattern, code=WRONG):
        path = self.b.path("bad.json")
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        self.vf("--process-id", "2", "--config", path, pattern=pattern, code=code)

    def test_config_file_missing(self):
        self.vf("--process-id", "2", "--config", "/nonexistent.json", pattern="/nonexistent.json")

    def test_config_that_is_not_json(self):
        self.config("{", r"bad\.json")
        self.config("[]", "vfs")
        self.config('{"vfs": [\n{"name": "x", // comment\n"num_vhost": 1}]}',
                    r"(?s)line 2.*comment")

    def test_config_with_wrong_members(self):
        good = '"name": "x", "num_vhost": 1, "num_ring": 2, "first_vhost": 2'
        self.config('{"vfs": []}', "exactly one|one entry")
        self.config('{"vfs": [{%s}, {%s}]}' % (good, good), "exactly one|one entry")
        self.config('{"vfs": [{%s, "colour": 1}]}' % good, "colour")
        self.config('{"vfs": [{%s, "functions": []}]}' % good, "(?s)functions.*dynamic")
        self.config('{"vfs": [{"name": "x", "num_ring": 2}]}', "num_vhost")
        self.config('{"vfs": [{%s, "vhost_mode": "sideways"}]}' % good, "(?s)server.*client")
        self.config('{"vfs": [{%s, "vhost_path": "/tmp/sock"}]}' % good, "%u")
        self.config('{"vfs": [{%s, "vhost_group": "no-such-group"}]}' % good, "no-such-group")
        self.config('{"vfs": [{%s, "vhost_owner": "no-such-user"}]}' % good, "no-such-user")

    def test_config_that_asks_for_what_is_not_there(self):
        head = '"name": "x", "vhost_path": "%s/x%%u"' % self.b.dir
        self.config('{"vfs": [{%s, "num_vhost": 1, "num_ring": 100, "first_vhost": 2}]}' % head,
                    "8|ring", FAILED)
        self.config('{"vfs": [{%s, "num_vhost": 65, "num_ring": 2}]}' % head, "64|63")
        self.config('{"vfs": [{%s, "num_vhost": 1, "num_ring": 2, "nic": 7}]}' % head, "7", FAILED)

    def test_config_that_overlaps_a_running_vf(self):
        self.config('{"vfs": [{"name": "x", "num_vhost": 2, "num_ring": 4, '
                    '"vhost_path": "%s/x%%u"}]}' % self.b.dir, "(?s)first_vhost.*2", FAILED)

    def test_programs_explain_themselves(self):
        for name in ("spp_primary", "spp_vf"):
            done = subprocess.run([program(name), "--", "--help"], stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                  timeout=20, check=False, cwd=TREE)
            self.assertEqual(done.returncode, 0, done.stdout)
            self.assertIn("-s IP:PORT", done.stdout)


class Versions(SppTest):
    """A primary of another DPDK, or another build of ours, is not joined: nothing of it is touched.
    Its status is made up here; the test has only one release of DPDK."""

    def refused(self, pattern, **version):
        info = {"process": 0, "heap": {"restarts_left": 9}, "version": version}
        primary = LocalProcess(self.b.primary_socket(), {"status": {**SUCCESS, "info": info}})
        vf = self.b.vf(1, config=False, wait=False)
        self.assertEqual(vf.wait(), 1)
        self.assertRegex(vf.text(), pattern)
        self.assertNotIn("EAL", vf.text())
        primary.close()
        os.unlink(self.b.primary_socket())

    def test_another_release_of_dpdk(self):
        self.refused(r"spp_primary runs with DPDK 19\.11\.5 and this spp_vf with DPDK 2\d\.\d+\.\d+, "
                     "which share no memory: restart spp_primary", dpdk="19.11.5", layout=1)

    def test_another_build_of_ours(self):
        self.b.primary(["net_null0"])
        ours = self.b.primary_status()["version"]
        self.assertEqual(ours["restart_pending"], False)
        self.b.primary_proc.stop()
        self.refused(rf"spp_primary is of spp-event 7\.1 \(memory layout 77\), this spp_vf of "
                     rf"{ours['program']} \(layout {ours['layout']}\): restart spp_primary",
                     program="7.1", dpdk=ours["dpdk"], layout=77)

    def test_an_upgrade_is_seen_by_who_runs_the_old_files(self):
        """As dpkg does it: the new file takes the name, the old one goes on without."""
        path = self.b.path("spp_primary")
        shutil.copy(program("spp_primary"), path)
        self.b.start("spp_primary", [path, *self.b.eal((1,), "--socket-mem", "512", "--vdev",
                                                       "net_null0"), "--", "-p", "1", "-n", "4"])
        wait_for("an answer", self.b.primary_status)
        self.assertEqual(self.b.primary_status()["version"]["restart_pending"], False)
        shutil.copy(program("spp_primary"), path + ".new")
        os.rename(path + ".new", path)
        wait_for("it to be seen", lambda: self.b.primary_status()["version"]["restart_pending"])
        self.b.vf(1)  # of the same build, so it fits


class VhostSockets(SppTest):
    def test_owner_and_group_are_set_so_that_libvirt_s_qemu_gets_in(self):
        self.b.primary(["net_null0"])
        self.b.vf(1, config=self.b.vf_config(1, vhost_owner="daemon", vhost_group="games"))
        for index in (0, 1):
            info = os.stat(self.b.sock(index))
            self.assertEqual((info.st_uid, info.st_gid),
                             (pwd.getpwnam("daemon").pw_uid, grp.getgrnam("games").gr_gid))
            self.assertEqual(info.st_mode & 0o060, 0o060, "the group may read and write")

    def test_a_stale_socket_is_replaced_and_a_live_one_is_not(self):
        self.b.primary(["net_null0", "net_null1"], rings=8)
        self.b.vf(1).kill()
        self.assertTrue(os.path.exists(self.b.sock(0)), "the killed VF's socket")
        self.b.vf(1)
        other = self.b.vf_config(2, first_vhost=2, vhost_path=f"{self.b.dir}/sock0%u")
        os.symlink(self.b.sock(0), f"{self.b.dir}/sock02")
        proc = self.b.vf(2, config=other, ids=[0, 14, 15], wait=False)
        self.assertNotEqual(proc.wait(20), 0)
        self.assertRegex(proc.text(), "sock02")
        self.assertEqual(self.b.vfs[1].stop(signal.SIGTERM), 0)
