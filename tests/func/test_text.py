# SPDX-License-Identifier: BSD-3-Clause
"""The text dialect with the real programs: replies in one piece, staging, clear, exit, the primary.

Every command with its reply, bad ones included, is tests/unit/text/test_text.c; what SPP's controllers
do with them is test_text_clients.py.
"""

import json
import signal
import socket
import time

import status
from controller import local, local_status
from proc import wait_for
from spplib import FLUSH, SppTest, commands, component, table
from text_clients import Refused, SppCtl, median_ms

STATUS_MS = 1.0  # a reply to status, without load


def start(b, nics=("net_null0",), vf=True, **more):
    """Primary and spp_vf 1 at a stand-in of spp-ctl. The stand-in."""
    ctl = SppCtl()
    b.closers.append(ctl.close)
    b.primary(list(nics), args=ctl.for_primary, **more)
    ctl.accept_primary()
    if vf:
        b.vf(1, args=ctl.for_vf)
        ctl.accept_vf()
    return ctl


def json_request(peer, message):
    """The same connection, in JSON."""
    peer.sock.sendall(json.dumps(message).encode())
    data = b""
    while True:
        data += peer.sock.recv(1 << 16)
        try:
            return json.loads(data)
        except json.JSONDecodeError:
            continue


class Replies(SppTest):
    @classmethod
    def prepare(cls, b):
        cls.ctl = start(b)
        cls.peer = cls.ctl.vfs[1]

    def test_identity_and_errors_byte_for_byte(self):
        for line, reply in (
                ("_get_client_id",
                 '{"results":[{"result":"success"}],"client_id":1,"process_type":"vf"}'),
                ("component stop nobody\n", '{"results":[{"result":"success"}]}'),
                ("flush now", '{"results":[{"result":"error","error_details":{"message":'
                              '"Wrong message format: would be flush"}}]}'),
                ("component start x 1 forward",
                 '{"results":[{"result":"error","error_details":{"message":"Invalid value (core): '
                 'core 1 is not a worker (workers: 2-13)"}}]}')):
            self.assertEqual(self.peer.ask_raw(line).decode(), reply)

    def test_long_words_get_the_clean_error(self):
        long = "x" * 200
        for line, what in ((long, "command"), (f"component {long} a 2 forward", "action"),
                           (f"component start {long} 2 forward", "component name"),
                           (f"component start a {long} forward", "core"),
                           (f"component start a 2 {long}", "component type"),
                           (f"port add {long} rx a", "port"),
                           (f"port add phy:0 {long} a", "port rxtx"),
                           (f"port add phy:0 rx {long}", "component name"),
                           (f"classifier_table add {long} {long} ring:0", "type"),
                           (f"classifier_table add mac {long} ring:0", "mac address"),
                           (f"classifier_table add vlan {long} default ring:0", "vlan id"),
                           (f"classifier_table add mac default {long}", "port")):
            with self.assertRaisesRegex(Refused, rf"Invalid value \({what}\)"):
                self.peer.do(line)
        with self.assertRaisesRegex(Refused, "Wrong message format: 5004 bytes"):
            self.peer.do("port add phy:0 rx " + "y" * 4986)

    def json_refused(self, pattern, *parts):
        reply = json_request(self.peer, commands(*parts, FLUSH))
        errors = [r["error_details"]["message"] for r in reply["results"]
                  if r["result"] == "error"]
        self.assertEqual(len(errors), 1, reply)
        self.assertRegex(errors[0], pattern)

    def test_what_others_die_of_is_refused_and_the_next_command_works(self):
        """NTT's SPP crashes, hangs or stays broken after each of these."""
        name, port, mac = "n" * 200, "p" * 200, ":".join(["02"] * 30)
        main = self.b.vf_status()["main_core"]
        self.peer.do("component start before 2 forward")
        for line, what in ((f"component start {name} 3 forward", "component name"),
                           (f"port add {port} rx before", "port"),
                           (f"classifier_table add mac {mac} ring:0", "mac address"),
                           (f"component start x {main} forward", r"core"),
                           ("port add ring:499 rx before", "port")):
            with self.assertRaisesRegex(Refused, rf"Invalid value \({what}\)"):
                self.peer.do(line)
            self.peer.do_all("port add ring:0 rx before", "port del ring:0 rx before")
        for pattern, part in ((r"bad value\(name\).*64", component(3, "forward", name=name)),
                              (r"bad value\(rx_ports\)", component(3, "forward", [port])),
                              (r"bad value\(value\)", table(mac, "ring0")),
                              (r"bad value\(core_id\): core \d+ is the main core",
                               component(main, "forward", name="x")),
                              (r"bad value\(rx_ports\)", component(3, "forward", ["ring499"]))):
            self.json_refused(pattern, part)
            done = json_request(self.peer, commands(component(3, "forward", ["ring0"]), FLUSH,))
            self.assertEqual({r["result"] for r in done["results"]}, {"success"}, done)
            json_request(self.peer, commands(component(3, "none"), FLUSH))
        self.peer.do("component stop before")

    def test_replies_of_a_receive_buffers_size_come_in_one_piece(self):
        """The clients take what 4096 bytes of receiving leave for another reply."""
        self.peer.do("component start cls 12 classifier")
        for size in (4095, 4096, 4097, 8191, 8192, 8193):
            base = len(self.peer.ask_raw("status"))
            entries = 0
            while base < size - 100:
                self.peer.do(f"classifier_table add mac 02:00:00:00:01:{entries:02x} ring:0")
                entries += 1
                base = len(self.peer.ask_raw("status"))
            # an idle core becomes one with a component whose name has the missing length
            self.peer.do("component start x 13 merge")
            more = size - len(self.peer.ask_raw("status"))
            self.peer.do("component stop x")
            self.peer.do(f"component start {'x' * (1 + more)} 13 merge")
            for _ in range(50):
                self.assertEqual(len(self.peer.ask_raw("status")), size)
            self.peer.do(f"component stop {'x' * (1 + more)}")
            for n in range(entries):
                self.peer.do(f"classifier_table del mac 02:00:00:00:01:{n:02x} ring:0")
        self.peer.do("component stop cls")

    def test_status_is_quick(self):
        self.assertLess(median_ms(self.peer, "status"), STATUS_MS)
        self.assertLess(median_ms(self.ctl.primary, "status"), STATUS_MS)

    def test_z_16384_macs_are_cut_to_one_reply_and_quick(self):
        macs = [f"02:00:00:{n >> 8:02x}:{n & 255:02x}:01" for n in range(16384)]
        json_request(self.peer, commands(component(12, "classifier"),
                                         *[table(mac, "ring0") for mac in macs], FLUSH))
        for _ in range(50):
            raw = self.peer.ask_raw("status")
            self.assertLessEqual(len(raw), 65536)
            self.assertGreater(len(raw), 60000)
            info = json.loads(raw)["info"]
            self.assertEqual(info["classifier_table_total"], 16384)
        self.assertLess(median_ms(self.peer, "status"), STATUS_MS)
        self.assertEqual(len(self.b.vf_status()["classifier_table"]), 16384)


