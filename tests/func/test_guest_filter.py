# SPDX-License-Identifier: BSD-3-Clause
"""What guests send to 01-80-C2-00-00-00 to -0F (IEEE 802.1Q, 8.6.3): dropped where a filter is."""

import json

import scenario
import status
from ctllib import Ctl
from frames import Tap, frame
from proc import wait_for
from spplib import FLUSH, SppTest, commands, component, table
from vhost_frontend import Frontend

RESERVED = [f"01:80:c2:00:00:{n:02x}" for n in range(16)]
PAUSE = RESERVED[1]
# Group addresses beside them, broadcast, and unicast.
OTHERS = ["01:80:c2:00:00:10", "01:80:c2:00:01:00", "01:00:0c:cc:cc:cc", "ff:ff:ff:ff:ff:ff",
          "00:80:c2:00:00:00", scenario.MACS[1]]
FILTERED = {"port": "vhost0", "filter": "reserved"}
# Ours among theirs, some tagged.
FRAMES = [frame(dst, n, vid=101 if n % 3 == 2 else None)
          for n, dst in enumerate(OTHERS + RESERVED + OTHERS[::-1])]


class Here:
    """In place of a namespace. The bridge behind the NIC's TAP forwards no reserved address either:
    frames are looked at in front of it."""

    @staticmethod
    def inside(make):
        return make()


def without(frames, addresses):
    heads = {bytes.fromhex(a.replace(":", "")) for a in addresses}
    return [f for f in frames if f[:6] not in heads]


class Guests(SppTest):
    """vhost0 to the wire, by whatever component."""

    def start(self, args=(), **config):
        b = self.b
        wire = b.wire()
        b.start_controller()
        b.primary()
        b.vf(1, config=b.vf_config(**config), args=args)
        self.connect(wire)

    def connect(self, wire):
        self.wire = Tap(Here, wire.tap)
        self.guest = Frontend(self.b.sock(0))
        self.addCleanup(self.wire.close)
        self.addCleanup(self.guest.close)
        wait_for("the guest",
                 lambda: status.port(self.b.vf_status(), "vhost0")["link_up"])

    def wires(self, *components):
        self.send_ok(self.b.controller[1], commands(
            component(2, "none"), component(3, "none"), *components, FLUSH))

    def drops(self):
        port = next(p for p in self.b.vf_status()["port"] if p["port"] == "vhost0")
        return port["rx"]["drops"]

    def passes(self, dropped):
        """Of FRAMES, all but those to these addresses; they are counted."""
        before = self.drops().get("reserved", 0)
        self.guest.send_burst(FRAMES)
        wanted = without(FRAMES, dropped)
        self.assertEqual([g.hex() for g in self.wire.take(len(wanted))],
                         [f.hex() for f in wanted])
        self.assertEqual(self.drops().get("reserved", 0) - before, len(dropped))


class GuestFilter(Guests):
    in_event = True

    def test_an_option_of_the_port_in_any_component(self):
        self.start()
        self.wires(component(2, "forward", ["vhost0"], ["nic0"]))
        self.passes([PAUSE])  # which nobody forwards, asked or not
        self.wires(component(2, "forward", [FILTERED], ["nic0"]))
        self.passes(RESERVED)
        # beside a VLAN operation: the filter comes first
        self.wires(component(2, "forward", [FILTERED | {"vlan": {"operation": "del"}}], ["nic0"]))
        self.guest.send_burst(FRAMES)
        self.assertEqual(len(self.wire.take(2 * len(OTHERS))), 2 * len(OTHERS))
        self.wires(component(2, "merge", ["vhost1", FILTERED], ["ring0"]),
                   component(3, "forward", ["ring0"], ["nic0"]))
        self.passes(RESERVED)
        self.wires(component(2, "classifier", [FILTERED], ["nic0"]), table("default", "nic0"))
        self.passes(RESERVED)
        info = self.b.vf_status()
        self.assertEqual(status.wiring(info)[2], ("classifier", [FILTERED], ["nic0"]))
        self.assertEqual(info["guest_filter"], "none")
        self.assertEqual(info["component"][0]["drops"], {})


