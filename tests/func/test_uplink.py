# SPDX-License-Identifier: BSD-3-Clause
"""An uplink: two NICs as one port. A pulled cable costs milliseconds, and nothing else."""

import os
import signal
import subprocess
import time

import pcapng
import status
from ctllib import Ctl
from monitorlib import Monitor
from proc import stays, wait_for
from spplib import FLUSH, SppTest, commands, component, program, table
from uplink_bed import GUEST, Cable, Talker
from vhost_frontend import Frontend

FLAPS = int(os.environ.get("SPP_TEST_FLAPS", "20"))
SWITCH_S = 1.0  # what is promised; 0.2 s is the rule


def switch(*entries):
    return commands(component(2, "none"),
                    component(2, "switch", ["uplink0", "vhost0"], ["uplink0", "vhost0"]),
                    table(GUEST, "vhost0"), *entries, table("default", "uplink0"), FLUSH)


class Uplink(SppTest):
    def start(self, uplink="nic0,nic1", wiring=None):
        b = self.b
        for number in (0, 1):
            b.wire(number)
        b.start_controller()
        b.primary(rings=8)
        self.vf = b.vf(1, config=b.vf_config(num_vhost=1), args=["--uplink", uplink])
        self.cables = [Cable(wire.tap) for wire in b.wires]
        for cable in self.cables:
            self.addCleanup(cable.close)
        self.send_ok(b.controller[1], wiring or switch())
        self.connect()
        wait_for("both links", lambda: self.links() == [True, True])

    def connect(self):
        self.guest = Frontend(self.b.sock(0))
        self.addCleanup(self.guest.close)
        self.guest.post(200)
        wait_for("the guest", lambda: status.port(self.b.vf_status(), "vhost0")["link_up"])

    def links(self):
        info = self.b.vf_status()
        return [status.port(info, nic)["link_up"] for nic in ("nic0", "nic1")]

    def uplink(self):
        return self.b.vf_status()["uplink"][0]

    def active(self):
        return self.uplink()["active"]

    def wait_active(self, nic, deadline=10.0):
        wait_for(f"{nic} to send", lambda: self.active() == nic, deadline)

    def lines(self, pattern):
        return [line for line in self.vf.text().split("\n") if pattern in line]

    def says(self, *numbers):
        """The guest sends these."""
        self.guest.send_burst([Talker.frame(n) for n in numbers])

    def passes(self, cable, numbers):
        """All that the guest says leaves by this cable, and is heard there."""
        self.says(*numbers)
        wait_for("what the guest sent", lambda: set(numbers) <= set(self.cables[cable].numbers()))

    def nothing_is_missing(self):
        """The slot is free: its pool has all that is not with the NICs."""
        info = self.b.primary_status()
        mbufs = info["vf"][0]["mbufs"]
        self.assertEqual(mbufs["missing"], 0)
        self.assertLessEqual(mbufs["total"] - mbufs["free"],
                             sum(nic["rx_descriptors"] for nic in info["nic"]))

    def pull_and_measure(self, index):
        """Pull one cable under numbered traffic; (lost, seconds without a packet)."""
        other = self.cables[1 - index]
        talker = Talker(self.guest)
        time.sleep(0.5)
        pulled = self.cables[index].pull()
        time.sleep(1.5)
        sent = talker.stop()
        wait_for("the last", lambda: sent - 1 in other.numbers())
        heard = {n for cable in self.cables for n in cable.numbers()}
        lost = sorted(set(range(sent)) - heard)
        by_other = other.numbers()
        self.assertEqual(by_other, sorted(set(by_other)), "once, and in order")
        first = min(when for when, _ in other.heard if when > pulled)
        if lost:  # nothing before the cable was pulled, one piece after it
            self.assertGreater(talker.sent_at[lost[0]], pulled - 0.2)
        return len(lost), first - pulled


