# SPDX-License-Identifier: BSD-3-Clause
"""spp_pcap as SPP's controllers drive it: from a NIC and from a ring, files, losses, deaths.

    NIC 0 ── nic0 ─► spp_pcap 3
    NIC 1 ── nic1 ─► forward ─► ring5 ═► spp_pcap 4          (forward: spp_vf 1)
"""

import glob
import json
import os
import re
import subprocess

import numbered
import status
from bench import program
from proc import CPU_OURS, run, wait_for
from spplib import FLUSH, SppTest, commands, component

MAC = "02:00:00:00:01:01"
NAME = r"spp_pcap\.\d{14}\.%s\.%d\.%d\.pcap\.lz4$"


def unpacked(path, to):
    """What LZ4 can read of it; its exit code."""
    with open(to, "wb") as out:
        return subprocess.run(["lz4", "-dc", path], stdout=out, stderr=subprocess.DEVNULL,
                              timeout=30, check=False).returncode


def packets(pcap):
    """As tcpdump reads them; it may say that the last one is cut off (and then counts none)."""
    said = subprocess.run(["tcpdump", "-nt", "-r", pcap], capture_output=True, text=True,
                          timeout=30, check=False)
    return len(re.findall(r"^\S", said.stdout, re.M))


class Recorded(SppTest):
    deadline = 90

    @classmethod
    def prepare(cls, b):
        b.start_controller()
        nics = [numbered.memif(b, n) for n in range(2)]
        b.primary([nic.server for nic in nics], rings=16, mem=1024, args=["--max-vf", "3"])
        b.vf(1, config=False, ids=[0, 2, 3])
        b.tool = numbered.Numbered(b, [nic.port for nic in nics])
        wiring = commands(component(2, "forward", ["nic1"], ["ring5"]), FLUSH)
        if b.controller[1].request(wiring)["results"][0]["result"] != "success":
            raise AssertionError("the spp_vf cannot be wired")
        b.numbers = iter(range(100))

    def pcap(self, number, port, *args, out=None, writers=1, wait=True):
        """Start one; it has a directory of its own."""
        b = self.b
        self.dir = out or b.path(f"out{next(b.numbers)}")
        os.makedirs(self.dir, exist_ok=True)
        argv = [program("spp_pcap"),
                *b.eal([0, *range(10, 11 + writers)], "--proc-type=secondary"), "--",
                "--client-id", number, "-c", port, "--out-dir", self.dir,
                "-s", b.controller.address, *args]
        self.proc = b.start(f"spp_pcap{number}", argv, cpu=CPU_OURS)
        if wait:
            self.addCleanup(self.proc.kill)
            self.peer = b.controller.wait(number)
        return self.proc

    def do(self, command):
        reply = self.peer.request(command)
        self.assertEqual(reply["results"], [{"result": "success"}], command)
        return reply

    def refused(self, command, pattern):
        reply = self.peer.request(command)
        self.assertRegex(reply["results"][0]["error_details"]["message"], pattern)

    def info(self):
        return self.do("status")["info"]

    def send(self, port, count):
        """From the tool to that NIC; all of it is received."""
        before = self.info()["rx_packets"]
        self.b.tool.run([f"tx:{port}:1:{MAC}"], count=count, rate=20000)
        wait_for(f"{count} packets", lambda: self.info()["rx_packets"] >= before + count)

    def exit(self):
        self.do("exit")
        self.assertEqual(self.proc.wait(), 0)
        wait_for("its slot to be free",
                 lambda: all(status.slot(self.b.primary_status(), n) is None for n in (3, 4)))

    def files(self, what="*.lz4"):
        return sorted(glob.glob(os.path.join(self.dir, what)))

    def merged(self, paths):
        """Packets of all of these, by mergecap, as the recipes of SPP have it."""
        plain = []
        for path in paths:
            self.assertEqual(unpacked(path, path + ".pcap"), 0, path)
            plain.append(path + ".pcap")
        run("mergecap", "-w", os.path.join(self.dir, "all"), *plain)
        return packets(os.path.join(self.dir, "all"))

    # -- cases ------------------------------------------------------------------------------

    def test_a_nic_by_two_writers(self):
        self.pcap(3, "phy:0", writers=2)
        self.assertEqual(self.do("_get_client_id"), {
            "results": [{"result": "success"}], "client_id": 3, "process_type": "pcap"})
        idle = self.info()
        self.assertEqual(list(idle)[:4], ["client-id", "status", "master-lcore", "core"])
        self.assertEqual(idle["core"], [
            {"core": 10, "role": "receive", "rx_port": [{"port": "phy:0"}]},
            {"core": 11, "role": "write", "filename": ""},
            {"core": 12, "role": "write", "filename": ""}])
        self.assertEqual((idle["client-id"], idle["status"], idle["master-lcore"]), (3, "idle", 0))
        self.do("stop")
        self.assertEqual(os.listdir(self.dir), [])
        self.do("start")
        self.do("start")
        self.b.tool.quiet()
        self.send(0, 2000)
        info = self.info()
        self.assertEqual(info["status"], "running")
        for n, core in enumerate(info["core"][1:], 1):
            self.assertRegex(core["filename"], f"^{self.dir}/" + NAME % ("phy0", n, 1))
            self.assertTrue(os.path.exists(core["filename"] + ".tmp"))
        self.do("stop")
        info = self.info()
        self.assertEqual((info["status"], info["written"]), ("idle", 2000))
        self.assertEqual(set(info["lost"].values()), {0})
        self.assertEqual([core["filename"] for core in info["core"][1:]], ["", ""])
        self.assertEqual((len(self.files()), self.files("*.tmp")), (2, []))
        self.assertEqual(self.merged(self.files()), 2000)
        self.do("clear")
        self.assertEqual(self.info()["rx_packets"], 0)
        nic = self.b.primary_status()["nic"][0]
        self.assertEqual((nic["holder"], nic["hold"]), (3, "pcap"))
        for command, error in (("start now", "^Wrong message format"),
                               ("component", r"^Invalid value \(command\)")):
            self.refused(command, error)
        self.exit()

    def test_a_ring_of_a_vf_in_many_files_and_exit_while_it_runs(self):
        self.pcap(4, "ring:5", "--fsize", 20000)
        self.do("start")
        self.send(1, 1000)
        self.exit()
        files = self.files()
        self.assertEqual(self.files("*.tmp"), [])
        self.assertGreater(len(files), 3)
        for n in range(1, len(files) + 1):
            self.assertTrue(any(re.search(NAME % ("ring5", 1, n), f) for f in files), (n, files))
        for path in files:
            run("lz4", "-t", path)
        self.assertEqual(self.merged(files), 1000)
        for path in glob.glob(os.path.join(self.dir, "*.lz4.pcap")):
            self.assertLess(os.path.getsize(path), 20000 + 2000)

    @staticmethod
    def readable(tmp):
        """Packets of a file that is written to, or was: up to its last whole block."""
        unpacked(tmp, tmp + ".pcap")
        return packets(tmp + ".pcap")

    def test_killed_while_it_writes(self):
        """What it had written can be read; it comes back, and has its port."""
        self.pcap(4, "ring:5")
        self.do("start")
        self.send(1, 5000)
        tmp = self.info()["core"][1]["filename"] + ".tmp"
        wait_for("a whole block in the file", lambda: self.readable(tmp) > 100)
        self.proc.kill()
        wait_for("its slot to be free", lambda: status.slot(self.b.primary_status(), 4) is None)
        self.assertEqual(status.missing(self.b.primary_status()), {})
        self.assertGreater(self.readable(tmp), 100)
        self.pcap(4, "ring:5", out=self.dir)
        self.do("start")
        self.send(1, 100)
        self.exit()
        self.assertTrue(os.path.exists(tmp))
        self.assertGreaterEqual(self.merged(self.files()), 100)

    def test_a_full_disk(self):
        """It says so, counts what is lost, and writes again once there is room and a start."""
        full = self.b.path("full")
        os.makedirs(full)
        run("mount", "-t", "tmpfs", "-o", "size=1m", "none", full)
        self.addCleanup(run, "umount", "-l", full)
        self.pcap(4, "ring:5", out=full)
        # what is left takes three blocks at least, of 256 KiB before they are compressed
        with open(os.path.join(full, "fill"), "wb") as f:
            f.write(bytes(128 << 10))
        self.do("start")
        self.b.tool.begin([f"tx:1:1:{MAC}"], rate=20000, size=1000)
        wait_for("packets to be lost", lambda: self.info()["lost"]["write_failed"] > 0, 40)
        info = self.info()
        self.b.tool.end()
        self.assertEqual(info["status"], "running")
        self.assertEqual(info["core"][1]["error"], "No space left on device")
        self.assertEqual(info["core"][1]["filename"], "")
        self.proc.wait_log(r"writer lcore 11 writes no more, until the next start: .*\.tmp: "
                           r"No space left on device")
        self.do("stop")
        info = self.info()
        self.assertEqual(info["written"] + info["lost"]["write_failed"], info["rx_packets"])
        [tmp] = self.files("*.tmp")
        plain = self.b.path("plain")
        unpacked(tmp, plain)
        self.assertGreater(packets(plain), 10)
        os.unlink(os.path.join(full, "fill"))
        os.unlink(tmp)
        self.do("start")
        self.assertNotIn("error", self.info()["core"][1])
        self.send(1, 10)
        self.do("stop")
        self.assertEqual(self.files("*.tmp"), [])
        self.exit()

    def test_what_is_refused(self):
        first = self.pcap(3, "phy:0")
        for number, port, args, code, error in (
                (4, "phy:0", (), 1, r"nic0 is held by spp_pcap 3, which records it, until that ends"),
                (4, "phy:1", (), 1, r"nic1 is held by spp_vf 1 until its wiring lets go"),
                (4, "phy:9", (), 2, r"-c phy:9: not in spp_primary's -p 0x3"),
                (4, "ring:99", (), 2, r"-c ring:99: spp_primary has 16 rings"),
                (1, "ring:5", (), 1, r"--process-id 1 is taken by pid \d+"),
                (4, "vhost:0", (), 2, r"-c vhost:0: must be phy:N .* or ring:N"),
                (4, "phy:0", ("--fsize", "0"), 2, r"--fsize 0: must be a number"),
                (4, "phy:0", ("--out-dir", "/nowhere"), 2, r"--out-dir /nowhere: No such file")):
            proc, self.proc = self.pcap(number, port, *args, wait=False), first
            self.assertEqual(proc.wait(), code, error)
            proc.wait_log(error)
        wait_for("its slot to be free", lambda: status.slot(self.b.primary_status(), 4) is None)
        argv = [program("spp_pcap"), *self.b.eal([0, 10], "--proc-type=secondary"), "--",
                "--client-id", "4", "-c", "ring:5"]
        proc = self.b.start("too_few", argv, cpu=CPU_OURS)
        self.assertEqual(proc.wait(), 2)
        proc.wait_log("too few lcores: spp_pcap needs the main lcore and at least two more")
        self.send_error(self.b.controller[1],
                        commands(component(3, "forward", ["nic0"], ["ring6"]), FLUSH),
                        r"nic0 is held by spp_pcap 3")
        self.send_ok(self.b.controller[1], commands({"command": "cancel"}))
        self.exit()

    def test_sppctl_and_json(self):
        self.pcap(3, "phy:0")
        answer = self.peer.request(commands({"command": "process"}, {"command": "status"}))
        self.assertEqual((answer["process"], answer["process_type"]), (3, "pcap"))
        self.assertEqual(answer["info"]["status"], "idle")
        self.send_error(self.peer, commands({"command": "flush"}),
                        r"spp_pcap takes process, status, start, stop, clear and exit")
        self.assertEqual(self.b.vf_status(3)["process_type"], "pcap")
        info = json.loads(self.sppctl("--json", "status", "vf3"))["info"]
        self.assertEqual((info["process"], info["process_type"]), (3, "pcap"))
        self.assertRegex(self.sppctl("status"), r"(?m)^vf3   spp_pcap of nic0: idle   received 0   written 0$")
        self.send_ok(self.peer, commands({"command": "start"}))
        self.assertEqual(self.info()["status"], "running")
        self.send_ok(self.peer, commands({"command": "stop"}))
        self.send_error(self.b.controller[1], commands({"command": "start"}), "this is no spp_pcap")
        self.assertRegex(self.sppctl("pcap", "start"), r"vf3   spp_pcap of nic0: running(.|\n)*"
                         r"10 receive  -\n +11 write    " + f"{self.dir}/" + r"spp_pcap\.\d{14}\.phy0\.1\.\d\.pcap\.lz4")
        self.send(0, 200)
        self.assertIn("vf3   spp_pcap of nic0: running   received 200 ", self.sppctl("topo"))
        self.assertRegex(self.sppctl("check", "--interval", "0"), r"SPP (OK|WARNING).* vf3_drops=0c .*vfs=1\b")
        self.assertIn("spp_pcap of nic0", self.sppctl("top", "--seconds", "0.2", "--interval", "0.1"))
        self.assertRegex(self.sppctl("pcap", "stop", "vf3"), "nic0: idle   received 200   written 200")
        self.assertEqual(self.merged(self.files()), 200)
        self.assertEqual(json.loads(self.sppctl("--json", "pcap", "status"))["info"]["status"], "idle")
        self.assertEqual(self.sppctl("complete", "pcap", "st").split(), ["start", "stop", "status"])
        self.assertEqual(self.sppctl("complete", "pcap", "stop", ""), "vf3\n")
        for words, code, error in ((("pcap", "begin"), 2, "pcap begin: start, stop or status"),
                                   (("pcap", "start", "vf1"), 2, "vf1: is no spp_pcap"),
                                   (("pcap", "start", "vf7"), 3, "vf7: is not there")):
            self.assertIn(error, self.sppctl(*words, code=code))
        self.assertIn("vf3: counts from zero", self.sppctl("clear"))
        self.exit()

    def test_sppctl_knows_who_takes_from_a_ring(self):
        self.pcap(4, "ring:5")
        self.assertRegex(self.sppctl("topo", "vf1"), r"ring5.* \(to vf4\)")
        self.assertIn("vf4", self.sppctl("trace", "--what-if", "nic1", MAC, code=None))
        self.exit()

    def sppctl(self, *args, code=0):
        said = subprocess.run([program("sppctl"), *args], capture_output=True, text=True,
                              timeout=20, check=False, env={**os.environ, **self.b.env})
        if code is not None:
            self.assertEqual(said.returncode, code, said)
        return said.stdout + said.stderr