class Ways(SppTest):
    def test_at_once_until_flush_or_cancel_was_used(self):
        ctl = start(self.b)
        peer = ctl.vfs[1]
        peer.do("component start fwd 2 forward")
        self.assertIn(2, status.wiring(self.b.vf_status()))
        for word in ("cancel", "flush"):
            peer.do(word)
            peer.do("component start more 3 forward")
            self.assertNotIn(3, status.wiring(self.b.vf_status()))
            peer.do("flush")
            self.assertIn(3, status.wiring(self.b.vf_status()))
            peer.do_all("component stop more", "flush")
            # what a connection staged, and that it stages, ends with it
            peer.do("component start lost 4 forward")
            self.assertTrue(self.b.vf_status()["staged"])
            peer.close()
            peer = ctl.accept_vf()
            self.assertFalse(self.b.vf_status()["staged"])
            peer.do_all("component start now 5 forward")
            self.assertEqual(set(status.wiring(self.b.vf_status())), {2, 5})
            peer.do("component stop now")

    def test_json_and_text_make_the_same_wiring(self):
        ctl = start(self.b)
        peer = ctl.vfs[1]
        peer.do_all("component start cls 2 classifier", "port add phy:0 rx cls",
                    "port add ring:0 tx cls", "port add ring:2 tx cls",
                    "component start fwd 3 forward", "port add ring:0 rx fwd",
                    "port add vhost:0 tx fwd",
                    "classifier_table add mac fa:16:3e:7d:cc:35 ring:0",
                    "classifier_table add mac default ring:2")
        text = peer.ask_raw("status")
        shown = {key: self.b.vf_status()[key] for key in ("core", "classifier_table")}
        json_request(peer, commands(
            component(2, "none"), component(3, "none"), table("fa:16:3e:7d:cc:35", "unuse"),
            table("default", "unuse"), FLUSH))
        self.assertEqual(peer.info()["classifier_table"], [])
        json_request(peer, commands(
            component(2, "classifier", ["nic0"], ["ring0", "ring2"], name="cls"),
            component(3, "forward", ["ring0"], ["vhost0"], name="fwd"),
            table("fa:16:3e:7d:cc:35", "ring0"), table("default", "ring2"), FLUSH))
        self.assertEqual(peer.ask_raw("status"), text)
        self.assertEqual({key: self.b.vf_status()[key] for key in shown}, shown)

    def test_both_dialects_on_one_port(self):
        self.b.start_controller()
        self.b.primary(["net_null0"])
        self.b.vf(1)
        vf, primary = self.b.controller[1], self.b.controller[0]
        self.assertEqual(vf.request("_get_client_id\n")["client_id"], 1)
        self.assertEqual(vf.request({"commands": [{"command": "process"}]})["process"], 1)
        self.assertIn("phy_ports", primary.request("status"))
        self.assertEqual(primary.request({"commands": [{"command": "process"}]})["process"], 0)
        # several in one segment, and one and a half
        vf.send('status\n{"commands":[{"command":"process"}]}component stop x\n{"comm')
        self.assertIn("master-lcore", vf.reply()["info"])
        self.assertEqual(vf.reply()["process"], 1)
        self.assertEqual(vf.reply(), {"results": [{"result": "success"}]})
        vf.send('ands":[{"command":"process"}]}')
        self.assertEqual(vf.reply()["process"], 1)