class OneSends(Uplink):
    in_event = True

    def test_one_sends_and_both_receive(self):
        self.start()
        self.passes(0, range(0, 40))
        time.sleep(0.2)
        self.assertEqual(self.cables[1].numbers(), [], "only one sends")
        self.cables[0].send(GUEST, *range(100, 110))
        self.cables[1].send(GUEST, *range(200, 210))
        got = [int.from_bytes(self.guest.receive()[14:18], "big") for _ in range(20)]
        self.assertEqual(sorted(got), [*range(100, 110), *range(200, 210)])
        info = self.b.vf_status()
        figures = {name: status.port(info, name) for name in ("uplink0", "nic0", "nic1")}
        for way in ("rx_packets", "tx_packets"):
            self.assertEqual(figures["uplink0"][way],
                             figures["nic0"][way] + figures["nic1"][way], figures)
        self.assertEqual(figures["nic1"]["tx_packets"], 0)
        self.assertEqual({**info["uplink"][0], "passed_over": 0},
                         {"port": "uplink0", "nics": ["nic0", "nic1"], "primary": "nic0",
                          "active": "nic0", "revert": False, "moves": 0, "announced": 0,
                          "passed_over": 0})

    def look(self, *words):
        """A sppctl that looks at packets, once it does."""
        proc = subprocess.Popen([program("sppctl"), *words], text=True, stdin=subprocess.DEVNULL,
                                env={**os.environ, **self.b.env}, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE)
        self.addCleanup(proc.kill)
        self.assertRegex(proc.stderr.readline(), "^(capturing|tracing)")
        return proc

    def test_its_packets_are_seen_at_the_uplink(self):
        self.start()
        path, ours = self.b.path("uplink.pcapng"), ("ether", "proto", "0x88b5")
        capture = self.look("capture", "uplink0", "-w", path, *ours)
        trace = self.look("trace", "uplink0", "-c", "10", *ours)
        back = self.look("capture", "vhost0", "--rx", "-c", "10", "-w", path + ".back", *ours)
        self.passes(0, range(0, 10))
        self.cables[0].send(GUEST, *range(100, 105))
        self.cables[1].send(GUEST, *range(200, 205))
        for _ in range(10):
            self.guest.receive()
        out, err = trace.communicate(timeout=20)
        self.assertEqual((trace.returncode, out.count("received at uplink0 "),
                          out.count("sent at vhost0 ")), (0, 10, 10), out + err)
        self.assertEqual(back.wait(20), 0)
        capture.send_signal(signal.SIGINT)
        _, err = capture.communicate(timeout=20)
        self.assertEqual(capture.returncode, 0, err)
        seen = [(p.port, p.way, int.from_bytes(p.data[14:18], "big"))
                for p in pcapng.read(path).packets]
        self.assertEqual([n for port, way, n in seen if (port, way) == ("uplink0", pcapng.TX)],
                         list(range(10)))
        self.assertEqual(sorted(n for port, way, n in seen if (port, way) == ("uplink0", pcapng.RX)),
                         [*range(100, 105), *range(200, 205)])
        self.assertEqual(len(seen), 20)

    def test_what_is_broadcast_by_one_does_not_leave_by_the_other(self):
        self.start()
        self.cables[0].send("ff:ff:ff:ff:ff:ff", 7)
        self.assertEqual(int.from_bytes(self.guest.receive()[14:18], "big"), 7)
        time.sleep(0.2)
        self.assertEqual([cable.numbers() for cable in self.cables], [[], []])

    def test_a_broadcast_is_not_taken_of_the_one_that_stands_by(self):
        """It comes by the other one, too; and what guests broadcast would come back to them."""
        self.start()
        before, drops = self.uplink()["passed_over"], status.drops(self.b.vf_status())
        self.cables[1].send("ff:ff:ff:ff:ff:ff", 7, 8)
        self.cables[1].send(GUEST, 9)
        self.assertEqual(int.from_bytes(self.guest.receive()[14:18], "big"), 9)
        wait_for("the figure", lambda: self.uplink()["passed_over"] >= before + 2)
        self.assertEqual(status.drops(self.b.vf_status()), drops)
        self.cables[0].pull()
        self.wait_active("nic1")
        self.cables[1].send("ff:ff:ff:ff:ff:ff", 10)
        self.assertEqual(int.from_bytes(self.guest.receive()[14:18], "big"), 10)

    def test_a_pulled_cable_costs_less_than_a_second(self):
        self.start()
        lost, seconds = self.pull_and_measure(0)
        print(f"lost at a switch-over: {lost} of 1,000 a second; {seconds * 1000:.0f} ms")
        self.in_time("the switch-over", seconds, SWITCH_S)
        self.assertLess(lost, 1000 * SWITCH_S * 1.2)
        self.assertEqual((self.active(), self.uplink()["moves"]), ("nic1", 1))
        self.vf.wait_log("uplink0: nic0 has no link: sends by nic1 now")
        self.assertTrue(status.port(self.b.vf_status(), "uplink0")["link_up"])
        self.cables[0].put_back()
        wait_for("the link", lambda: self.links() == [True, True])
        stays("no needless move", lambda: self.active() == "nic1", 1)
        self.vf.wait_log("uplink0: nic0 has its link again, and stands by for nic1")


