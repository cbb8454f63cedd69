# SPDX-License-Identifier: BSD-3-Clause
"""sppctl capture: packets of NICs, vhosts and rings, and those that are dropped, with real traffic."""

import fcntl
import os
import re
import signal
import socket
import struct
import subprocess
import time

import pcapng
import scenario
import status
import tapping
from bench import TREE
from frames import Tap, frame
from proc import run, wait_for
from spplib import FLUSH, SppTest, commands, component, program
from tapping import (R_COUNTS, R_DROP_INNER, R_DROP_RX, R_DROP_TX, R_END, R_RX, R_STAGE, R_TABLE,
                     R_THROUGH, record)

MAC0, MAC1 = scenario.MACS
NOBODY = "02:00:00:00:00:99"


class Capture(SppTest):
    deadline = 90

    @classmethod
    def prepare(cls, b):
        cls.vms = scenario.start(b)
        scenario.send(b, *scenario.MESSAGES)
        cls.far = Tap(b.wires[0].ns, "eth0")
        cls.near = [Tap(vm.ns, vm.tap) for vm in cls.vms]
        b.closers += [tap.close for tap in (cls.far, *cls.near)]
        b.wires[0].ns.wait_ping(cls.vms[0].address)
        b.wires[0].ns.wait_ping(cls.vms[1].address)

    # -- tools ------------------------------------------------------------------------------

    def start(self, *words, out=subprocess.DEVNULL, **more):
        """sppctl capture, once it captures."""
        proc = subprocess.Popen([program("sppctl"), "capture", *words], text=True,
                                env={**os.environ, **self.b.env}, stdin=subprocess.DEVNULL,
                                stdout=out, stderr=subprocess.PIPE, **more)
        self.addCleanup(self.end, proc)
        self.first = proc.stderr.readline()
        return proc

    @staticmethod
    def end(proc):
        if proc.poll() is None:
            proc.kill()
        proc.wait(10)
        for pipe in (proc.stdout, proc.stderr):
            if pipe is not None:
                pipe.close()

    def finish(self, proc, number=signal.SIGINT):
        """Its standard error after the first line; exit code 0."""
        if number is not None:
            proc.send_signal(number)
        _, err = proc.communicate(timeout=10)
        self.assertEqual((proc.returncode, self.first[:9]), (0, "capturing"), err)
        return err

    def refused(self, code, *words):
        done = subprocess.run([program("sppctl"), "capture", *words], text=True, timeout=10,
                              env={**os.environ, **self.b.env}, stdin=subprocess.DEVNULL,
                              capture_output=True, check=False)
        self.assertEqual(done.returncode, code, done.stderr)
        return done.stderr

    def readable(self, path):
        """tcpdump, capinfos, editcap and tshark read it; tshark the same in each packet as we do."""
        file = pcapng.read(path)
        text = run("tcpdump", "-nn", "-e", "-r", path, "--count", check=True)
        self.assertIn(f"{len(file.packets)} packet", text)
        self.assertRegex(run("capinfos", "-cM", path), rf"packets: +{len(file.packets)}\b")
        run("editcap", "-F", "pcapng", "-s", "60", path, self.b.path("cut"), check=True)
        self.assertRegex(run("capinfos", "-cM", self.b.path("cut")), rf"packets: +{len(file.packets)}\b")
        fields = ("interface_name", "time_epoch", "packet_flags_direction", "len", "cap_len", "comment")
        text = subprocess.run(
            ["tshark", "-n", "-r", path, "-T", "fields",
             *(word for field in fields for word in ("-e", f"frame.{field}"))], text=True,
            stdin=subprocess.DEVNULL, capture_output=True, check=True, timeout=30).stdout
        self.assertEqual(
            [line.split("\t") for line in text.splitlines()],
            [[p.port, f"{p.time // 10**9}.{p.time % 10**9:09}", f"0x{p.way:08x}" if p.way else "",
              str(p.length), str(len(p.data)), p.comment] for p in file.packets])
        return file

    def captures(self):
        return self.b.vf_status()["captures"]

    def none_left(self):
        wait_for("no capture to be left", lambda: self.captures() == [], 5)

    def ours(self, file, port=None, way=None):
        return [p for p in file.packets if p.data[12:14] == b"\x88\xb5" and
                port in (None, p.port) and way in (None, p.way)]

    def numbers(self, packets):
        return [struct.unpack_from("!I", p.data, 14)[0] for p in packets]

    @staticmethod
    def written(path, nb):
        """Once as many of our frames are in the file; its last block may be half there."""
        def there():
            with open(path, "rb") as f:
                return f.read().count(b"\x88\xb5") >= nb
        wait_for(f"{nb} frames in {path}", there)

    # -- cases ------------------------------------------------------------------------------

    def test_1_every_frame_of_a_port_in_both_ways(self):
        path = self.b.path("one.pcapng")
        begun = time.time_ns()
        proc = self.start("vhost0", "nic0", "-w", path)
        one = self.captures()[0]
        self.assertEqual((one["ports"], one["rx"], one["tx"], one["uid"], one["pid"]),
                         (["nic0", "vhost0"], True, True, 0, proc.pid))
        self.assertLess(abs(one["since"] - time.time()), 5)
        down = [frame(MAC0, n, size) for n, size in enumerate((60, 61, 590, 1514) * 5)]
        up = [frame(scenario.NIC_MAC, n, size) for n, size in enumerate((60, 1514) * 5)]
        self.far.send(down)
        self.near[0].send(up)
        self.assertEqual(len(self.near[0].take(len(down))), len(down))
        self.assertEqual(len(self.far.take(len(up))), len(up))
        err = self.finish(proc)
        file = self.readable(path)
        self.assertRegex(err, rf"captured {len(file.packets)}, lost 0\n")
        self.assertEqual([(i.name, i.about, i.snaplen) for i in file.interfaces],
                         [("nic0", "vf1", 65535), ("vhost0", "vf1", 65535)])
        for port, way, sent in (("nic0", pcapng.RX, down), ("vhost0", pcapng.TX, down),
                                ("vhost0", pcapng.RX, up), ("nic0", pcapng.TX, up)):
            self.assertEqual([p.data.hex() for p in self.ours(file, port, way)],
                             [one.hex() for one in sent], (port, way))
        times = [p.time for p in file.packets]
        self.assertEqual(times, sorted(times))
        self.assertTrue(begun < times[0] <= times[-1] < time.time_ns())
        seen = {p.port: sum(q.port == p.port for q in file.packets) for p in file.packets}
        self.assertEqual(file.statistics, {port: (n, 0) for port, n in seen.items()})
        self.none_left()
        self.b.vfs[1].wait_log(rf"capture 0 begins: uid 0 \(pid {proc.pid}\): "
                               r"rx and tx nic0 vhost0, 65535 bytes a packet\n")
        self.b.vfs[1].wait_log("capture 0 ends: its reader has enough; ")

    def test_2_way_count_length_and_filter(self):
        path = self.b.path("two.pcapng")
        proc = self.start("vhost0", "--tx", "-c", "3", "-s64", "-w", path,
                          "ether", "proto", "0x88b5", "and", "greater", "200")
        self.near[0].send([frame(scenario.NIC_MAC, 90, 300)])
        self.far.send([frame(MAC0, n, 60 if n % 2 else 300) for n in range(20)])
        self.finish(proc, None)
        file = self.readable(path)
        self.assertEqual(self.numbers(file.packets), [0, 2, 4])
        self.assertEqual({(p.way, p.length, len(p.data)) for p in file.packets},
                         {(pcapng.TX, 300, 64)})
        self.assertEqual([i.snaplen for i in file.interfaces], [64])
        self.near[0].take(20)

    def test_3_a_ring_and_several_captures_of_one_port(self):
        paths = [self.b.path(f"three{i}.pcapng") for i in range(3)]
        procs = [self.start("ring0", "-w", paths[0]), self.start("ring0", "vhost0", "-w", paths[1]),
                 self.start("vhost0", "-w", paths[2], "--for", "60")]
        self.assertEqual(len(self.captures()), 3)
        self.far.send([frame(MAC0, n) for n in range(10)])
        self.near[0].take(10)
        for proc in procs[:2]:
            self.finish(proc)
        self.far.send([frame(MAC0, n) for n in range(10, 20)])
        self.near[0].take(10)
        self.finish(procs[2])
        files = [self.readable(path) for path in paths]
        self.assertEqual(self.numbers(self.ours(files[0], "ring0")), list(range(10)))
        self.assertEqual(self.numbers(self.ours(files[1], "ring0")), list(range(10)))
        self.assertEqual(self.numbers(self.ours(files[1], "vhost0")), list(range(10)))
        self.assertEqual(self.numbers(self.ours(files[2], "vhost0")), list(range(20)))
        self.none_left()

    def test_3_it_ends_by_itself_after_that_time(self):
        path = self.b.path("time.pcapng")
        begun = time.monotonic()
        proc = self.start("vhost0", "--tx", "--for", "1", "-w", path, "ether", "proto", "0x88b5")
        self.far.send([frame(MAC0, n) for n in range(5)])
        self.near[0].take(5)
        in_time = time.monotonic() < begun + 1  # it began to count later than we
        err = self.finish(proc, None)
        self.assertGreaterEqual(time.monotonic() - begun, 1)
        numbers = self.numbers(self.readable(path).packets)
        self.assertEqual(numbers, list(range(5 if in_time else len(numbers))))
        self.assertIn(f"captured {len(numbers)}, lost 0\n", err)
        self.assertNotIn("has ended", err)
        self.none_left()

    def test_4_files_one_after_the_other(self):
        path = self.b.path("four.pcapng")
        proc = self.start("vhost0", "--tx", "-C", "1", "-w", path, "-c", "1500")
        for _ in range(3):
            self.far.send([frame(MAC0, n, 1514) for n in range(500)])
        self.finish(proc, None)
        files = [path, f"{path}1", f"{path}2"]
        sizes = [os.path.getsize(one) for one in files]
        self.assertTrue(all(size < 1_010_000 for size in sizes), sizes)
        self.assertEqual(sum(len(self.readable(one).packets) for one in files), 1500)
        self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)
        self.near[0].take(0, 0.1)

    def test_4_files_in_turn(self):
        path = self.b.path("turn.pcapng")
        proc = self.start("vhost0", "--tx", "-C", "1", "-W", "2", "-w", path, "-c", "1700",
                          "ether", "proto", "0x88b5")
        for _ in range(4):
            self.far.send([frame(MAC0, n, 1514) for n in range(500)])
        self.finish(proc, None)
        self.assertFalse(os.path.exists(f"{path}2"))
        first, second = (self.readable(f"{path}{n}").packets for n in range(2))
        # the third file was the first one again: what that had is gone, the last packets are there
        self.assertLess(len(first) + len(second), 1500)
        self.assertLess(second[-1].time, first[0].time)
        self.assertEqual(self.numbers([first[-1]]), [199])
        self.near[0].take(0, 0.1)

    def test_5_standard_output_and_a_terminal(self):
        proc = self.start("vhost0", "--tx", "-c", "2", "ether", "proto", "0x88b5",
                          out=subprocess.PIPE)
        self.far.send([frame(MAC0, n) for n in range(2)])
        out, _ = proc.communicate(timeout=10)
        self.assertRegex(out, rf"^(\d\d:\d\d:\d\d\.\d+ vhost0 tx 02:00:00:00:ee:01 > {MAC0}, "
                         r"type 0x88b5, length 60\n){2}$")
        first, second = socket.socketpair()
        proc = self.start("vhost0", "--tx", "-c", "2", "-w", "-", "ether", "proto", "0x88b5",
                          out=second)
        second.close()
        self.far.send([frame(MAC0, n) for n in range(2)])
        data = b"".join(iter(lambda: first.recv(65536), b""))
        first.close()
        self.assertEqual(self.numbers(pcapng.parse(data).packets), [0, 1])

    def test_5_a_reader_that_does_not_read_does_not_keep_it(self):
        ends = [(*os.pipe(), "standard output"), (*os.pipe(), "standard output"),
                (*os.openpty(), "tcpdump")]
        procs = []
        for (_, out, _), words in zip(ends, ((), ("-w", "-"), ())):
            if not os.isatty(out):
                fcntl.fcntl(out, fcntl.F_SETPIPE_SZ, 4096)
            procs.append(self.start("vhost0", "--tx", *words, out=out))
            os.close(out)
        for _ in range(4):
            self.far.send([frame(MAC0, n, 1514) for n in range(500)])
        self.near[0].take(0, 0.1)
        for proc in procs:
            proc.send_signal(signal.SIGINT)
        for proc, (end, _, name) in zip(procs, ends):
            _, err = proc.communicate(timeout=10)
            os.close(end)
            self.assertEqual(proc.returncode, 1, err)
            self.assertIn(f"sppctl: {name}: does not take what was captured", err)
        self.none_left()

    def test_5_wireshark_lists_the_ports_and_captures_there(self):
        """As extcap(4) says that Wireshark calls it: config/wireshark/spp-extcap."""
        def extcap(*words):
            return subprocess.run([script, *words], env=env, text=True, capture_output=True,
                                  check=False, timeout=10)

        script = os.path.join(TREE, "config", "wireshark", "spp-extcap")
        env = {**os.environ, **self.b.env, "SPPCTL": program("sppctl")}
        listed = extcap("--extcap-interfaces", "--extcap-version=4.0").stdout.splitlines()
        self.assertRegex(listed[0], r"^extcap \{version=")
        found = dict(re.findall(r"^interface \{value=spp-(\w+)\}\{display=([^{}]+)\}$",
                                "\n".join(listed), re.M))
        self.assertEqual(len(found), len(listed) - 1)
        self.assertLessEqual({"nic0", "vhost0", "vhost1", "ring0", "drops"}, set(found))
        self.assertEqual(extcap("--extcap-interface", "spp-vhost0", "--extcap-dlts").stdout,
                         "dlt {number=1}{name=EN10MB}{display=Ethernet}\n")
        self.assertEqual(extcap("--capture", "--extcap-interface", "eth0").returncode, 2)
        fifo, path = self.b.path("fifo"), self.b.path("fifo.pcapng")
        os.mkfifo(fifo)
        with open(path, "wb") as out, subprocess.Popen(["cat", fifo], stdout=out) as reader:
            proc = subprocess.Popen(
                [script, "--capture", "--extcap-interface", "spp-vhost0", "--fifo", fifo,
                 "--extcap-capture-filter", "ether proto 0x88b5"], env=env, text=True,
                stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
            self.addCleanup(self.end, proc)
            self.assertIn("capturing", proc.stderr.readline())
            self.near[0].send([frame(scenario.NIC_MAC, n, 80) for n in range(5)])
            self.written(path, 5)
            proc.send_signal(signal.SIGTERM)
            self.assertEqual(proc.wait(10), 0)
            reader.wait(10)
        self.assertEqual(self.numbers(self.readable(path).packets), list(range(5)))

    def test_6_what_is_dropped_and_why(self):
        path = self.b.path("six.pcapng")
        before = status.drops(self.b.vf_status())["no_entry"]
        procs = [self.start("--drops", "-w", path), self.start("--drops", out=subprocess.PIPE),
                 self.start("--drops", "no_guest", "vhost1", "-w", path + "2")]
        self.far.send([frame(NOBODY, n) for n in range(7)])
        wait_for("drops", lambda: status.drops(self.b.vf_status())["no_entry"] >= before + 7)
        err = self.finish(procs[0])
        self.assertRegex(err, r"\d+ no_entry: its MAC is not in the table")
        file = self.readable(path)
        self.assertEqual(self.numbers(self.ours(file)), list(range(7)))
        for packet in self.ours(file):
            self.assertRegex(packet.comment, r"^dropped: no_entry \(no entry for the destination, "
                             r"and no default\), at .*classifier.* of vf1, lcore \d+$")
        procs[1].send_signal(signal.SIGINT)
        out, err = procs[1].communicate(timeout=10)
        self.assertEqual(out.count(f"> {NOBODY}, type 0x88b5, length 60: no_entry\n"), 7, out)
        self.vms[1].stop()
        self.far.send([frame(MAC1, n) for n in range(5)])
        wait_for("drops", lambda: status.drops(self.b.vf_status())["no_guest"] >= 5)
        self.finish(procs[2])
        file = self.readable(path + "2")
        self.assertEqual(self.numbers(self.ours(file, "vhost1", pcapng.TX)), list(range(5)))
        self.none_left()

    def test_7_what_is_wrong_is_said_and_changes_nothing(self):
        self.assertIn("which port?", self.refused(2))
        self.assertIn("vhost77", self.refused(2, "vhost77"))
        self.assertIn("syntax error", self.refused(2, "vhost0", "hots", "1.2.3.4"))
        self.assertIn("--count", self.refused(2, "vhost0", "-c", "0"))
        self.assertIn("--snaplen", self.refused(2, "vhost0", "-s", "70000"))
        self.assertIn("-w FILE", self.refused(2, "vhost0", "-C", "1"))
        self.assertIn("No such file", self.refused(2, "vhost0", "-w", "/nowhere/at/all"))
        self.none_left()

    def ask(self, what):
        """The socket itself, as whoever may connect: error and text of the reply."""
        sock, error, text = tapping.begin(f"{self.b.run_dir}/vf-1.tap", what)
        sock.close()
        return error, text

    def test_8_hostile_requests_and_filters_are_refused(self):
        request, insn, vhost0 = tapping.request, tapping.insn, tapping.VHOST0
        ret, jump = insn(0x06, k=1), 0x05
        for what, pattern in ((request(vhost0, magic=1), "another build"),
                              (request(vhost0, snaplen=0), "snaplen"),
                              (request(vhost0, snaplen=1 << 20), "snaplen"),
                              (request(vhost0, rx=7), "nothing is asked"),
                              (request(vhost0, rx=0, tx=0), "nothing is asked"),
                              (request(), "no port"),
                              (request(vhost0 + 33), "not one of this"),
                              (request(vhost0, nb=5000), "5000 instructions")):
            error, text = self.ask(what)
            self.assertGreater(error, 0)
            self.assertRegex(text, pattern)
        for filters, pattern in (([insn(jump, k=0xffffffff), ret], "instruction 0"),
                                 ([insn(jump, k=1), ret], "instruction 0"),
                                 ([insn(0x15, 0, 200, 1), ret], "instruction 0"),
                                 ([insn(0x00)], "does not end"),
                                 ([insn(0x60, k=16), ret], "instruction 0"),
                                 ([insn(0x60, k=1), ret], "was not written"),
                                 ([insn(0x34, k=0), ret], "instruction 0"),
                                 ([insn(0xffff), ret], "instruction 0")):
            error, text = self.ask(request(vhost0, nb=len(filters)) + b"".join(filters))
            self.assertGreater(error, 0)
            self.assertRegex(text, pattern)
        self.none_left()

    def counterfeit(self, sent, *words, command="capture", code=1):
        """Standard error of sppctl, whose spp_vf is another program that sends this."""
        with tapping.counterfeits(self, 1, "vhost0", *words, command=command) as (proc, (peer,)):
            peer.sendall(sent)
            _, err = proc.communicate(timeout=10)
        self.assertEqual(proc.returncode, code, err)
        return err

    def test_8_records_that_are_not_in_order_end_it(self):
        vhost0 = tapping.VHOST0
        packet, end = record(R_RX, vhost0, bytes(60)), record(R_END)
        for wrong in (record(R_RX, 0xffff), record(R_DROP_RX, vhost0, reason=255),
                      record(R_DROP_INNER, 64), record(R_COUNTS, 0xffff, bytes(16)),
                      record(R_COUNTS, 0, bytes(15)), record(R_END + 1), record(255),
                      record(R_RX, vhost0, captured=1 << 16), record(R_END, captured=0xffffffff)):
            err = self.counterfeit(packet + wrong + end)
            self.assertIn("vf1: what it sends is not in order; what came before is there", err)
            self.assertIn("captured 1, lost 0", err)
        for wrong in (record(R_THROUGH, vhost0, reason=200), record(R_RX, vhost0, number=2),
                      record(R_STAGE, 0xffff), record(R_TABLE, vhost0, reason=5),
                      record(R_DROP_TX, vhost0, reason=255)):
            err = self.counterfeit(packet + wrong + end, "-c", "2", command="trace")
            self.assertIn("vf1: what it sends is not in order; what came before is there", err)
            self.assertIn("traced 1, lost 0", err)
        err = self.counterfeit(record(R_END, data=b"\x1b[2J so"), command="trace", code=0)
        self.assertIn("vf1: ends it: ?[2J so\n", err)

    def test_9_eight_at_once_and_readers_that_die(self):
        procs = [self.start("vhost0", "-w", self.b.path(f"nine{i}.pcapng")) for i in range(8)]
        self.assertEqual(len(self.captures()), 8)
        self.assertIn("8 captures run already", self.refused(1, "vhost0"))
        self.far.send([frame(MAC0, n) for n in range(10)])
        self.near[0].take(10)
        wait_for("the packets to be written",
                 lambda: len(self.ours(pcapng.read(self.b.path("nine0.pcapng")))) == 10)
        for proc in procs:
            proc.kill()
            proc.wait(5)
        self.none_left()
        self.assertEqual(len(self.ours(self.readable(self.b.path("nine7.pcapng")))), 10)
        self.b.wires[0].ns.wait_ping(self.vms[0].address)

    def test_a_disk_that_is_full_leaves_whole_files(self):
        disk = self.b.path("disk")
        os.mkdir(disk)
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=128k", "none", disk], check=True)
        self.addCleanup(subprocess.run, ["umount", disk], check=True)
        proc = self.start("vhost0", "-w", f"{disk}/full.pcapng")
        self.far.send([frame(MAC0, n, 1514) for n in range(200)])
        _, err = proc.communicate(timeout=10)
        self.assertEqual(proc.returncode, 1)
        self.assertRegex(err, "No space left on device: what was captured before is there")
        self.assertGreater(len(self.readable(f"{disk}/full.pcapng").packets), 50)
        self.near[0].take(0, 0.1)
        self.none_left()
        with open("/dev/full", "wb") as full:
            proc = self.start("vhost0", out=full)
        self.far.send([frame(MAC0, 0)])
        _, err = proc.communicate(timeout=10)
        self.assertEqual(proc.returncode, 1)
        self.assertIn("sppctl: standard output: No space left on device", err)
        self.near[0].take(0, 0.1)

    def test_b_ports_go_and_come_and_move(self):
        path = self.b.path("eleven.pcapng")
        proc = self.start("vhost0", "nic0", "-w", path)
        idle = [component(core, "none") for core in (2, 3, 4, 5)]
        moved = [component(4, "none"), component(8, "forward", ["ring0"], ["vhost0"])]
        for number in range(3):
            self.far.send([frame(MAC0, 3 * number)])
            self.assertEqual(len(self.near[0].take(1)), 1)
            self.send_ok(self.b.controller[1], commands(*moved, FLUSH))
            self.far.send([frame(MAC0, 3 * number + 1)])
            self.assertEqual(len(self.near[0].take(1)), 1)
            self.send_ok(self.b.controller[1], commands(*idle, component(8, "none"), FLUSH))
            self.send_ok(self.b.controller[1], commands(
                component(2, "classifier", ["nic0"], ["ring0", "ring2"]),
                component(3, "merge", ["ring1", "ring3"], ["nic0"]),
                component(4, "forward", ["ring0"], ["vhost0"]),
                component(5, "forward", ["vhost0"], ["ring1"]), FLUSH))
            self.far.send([frame(MAC0, 3 * number + 2)])
            self.assertEqual(len(self.near[0].take(1)), 1)
        self.finish(proc)
        file = self.readable(path)
        for port, way in (("nic0", pcapng.RX), ("vhost0", pcapng.TX)):
            self.assertEqual(self.numbers(self.ours(file, port, way)), list(range(9)))

    def test_c_the_vf_dies_and_the_file_is_whole(self):
        path = self.b.path("twelve.pcapng")
        proc = self.start("vhost0", "--tx", "-w", path)
        self.far.send([frame(MAC0, n) for n in range(5)])
        self.written(path, 5)
        self.b.vfs[1].kill()
        _, err = proc.communicate(timeout=10)
        self.assertEqual(proc.returncode, 1)
        self.assertIn("vf1: is gone; what came before is there", err)
        self.assertEqual(self.numbers(self.ours(self.readable(path))), list(range(5)))


class SeveralProcesses(SppTest):
    """NICs that always have packets, one for each of two spp_vf."""

    def test_of_two_merged_by_time_and_what_is_lost_is_said(self):
        self.b.start_controller()
        self.b.primary(["net_null0", "net_null1"])
        for number, ids in ((1, [0, 2]), (2, [0, 4])):
            self.b.vf(number, config=False, ids=ids)
            self.send_ok(self.b.controller[number], commands(
                component(ids[1], "forward", [f"nic{number - 1}"], [f"nic{number - 1}"]), FLUSH))
        path = self.b.path("two.pcapng")
        done = subprocess.run([program("sppctl"), "capture", "nic0", "nic1", "--rx", "-s", "64",
                               "--for", "0.2", "-w", path], text=True, capture_output=True,
                              env={**os.environ, **self.b.env}, timeout=20, check=True)
        file = pcapng.read(path)
        self.assertEqual([(i.name, i.about) for i in file.interfaces],
                         [("nic0", "vf1"), ("nic1", "vf2")])
        self.assertEqual({p.port for p in file.packets}, {"nic0", "nic1"})
        times = [p.time for p in file.packets]
        disorder = sum(a > b for a, b in zip(times, times[1:]))
        self.assertLess(disorder, len(times) / 100)
        lost = sum(lost for _, lost in file.statistics.values())
        seen = sum(seen for seen, _ in file.statistics.values())
        self.assertIn(f"captured {len(file.packets)}, lost {lost}\n", done.stderr)
        self.assertEqual(seen - lost, len(file.packets))
        self.the_busy_one_does_not_wait_for_the_silent_one()

    def the_busy_one_does_not_wait_for_the_silent_one(self):
        packet = record(R_RX, tapping.NIC0, bytes(1480), ahead_s=3600)
        with tapping.counterfeits(self, 2, "nic0", "nic1") as (proc, (busy, silent)):
            busy.sendall(packet * 3000)
            for peer in (busy, silent):
                peer.sendall(record(R_END))
                peer.shutdown(socket.SHUT_WR)
            _, err = proc.communicate(timeout=10)
        self.assertEqual(proc.returncode, 0, err)
        self.assertIn("captured 3000, lost 0", err)