LOOP = ["component start a 2 forward", "component start b 3 forward", "port add phy:0 rx a",
        "port add ring:0 tx a", "port add ring:0 rx b", "port add phy:0 tx b"]


class Clear(SppTest):
    """Counters: net_null always has packets, so they run as long as the loop is wired."""

    def counted(self, number=1):
        info = self.b.vf_status(number)
        return (status.port(info, "nic0")["rx_packets"] if number == 1 else 0,
                sum(status.drops(info).values()))

    def run_for_a_moment(self, peer):
        peer.do_all(*LOOP)
        wait_for("packets", lambda: self.counted()[0] > 100000)
        peer.do_all("port del phy:0 rx a")

    def test_the_primary_clears_itself_and_its_vfs(self):
        ctl = start(self.b)
        self.run_for_a_moment(ctl.vfs[1])
        before = ctl.primary.ask("status")
        self.assertGreater(before["phy_ports"][0]["rx"], 100000)
        self.assertEqual(ctl.primary.ask("clear"), {"result": "succeeded", "command": "clear"})
        wait_for("the VF to count anew", lambda: self.counted() == (0, 0), 1)
        after = ctl.primary.ask("status")
        self.assertEqual((after["phy_ports"][0]["rx"], after["ring_ports"][0]["tx"]), (0, 0))
        # and on it goes, from there
        ctl.vfs[1].do("port add phy:0 rx a")
        wait_for("packets again", lambda: self.counted()[0] > 1000)
        wait_for("the primary to show the ring's",
                 lambda: ctl.primary.ask("status")["ring_ports"][0]["rx"] > 1000, 3)

    def test_a_vf_clears_itself_by_controller_and_local_socket(self):
        ctl = start(self.b)
        for way in ("text", "json", "local json", "local text"):
            self.run_for_a_moment(ctl.vfs[1])
            if way == "text":
                ctl.vfs[1].do("clear")
            elif way == "json":
                json_request(ctl.vfs[1], commands({"command": "clear"}))
            else:
                message = "clear\n" if way == "local text" else commands({"command": "clear"})
                reply = local(self.b.vf_socket(1), message)
                self.assertEqual(reply["results"], [{"result": "success"}])
            self.assertEqual(self.counted(), (0, 0), way)
            self.assertEqual([c["packets"] for c in self.b.vf_status()["component"]], [0, 0])
            ctl.vfs[1].do_all("component stop a", "component stop b")

    def test_a_stopped_vf_does_not_hold_up_the_primary(self):
        ctl = start(self.b, nics=("net_null0", "net_null1"), rings=8, mem=768)
        self.b.vf(2, ids=[14, 15, 16], args=ctl.for_vf)
        ctl.accept_vf()
        self.run_for_a_moment(ctl.vfs[1])
        self.b.vfs[2].send_signal(signal.SIGSTOP)
        begin = time.monotonic()
        for _ in range(20):
            ctl.primary.ask("clear")
            ctl.primary.ask("status")
        self.assertLess(time.monotonic() - begin, 0.5)
        wait_for("the other VF to count anew", lambda: self.counted() == (0, 0), 1)
        self.b.primary_proc.wait_log("clear: .*vf-2.sock: no answer", 5)
        self.b.vfs[2].send_signal(signal.SIGCONT)
        wait_for("the stopped one to answer", lambda: self.b.vf_status(2))
        self.b.vfs[1].kill()
        for _ in range(5):
            self.assertEqual(ctl.primary.ask("clear")["result"], "succeeded")