class InText(Guests):
    def test_the_text_dialect_says_it_too(self):
        self.start()
        vf = self.b.controller[1]
        for line in ("component start fwd 2 forward", "port add vhost:0 rx fwd",
                     "port add phy:0 tx fwd"):
            self.send_ok(vf, line + "\n")
        self.passes([PAUSE])
        self.send_ok(vf, "port filter vhost:0 rx fwd reserved\n")
        self.passes(RESERVED)
        self.send_ok(vf, "port filter vhost:0 rx fwd none\n")
        self.passes([PAUSE])


class WholeVf(Guests):
    def test_the_option_filters_every_vhost_whatever_the_messages_say(self):
        self.start(args=["--guest-filter", "reserved"], guest_filter="none")
        self.wires(component(2, "forward", ["vhost0"], ["nic0"]))
        self.passes(RESERVED)
        info = self.b.vf_status()
        self.assertEqual(info["guest_filter"], "reserved")
        self.assertEqual(status.wiring(info)[2], ("forward", ["vhost0"], ["nic0"]))

    def test_so_does_the_configuration_file_unless_the_option_says_otherwise(self):
        b = self.b
        b.primary(["net_null0"])
        for args, seen in (([], "reserved"), (["--guest-filter", "none"], "none")):
            b.vf(1, config=b.vf_config(guest_filter="reserved"), args=args)
            self.assertEqual(b.vf_status()["guest_filter"], seen)
            self.assertEqual(b.vfs[1].stop(), 0)
        vf = b.vf(1, args=["--guest-filter", "all"], wait=False)
        self.assertEqual(vf.wait(), 2)
        vf.wait_log("--guest-filter all: must be reserved or none")


class Plug(Guests):
    def test_plug_filters_unless_told_otherwise(self):
        b = self.b
        ctl = Ctl(b)
        wire = b.wire()
        b.primary(args=["-s", ctl.address])
        b.vf(1, args=["-s", ctl.address])
        ctl.wait("primary", "vf1")
        self.connect(wire)
        self.assertIn("forward vhost0-rsvd -> ring1", ctl.ok("plug", "vhost0", scenario.MACS[0]))
        self.passes(RESERVED)
        self.assertIn("vhost0-rsvd", ctl.ok("topo", "-i", "0"))
        self.assertRegex(ctl.ok("status", "vf1"), r"forward +vhost0-rsvd +ring1 ")
        self.assertRegex(ctl.ok("status", "vf1"), r"vhost0 .*reserved 16")
        path = b.path("wiring.json")
        with open(path, "w", encoding="utf-8") as f:
            f.write(ctl.ok("dump"))
        self.assertEqual(ctl.ok("diff", path), "")
        # only the filter changes, by one word, and back by the file
        out = ctl.ok("plug", "vhost0", scenario.MACS[0], "--guest-filter", "none")
        self.assertIn("~ core 5   forward vhost0 -> ring1  (was forward vhost0-rsvd -> ring1)", out)
        self.passes([PAUSE])
        self.assertIn("vhost0 stays plugged with --guest-filter none",
                      ctl.ok("plug", "vhost0", scenario.MACS[1]))
        ctl.ok("apply", path)
        self.passes(RESERVED)
        self.assertIn("reserved or none", ctl.refused(2, "plug", "vhost1", scenario.MACS[1],
                                                      "--guest-filter", "all"))

    def test_it_is_saved(self):
        b = self.b
        b.env["SPP_STATE_DIR"] = b.path("state")
        wire = b.wire()
        b.start_controller()
        b.primary()
        b.vf(1)
        self.wires(component(2, "forward", [FILTERED], ["nic0"]))
        wait_for("the wiring to be saved", lambda: b.vf_status()["state_file"]["saved"])
        b.vfs[1].kill()
        b.controller.peers.pop(1).close()
        b.vf(1)
        self.assertTrue(b.vf_status()["state_file"]["restored"])
        self.connect(wire)
        self.passes(RESERVED)
        with open(b.path("state/vf-1.json"), encoding="utf-8") as f:
            self.assertIn(FILTERED, json.load(f)["commands"][0]["rx_ports"])