class Moves(Uplink):
    deadline = 120 + FLAPS * 2

    def test_the_network_is_told_of_every_address_at_a_pace(self):
        macs = [f"02:00:00:01:{i // 256:02x}:{i % 256:02x}" for i in range(200)]
        tagged = [f"02:00:00:02:00:{i:02x}" for i in range(20)]
        self.start(wiring=switch(*(table(mac, "vhost0") for mac in macs),
                                 *(table(f"100/{mac}", "vhost0", "vlan") for mac in tagged),
                                 table("02:00:00:03:00:00", "uplink0")))
        self.cables[0].pull()
        told = self.cables[1].announced
        want = {(mac, None) for mac in [GUEST, *macs]} | {(mac, 100) for mac in tagged}
        wait_for("all addresses", lambda: len(told()) >= len(want))
        time.sleep(0.3)
        self.assertEqual(sorted(map(str, (t[1:] for t in told()))), sorted(map(str, want)),
                         "each once; not those that are behind the wire")
        times = sorted(t[0] for t in told())
        self.assertGreater(times[-1] - times[0], 0.2, "64 in 100 ms at most")
        self.assertEqual(self.cables[0].announced(), [])
        wait_for("the figure", lambda: self.uplink()["announced"] == len(want))
        wait_for("the word", lambda: self.lines("uplink0: told the network by nic1 where 221"))

    def test_both_down_and_back(self):
        self.start()
        for cable in self.cables:
            cable.pull()
        wait_for("the word", lambda: self.lines("neither nic0 nor nic1 has a link") or
                 self.lines("neither nic1 nor nic0 has a link"))
        self.assertFalse(status.port(self.b.vf_status(), "uplink0")["link_up"])
        self.cables[1].put_back()
        self.wait_active("nic1")
        wait_for("the link", lambda: self.links() == [False, True])
        self.passes(1, range(10))
        self.cables[0].put_back()
        self.cables[1].pull()
        self.wait_active("nic0")
        self.passes(0, range(10, 20))
        shown = Monitor(self.b)
        wait_for("who sends", lambda: [shown.value("spp_uplink_sends", vf="vf1", uplink="uplink0",
                                                   port=nic) for nic in ("nic0", "nic1")] == [1, 0])
        self.assertEqual(shown.value("spp_uplink_moves_total", vf="vf1", uplink="uplink0"),
                         self.uplink()["moves"])

    def test_the_primary_comes_first_and_back(self):
        self.start("uplink0=nic0,nic1,primary=nic1,revert")
        self.assertEqual(self.active(), "nic1")
        self.passes(1, range(10))
        self.cables[1].pull()
        self.wait_active("nic0")
        self.cables[1].put_back()
        began = time.monotonic()
        talker = Talker(self.guest, 500)
        self.wait_active("nic1", 15)
        self.assertGreater(time.monotonic() - began, 4, "a link that trembles is not trusted")
        time.sleep(0.2)
        sent = talker.stop()
        wait_for("the last", lambda: sent - 1 in self.cables[1].numbers())
        self.assertEqual(sorted(self.cables[0].numbers() + self.cables[1].numbers()[10:]),
                         list(range(sent)), "nothing is lost where both have a link")

    def test_flaps(self):
        """Cables pulled and put back in turn. SPP_TEST_FLAPS=1000 for many."""
        self.start()
        for flap in range(FLAPS):
            self.cables[flap % 2].pull()
            self.wait_active(f"nic{1 - flap % 2}")
            self.passes(1 - flap % 2, [flap])
            self.cables[flap % 2].put_back()
            wait_for("the link", lambda: self.links() == [True, True])
        self.assertEqual(self.uplink()["moves"], FLAPS)
        self.assertLess(len(self.lines("uplink0: ")), 25 + FLAPS)  # 20 a minute are written
        self.vf.stop(signal.SIGTERM)
        wait_for("the slot", lambda: status.slot(self.b.primary_status(), 1) is None)
        self.nothing_is_missing()