class Primary(SppTest):
    def test_what_it_does_not_do_is_refused_and_logged_with_what_to_use(self):
        ctl = start(self.b, vf=False)
        for line in ("add ring:9", "del phy:0", "patch phy:0 ring:0", "patch reset", "forward",
                     "stop", "launch 2 spp_vf -l 1,4-7 -m 512 -- --client-id 2 -s 127.0.0.1:6666",
                     "flow destroy phy:0 ALL", "_get_client_id", "nonsense", "status now"):
            reply = ctl.primary.ask(line)
            self.assertEqual((reply["result"], reply["command"]), ("failed", line.split()[0]))
            self.assertTrue(reply["message"])
        self.b.primary_proc.wait_log('command "add" refused: NICs and rings are given at the start')
        self.assertEqual(ctl.primary.ask("status")["pipes"], [])

    def test_exit_of_both_answers_first_and_ends_with_0(self):
        ctl = start(self.b)
        ctl.vfs[1].do_all(*LOOP)
        self.assertEqual(ctl.vfs[1].ask("exit"), {"results": [{"result": "success"}]})
        self.assertEqual(self.b.vfs[1].wait(), 0)
        wait_for("the slot to be free", lambda: status.slot(self.b.primary_status(), 1) is None)
        self.assertEqual(status.missing(self.b.primary_status()), {})
        self.assertEqual(status.deaths(self.b.primary_status()), 0)
        self.assertEqual(ctl.primary.ask("exit"), {"result": "succeeded", "command": "exit"})
        self.assertEqual(self.b.primary_proc.wait(), 0)

    def test_exit_in_json(self):
        self.b.start_controller()
        self.b.primary(["net_null0"])
        self.b.vf(1)
        for number, proc in ((1, self.b.vfs[1]), (0, self.b.primary_proc)):
            reply = self.b.controller[number].request(commands({"command": "exit"}))
            self.assertEqual(reply["results"], [{"result": "success"}])
            self.assertEqual(proc.wait(), 0)

    def test_exit_does_not_come_by_the_local_socket(self):
        start(self.b)
        for path in (self.b.primary_socket(), self.b.vf_socket(1)):
            for message in ("exit\n", commands({"command": "exit"})):
                self.assertNotIn("succe", str(local(path, message)))
            self.assertTrue(local_status(path))


class Connections(SppTest):
    def test_silent_slow_and_half_open_controllers_are_borne(self):
        ctl = start(self.b)
        ctl.vfs[1].do_all(*LOOP)
        before = status.wiring(self.b.vf_status())
        # half a command is what came in one segment, and is answered as that
        self.assertIn("error", str(ctl.vfs[1].ask("component sto")))
        # asked without reading, until nothing more goes in
        sock = ctl.vfs[1].sock
        sock.setblocking(False)
        try:
            while True:
                sock.send(b"status\n" * 1000)
        except BlockingIOError:
            pass
        self.assertEqual(status.wiring(self.b.vf_status()), before)
        # gone without a word: the next one to listen gets it
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        sock.close()
        peer = ctl.accept_vf()
        self.assertEqual(status.wiring(self.b.vf_status()), before)
        peer.do("component stop b")

    def test_a_controller_that_is_there_twice_gets_the_same_process_again(self):
        """Restarted on the same ports while the old one's connections still stand."""
        ctl = start(self.b)
        old = ctl.vfs.pop(1)
        for server in ctl.servers:
            server.close()
        new = SppCtl(ctl.ports)
        self.b.closers.append(new.close)
        self.assertEqual(old.do("_get_client_id")["client_id"], 1)  # still served
        old.close()
        self.assertEqual(new.accept_vf().info()["client-id"], 1)
