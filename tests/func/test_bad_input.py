# SPDX-License-Identifier: BSD-3-Clause
"""Bad input over the control connection: the documented error, nothing changed, traffic untouched.

One class, one bench: a numbered stream in both directions runs through all cases, and the last one
asks it what it lost.
"""

import json
import socket

import scenario
import status
from bench import message
from spplib import FLUSH, SppTest, commands, component, table

PROCESS = {"commands": [{"command": "process"}]}

# The founding document's samples as printed: comments, and the array closed with a brace.
AS_PRINTED = [
    """{ "commands": [ { "command": "process" } } }""",
    """{
  "commands" : [
    { "command" : "component",
      "core_id" : "2",        // core number
      "type" : "none"
    },
    { "command" : "flush" }
  }
}""",
    """{
  "commands": [
    { "command": "classifier_table", "type": "mac",
      "value": "00:11:22:33:44:55",   // "[the MAC] of the VM"
      "port": "unuse" },
    { "command": "flush" }
  ]
}""",
]


class BadInput(SppTest):
    repeatable = False  # the last case judges them all

    @classmethod
    def prepare(cls, b):
        cls.tool = scenario.start_numbered(b)
        cls.tool.begin(scenario.ALL_WAYS, rate=3000)
        cls.before = cls.state(b)

    @staticmethod
    def state(b):
        info = b.vf_status()
        return status.wiring(info), status.table(info), info["staged"], info["generation"]

    def setUp(self):
        super().setUp()
        self.peer = self.b.controller[1]

    def tearDown(self):
        self.assertEqual(self.state(self.b), self.before, "wiring, table, staged, generation")
        self.assertTrue(self.b.vfs[1].alive())
        super().tearDown()

    def reconnect(self):
        self.b.controller.wait(1)
        self.peer = self.b.controller[1]

    def refused(self, *parts, pattern):
        """As one message that ends with a flush: nothing of it may happen."""
        self.send_error(self.peer, commands(*parts, FLUSH), pattern)

    def bad_format(self, reply):
        results = [(r["result"], r["error_details"]["message"]) for r in reply["results"]]
        self.assertEqual(results, [("error", "bad message format")], reply)

    def alive(self):
        self.assertEqual(self.peer.request(PROCESS)["process"], 1)

    # -- not JSON ---------------------------------------------------------------------------

    def test_founding_documents_samples_as_printed_give_one_error_each(self):
        for text in AS_PRINTED:
            self.bad_format(self.peer.request(text))
            self.assertTrue(self.peer.silent(0.2), "only one reply")
            self.alive()

    def test_not_json(self):
        for text in ("{]", "{} }", '{"commands"}', '{"commands": [}', "{'commands': []}",
                     '{"commands": [{"command": "process"},]}', '{"a": 1, "a": 2}',
                     '{"commands": [{"command": "\\x"}]}', "{\"commands\": \"\xff\"}"):
            self.peer.send(text.encode("latin-1"))
            reply = self.peer.reply()
            self.assertEqual(reply["results"][0]["result"], "error", f"{text}: {reply}")
            while not self.peer.silent(0.1):
                self.peer.reply()  # what a stray closer is taken for
            self.alive()

    def test_json_that_is_no_request(self):
        for text in ("{}", '{"commands": {}}', '{"commands": 7}', '{"commands": [7]}',
                     '{"commands": [{}]}', '{"comands": []}'):
            reply = self.peer.request(text)
            self.assertIn("error", [r["result"] for r in reply["results"]], f"{text}: {reply}")
            self.alive()

    def test_text_is_answered_with_one_error(self):
        reply = self.peer.request("hello there\n")
        self.assertEqual(reply["results"][0]["result"], "error")
        self.alive()

    # -- wrong commands ---------------------------------------------------------------------

    def test_unknown_command(self):
        self.refused({"command": "componant"}, pattern=r"^unknown command\(componant\)")

    def test_missing_members(self):
        self.refused({"command": "component"}, pattern=r"^not enough parameter\(core_id\)")
        self.refused({"command": "component", "core_id": "8"},
                     pattern=r"^not enough parameter\(type\)")
        self.refused({"command": "classifier_table", "type": "mac"},
                     pattern=r"^not enough parameter\(value\)")
        self.refused({"command": "classifier_table", "type": "mac", "value": "02:00:00:00:00:01"},
                     pattern=r"^not enough parameter\(port\)")

    def test_wrong_types(self):
        self.refused(component(8, "forward", "nic0", ["vhost0"]),
                     pattern=r"^bad value type\(rx_ports\)")
        self.refused(component(8, "forward", [0], ["vhost0"]), pattern=r"^bad value type\(rx_ports")
        self.refused({"command": 7}, pattern=r"^bad value type\(command\)")
        self.refused({"command": "component", "core_id": [8], "type": "none"},
                     pattern=r"^bad value type\(core_id\)")
        self.refused(component(8, "forward", None, None, name=5), pattern=r"^bad value type\(name\)")

    def test_unknown_words(self):
        self.refused(component(8, "forwarder2"), pattern=r"^bad value\(type\)")
        self.refused(component("eight", "forward"), pattern=r"^bad value\(core_id\)")
        self.refused(table("not-a-mac", "ring0"), pattern=r"^bad value\(value\)")
        self.refused(table("02:00:00:00:00:01", "ring0", kind="ip"), pattern=r"^bad value\(type\)")

    def test_unknown_ports_and_ports_out_of_range(self):
        for port in ("disk0", "nic", "nic0x", "nic-1", "vhost 0", "", "nic1", "ring4", "vhost2",
                     "ring99999999999999999999"):
            self.refused(component(8, "forward", [port], ["vhost0"]),
                         pattern=r"^bad value\(rx_ports")

    def test_core_that_is_no_worker_or_the_main_core(self):
        for core in (0, 1, 14, 200, 4294967298):
            self.refused(component(core, "forward", ["ring0"], ["vhost0"]),
                         pattern=r"^bad value\(core_id\)")

    def test_core_in_use(self):
        self.refused(component(4, "forward", ["ring0"], ["vhost0"]), pattern="4")

    def test_port_used_twice(self):
        self.refused(component(8, "forward", ["nic0"], ["ring0"]), pattern="nic0")
        self.refused(component(8, "forward", ["vhost0"], ["ring0"]), pattern="vhost0|ring0")
        self.refused(component(8, "merge", ["ring0", "ring0"], ["ring1"]), pattern="ring0")

    def test_wrong_numbers_of_ports(self):
        clear = component(4, "none"), component(5, "none")
        for rx, tx in ((["ring0", "vhost0"], ["vhost0"]), (["ring0"], ["vhost0", "ring1"])):
            self.refused(*clear, component(4, "forward", rx, tx), pattern="forward")
            self.send_ok(self.peer, commands({"command": "cancel"}))

    def test_names_of_200_characters(self):
        self.refused(component(8, "forward", name="n" * 200), pattern="(?s)name.*64")
        self.refused({"command": "c" * 200}, pattern=r"^unknown command\(c")
        self.refused(component(8, "f" * 200), pattern=r"^bad value\(type\)")
        self.refused(component(8, "forward", ["p" * 200], ["vhost0"]),
                     pattern=r"^bad value\(rx_ports")

    def test_mac_on_another_port_until_removed(self):
        self.refused(table(scenario.MACS[0], "ring2"), pattern="ring0")

    def test_flush_twice_or_not_last(self):
        self.refused(FLUSH, pattern="flush")
        self.refused(FLUSH, component(8, "none"), pattern="flush")

    def test_error_in_the_middle_names_only_the_bad_command(self):
        reply = self.send_error(self.peer, commands(
            component(8, "none"), {"command": "nonsense"}, component(9, "none"), FLUSH), "nonsense")
        self.assertEqual([r["result"] for r in reply["results"]],
                         ["invalid", "error", "invalid", "invalid"])

    # -- too much ---------------------------------------------------------------------------

    def test_5_million_bytes(self):
        text = json.dumps(commands(component(8, "none", name="x"))).replace(
            '"x"', '"' + "x" * 5_000_000 + '"')
        try:
            self.peer.send(text)
            reply = self.peer.reply()
            self.assertEqual(reply["results"][0]["result"], "error")
            self.assertRegex(reply["results"][0]["error_details"]["message"], "4194304|4 MiB")
        except ConnectionError:
            pass  # framing is lost: it may close while we still write
        if self.peer.closed(2):
            self.reconnect()
        self.alive()

    def test_40000_commands(self):
        reply = self.peer.request(commands(*[component(8, "none")] * 40000), 20)
        self.assertRegex(json.dumps(reply)[:2000], "32768")
        self.alive()

    def test_nesting_without_end(self):
        reply = self.peer.request('{"commands": ' + "[" * 100000 + "]" * 100000 + "}")
        self.assertEqual(reply["results"][0]["result"], "error")
        self.alive()

    # -- framing ----------------------------------------------------------------------------

    def test_half_a_message_then_silence(self):
        self.peer.send('{"commands": [{"comm')
        self.assertTrue(self.peer.silent(4))
        self.bad_format(self.peer.reply(4))
        self.alive()

    def test_a_message_byte_by_byte(self):
        for byte in json.dumps(PROCESS).encode():
            self.peer.send(bytes([byte]))
        self.assertEqual(self.peer.reply()["process"], 1)

    def test_ten_messages_in_one_segment(self):
        self.peer.send(json.dumps(PROCESS) * 10)
        for _ in range(10):
            self.assertEqual(self.peer.reply()["process"], 1)
        self.assertTrue(self.peer.silent(0.2), "one reply a message")

    def test_garbage_between_good_messages(self):
        good = json.dumps(PROCESS)
        self.peer.send(f"{good}\n#!garbage!#\n{good}\n}}}}]]\n{good}")
        answered = 0
        while not self.peer.silent(0.5):
            answered += self.peer.reply().get("process") == 1
        self.assertEqual(answered, 3, "every good message is answered")
        self.alive()

    def test_controller_gone_in_mid_reply(self):
        self.peer.send(json.dumps({"commands": [{"command": "status"}]}) * 200)
        linger = b"\1\0\0\0\0\0\0\0"  # on, 0 s: a reset
        self.peer.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.peer.close()
        self.reconnect()
        self.alive()

    def test_what_a_lost_connection_staged_is_forgotten(self):
        self.send_ok(self.peer, commands(component(8, "forward")))
        self.assertTrue(self.b.vf_status()["staged"])
        self.reconnect()
        self.alive()
        self.assertFalse(self.b.vf_status()["staged"])

    def test_the_local_socket_takes_no_changes(self):
        from controller import local
        reply = local(self.b.vf_socket(1), commands(component(8, "none"), FLUSH))
        self.assertIn("error", [r["result"] for r in reply["results"]])

    def test_the_primary_takes_no_wiring_and_survives_the_same(self):
        primary = self.b.controller[0]
        for text in (*AS_PRINTED, json.dumps(message("2-initial")), "{]", '{"commands": [7]}'):
            reply = primary.request(text)
            self.assertIn("error", [r["result"] for r in reply["results"]], f"{text}: {reply}")
        for text in ("hello\n", "component start x 2 forward\n"):
            self.assertEqual(primary.request(text)["result"], "failed")
        self.assertEqual(primary.request(PROCESS)["process"], 0)

    def test_zz_no_packet_was_lost_through_all_this(self):
        """Runs last (its name): the stream that ran beside every case above."""
        result = self.tool.end()
        self.whole(result)
        self.assertGreater(result.total_received(), 1000)