class Life(Uplink):
    def test_a_vf_that_dies_leaves_nothing(self):
        self.start()
        self.cables[0].pull()  # with frames on their way to the worker
        self.wait_active("nic1")
        holders = [nic["holder"] for nic in self.b.primary_status()["nic"]]
        self.assertEqual(holders, [1, 1])
        self.assertEqual({nic["hold"] for nic in self.b.primary_status()["nic"]}, {"uplink"})
        self.vf.kill()
        wait_for("the slot", lambda: status.slot(self.b.primary_status(), 1) is None)
        info = self.b.primary_status()
        self.assertEqual([nic["holder"] for nic in info["nic"]], [None, None])
        self.nothing_is_missing()
        self.cables[0].put_back()
        self.vf = self.b.vf(1, config=self.b.vf_config(num_vhost=1, uplinks=["nic0,nic1"]))
        self.send_ok(self.b.controller[1], switch())
        self.connect()
        wait_for("both links", lambda: self.links() == [True, True])
        self.passes(0, range(50, 60))

    def test_wired_and_unwired_under_traffic(self):
        """The uplink from worker to worker and to another component and back: nothing lost."""
        self.start()
        talker = Talker(self.guest, 500)
        for _ in range(10):
            for core in (3, 2):
                self.send_ok(self.b.controller[1], commands(
                    component(5 - core, "none"),
                    component(core, "switch", ["uplink0", "vhost0"], ["uplink0", "vhost0"]), FLUSH))
        sent = talker.stop()
        wait_for("the last", lambda: sent - 1 in self.cables[0].numbers())
        self.assertEqual(self.cables[0].numbers(), list(range(sent)))
        self.send_ok(self.b.controller[1], commands(component(2, "none"), FLUSH))
        self.send_ok(self.b.controller[1], switch())
        self.passes(0, range(10000, 10010))


class Operator(SppTest):
    def test_plugged_and_shown_by_sppctl(self):
        b = self.b
        ctl = Ctl(b)
        b.primary(["net_null0", "net_null1"], rings=8)
        b.vf(1, config=b.vf_config(num_vhost=2), ids=[0, 2, 3, 4, 5, 6],
             args=["--uplink", "nic0,nic1", "-s", ctl.address])
        ctl.wait("vf1")
        ctl.ok("plug", "vhost0", GUEST, "--switch")
        out = ctl.ok("topo", "vf1")
        self.assertRegex(out, r"uplink0 \(by nic0\)")
        self.assertNotRegex(out, "not connected:.*nic")
        self.assertIn("nic0 sends, nic1 stands by; moved 0 times", ctl.ok("status", "vf1"))
        self.assertIn("the wire at uplink0 gets it",
                      ctl.ok("trace", "--what-if", "vhost0", "02:00:00:00:ee:01"))
        ctl.ok("unplug", "vhost0")
        out = ctl.ok("plug", "vhost0", GUEST, "--nic", "uplink0")
        self.assertIn("classifier uplink0 -> ring0", out)
        said = ctl.refused(2, "plug", "vhost1", "02:00:00:00:aa:01", "--nic", "nic0")
        self.assertIn("nic0: vf1 has no such NIC (it has: uplink0)", said)


