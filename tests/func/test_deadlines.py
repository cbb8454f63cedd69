# SPDX-License-Identifier: BSD-3-Clause
"""Somebody does not answer: every command of sppctl ends within seconds and says who."""

import os
import signal
import time

from agentlib import FLUSH, SUCCESS, Agent
from fake_infos import PRIMARY_STATUS, VF_STATUS
from spplib import SppTest

LOOK_S = 2.5    # a command that looks: its own second between two looks, and little more
CHANGE_S = 7.0  # a command that changes something
PROCESS = {**SUCCESS, "process": 1, "process_type": "vf"}


class Deadlines(SppTest):
    def local(self, a, number, reply=VF_STATUS):
        name = "primary.sock" if number == 0 else f"vf-{number}.sock"
        return a.local(name, {"process": PROCESS, "status": reply,
                              "clear": SUCCESS})

    def took(self, a, *words, most=LOOK_S, **more):
        begun = time.monotonic()
        code, out, err = a.ctl(*words, **more)
        self.in_time(" ".join(words), time.monotonic() - begun, most)
        return code, out, err

    def test_what_looks_never_waits_for_the_agent(self):
        with Agent() as a:
            self.local(a, 0, PRIMARY_STATUS)
            self.local(a, 1)
            a.proc.send_signal(signal.SIGSTOP)
            word = f"spp_agent (pid {a.proc.pid}) on {a.socket} does not answer"
            for words in (["ls"], ["status"], ["topo"], ["topo", "-i", "0"]):
                code, out, err = self.took(a, *words)
                self.assertEqual(code, 0, (words, err))
                self.assertIn("vf1", out, words)
                self.assertIn(word, err, words)
            code, out, err = self.took(a, "check")
            self.assertEqual((code, err), (1, ""))
            self.assertIn(word, out)
            self.assertNotIn("vf1 does not answer", out)
            for words in (["status", "vf1"], ["dump", "vf1"], ["clear"], ["complete", "plug", ""]):
                self.assertEqual(self.took(a, *words)[0], 0, words)
            code, out, _ = self.took(a, "top", "--seconds", "2", "-i", "0.5", most=3.5)
            self.assertEqual(code, 0)
            self.assertIn(word, out)
            self.assertGreater(out.count("vf1   generation"), 3)
            a.proc.send_signal(signal.SIGCONT)

    def test_a_change_says_that_it_is_the_agent(self):
        with Agent() as a:
            a.connected(1, lambda text: VF_STATUS)
            a.proc.send_signal(signal.SIGSTOP)
            code, _, err = self.took(a, "plug", "vhost0", "00:11:22:33:44:55", "--to", "vf1",
                                     most=CHANGE_S)
            self.assertEqual(code, 3)
            self.assertIn(f"spp_agent (pid {a.proc.pid}) on {a.socket} does not answer", err)
            a.proc.send_signal(signal.SIGCONT)

    def test_a_change_says_that_it_is_the_process(self):
        for words, text in ((["unplug", "vhost0", "--to", "vf1"], None),
                            (["send", "vf1", "-"], '{"commands": []}')):
            with Agent() as a:
                a.connected(1, lambda text: None)
                code, _, err = self.took(a, *words, "--timeout", "1", text=text, most=2)
                self.assertEqual(code, 3)
                self.assertRegex(err, r"sppctl: vf1: no reply within 1\d\d\d ms")
                self.assertEqual("not known" in err, words[0] == "send")
                code, _, err = self.took(a, "send", "vf1", "-", "--timeout", "0.5", text="{}",
                                         most=1.5)
                self.assertIn("busy with other requests for 5", err)

    def test_a_process_that_is_stopped_holds_up_none_of_the_others(self):
        with Agent() as a:
            self.local(a, 0, PRIMARY_STATUS)
            for n in range(1, 17):
                self.local(a, n, None if n in (2, 9, 16) else VF_STATUS)
            for words in (["status"], ["topo"], ["clear"]):
                code, out, err = self.took(a, *words, most=LOOK_S + 2)
                self.assertIn("vf1", out, words)
                for n in (2, 9, 16):
                    self.assertIn(f"vf{n}: does not answer within 2000 ms (pid {os.getpid()}", err)
            code, out, _ = self.took(a, "check", most=LOOK_S + 2)
            self.assertEqual(code, 2)
            self.assertIn("vf9 does not answer within", out)
            self.assertEqual(out.count("does not answer"), 3)
            code, _, err = self.took(a, "status", "vf9")
            self.assertEqual(code, 3)
            self.assertIn(f"vf-9.sock: no reply within 2000 ms (pid {os.getpid()}", err)