class Refused(SppTest):
    @classmethod
    def prepare(cls, b):
        b.start_controller()
        b.primary(["net_null0", "net_null1", "net_null2"], rings=8, mem=768,
                  args=["--max-vf", "2"])
        b.vf(1, config=False, ids=[0, 2, 3], args=["--uplink", "nic0,nic1"])
        b.vf(2, config=False, ids=[0, 4, 5])

    def test_a_nic_of_it_alone(self):
        self.send_error(self.b.controller[1],
                        commands(component(2, "forward", ["nic1"], ["nic2"]), FLUSH),
                        r'"nic1" is a NIC of uplink0 \(wire that')
        self.send_error(self.b.controller[2],
                        commands(component(4, "forward", ["nic1"], ["nic2"]), FLUSH),
                        r"nic1 is held by spp_vf 1, which has it for an uplink, until that ends")
        self.send_error(self.b.controller[2],
                        commands(component(4, "forward", ["uplink0"], ["nic2"]), FLUSH),
                        r'"uplink0" is not a port of this VF')

    def vf_that_ends(self, *args, config=False):
        vf = self.b.vf(9, config=config, ids=[0, 6], args=args, wait=False)
        code = vf.wait()
        self.b.vfs.pop(9)
        return code, vf.text()

    def test_what_is_no_uplink(self):
        for text, why in (("nic0", "needs two NICs"), ("nic0,nic0", "needs two NICs"),
                          ("nic0,nic1,nic2", "more than two NICs"),
                          ("nic0,vhost1", '"vhost1" is no NIC'), ("nic0,", '"" is no NIC'),
                          ("nic0,nic1,primary=nic2", "its primary nic2 is none of its two"),
                          ("bond0=nic0,nic1", '"bond0" is no uplink'),
                          ("uplink99=nic0,nic1", '"uplink99" is no uplink'),
                          ("nic0,nic1,lacp", '"lacp" is no NIC')):
            code, said = self.vf_that_ends("--uplink", text)
            self.assertEqual(code, 2, said)
            self.assertIn(why, said)
        code, said = self.vf_that_ends("--uplink", "nic2,nic3", "--uplink", "uplink1=nic3,nic4")
        self.assertEqual(code, 2)
        self.assertIn("nic3 is a member of uplink0 already", said)
        code, said = self.vf_that_ends(config=self.b.vf_config(9, uplinks=["nic0,nic1", 1]))
        self.assertEqual(code, 2)
        self.assertIn("vfs[0].uplinks[1] is not a string", said)

    def test_nics_that_are_not_there_or_anothers(self):
        self.b.vfs[2].stop(signal.SIGTERM)
        wait_for("a slot", lambda: status.slot(self.b.primary_status(), 2) is None)
        code, said = self.vf_that_ends("--uplink", "uplink1=nic2,nic3")
        self.assertEqual(code, 2, said)
        self.assertIn("uplink1: nic3: not in spp_primary's -p 0x7", said)
        code, said = self.vf_that_ends("--uplink", "uplink1=nic1,nic2")
        self.assertEqual(code, 1, said)
        self.assertIn("nic1 is held by spp_vf 1, which has it for an uplink", said)
        self.assertIsNone(self.b.primary_status()["nic"][2]["holder"])
        self.b.vf(2, config=False, ids=[0, 4, 5])


class FileNamesOne(SppTest):
    def test_a_nic_that_the_file_names_too_is_held_for_the_uplink(self):
        """Else its link is looked at once a second, and not ten times."""
        self.b.primary(["net_null0", "net_null1"])
        self.b.vf(1, config=self.b.vf_config(1, nic=0, uplinks=["nic0,nic1"]), ids=[0, 2])
        self.assertEqual([(nic["holder"], nic["hold"]) for nic in self.b.primary_status()["nic"]],
                         [(1, "uplink"), (1, "uplink")])


class Bonding(SppTest):
    def test_the_driver_of_dpdk_is_refused_by_name(self):
        proc = self.b.start("spp_primary", [
            program("spp_primary"), *self.b.eal([1]), "--vdev", "net_null0", "--vdev",
            "net_bonding0,mode=1,slave=net_null0", "--", "-p", "1", "-n", 4])
        self.assertEqual(proc.wait(), 2)
        self.assertIn("--vdev net_bonding0: a bonding device has no functions in a spp_vf",
                      proc.text())
