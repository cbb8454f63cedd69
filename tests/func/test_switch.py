# SPDX-License-Identifier: BSD-3-Clause
"""A switch with guests and a wire: all pairs, what every network needs, and what nobody may do."""

import itertools
import re
import time

import guest
import scenario
import status
from bench import message
from ctllib import Ctl
from frames import KIND, Tap, frame
from guest import QemuGuest
from net import transfer
from proc import wait_for
from spplib import FLUSH, SppTest, commands, component, table
from vhost_frontend import Frontend

MB = 1 << 20
BROADCAST = "ff:ff:ff:ff:ff:ff"
STRANGER = "02:00:00:00:ee:99"  # somebody on the wire


def mac(vm):
    return f"02:00:00:00:aa:{vm:02x}"


def ports(vms):
    return ["nic0", *(f"vhost{vm}" for vm in range(vms))]


def ours(data):
    at = 16 if data[12:14] == b"\x81\x00" else 12
    return int.from_bytes(data[at:at + 2], "big") == KIND


def wiring(vms, rx=None, tx=None, **more):
    """A switch of the NIC and so many guests, in place of whatever is on core 2."""
    return commands(component(2, "none"),
                    component(2, "switch", rx or ports(vms), tx or ports(vms), **more),
                    *(table(mac(vm), f"vhost{vm}") for vm in range(vms)),
                    table("default", "nic0"), FLUSH)


# A master that ends says so, and the next one waits a second at most then.
VRRP = """
vrrp_instance spp {{
    interface {tap}
    use_vmac vrrp.7
    virtual_router_id 7
    state BACKUP
    priority {priority}
    advert_int 1
    virtual_ipaddress {{
        {address}/24
    }}
}}
"""


def holds(vm, address):
    return f" {address}/" in vm.ns.run("ip", "-4", "addr", "show")


class Network(SppTest):
    """Two guests and the wire, with the kernel's stack at each end."""

    in_event = True

    @classmethod
    def prepare(cls, b):
        cls.vms = scenario.start(b)
        scenario.send(b, "switch")
        cls.ends = [(b.wires[0].ns, b.wires[0].address), *((vm.ns, vm.address) for vm in cls.vms)]

    def test_all_pairs_talk(self):
        for (one, _), (_, address) in itertools.permutations(self.ends, 2):
            one.wait_ping(address)
            self.assertEqual(one.ping(address, 50), (50, 50))
        for (one, _), (other, address) in itertools.permutations(self.ends, 2):
            sent, received = transfer(one, other, address, 5 * MB)
            self.assertEqual(sent, received)

    def test_neighbours_find_each_other_by_ipv6(self):
        """Neighbour discovery is multicast (RFC 4861), and so is the check that an address is free."""
        links = ["eth0", *(vm.tap for vm in self.vms)]
        addresses = [f"fd00:60::{n + 1}" for n in range(len(links))]
        for (ns, _), link, address in zip(self.ends, links, addresses):
            ns.run("sysctl", "-qw", f"net.ipv6.conf.{link}.disable_ipv6=0",
                   f"net.ipv6.conf.{link}.accept_ra=0")
            ns.run("ip", "addr", "add", f"{address}/64", "dev", link)
        for (ns, _), mine in zip(self.ends, addresses):
            wait_for("the addresses to be free", lambda ns=ns: "tentative" not in ns.run(
                "ip", "-6", "addr", "show"))
            for address in addresses:
                if address != mine:
                    out = ns.run("ping", "-6", "-q", "-c", "5", "-i", "0.05", "-W", "2", address)
                    self.assertEqual(guest.ping_figures(out, "ping"), (5, 5))

    def test_an_address_comes_by_dhcp(self):
        """A server beside the guest, and one on the wire: broadcasts both ways, from no address."""
        client = self.vms[0]
        for server, link, first in ((self.vms[1].ns, self.vms[1].tap, "10.60.0.60"),
                                    (self.b.wires[0].ns, "eth0", "10.60.0.70")):
            proc = self.b.start("dnsmasq", [
                "dnsmasq", "--no-daemon", "--port=0", "--conf-file=/dev/null", "--user=root",
                f"--interface={link}", "--bind-interfaces", "--no-ping", "--log-dhcp",
                f"--dhcp-range={first},{first},120", f"--dhcp-leasefile={self.b.path('leases')}"],
                netns=server.name)
            proc.wait_log("DHCP, IP range", 10)
            out = client.shell(f"busybox udhcpc -i {client.tap} -n -q -f -t 5 -T 1 -s /bin/true 2>&1")
            self.assertRegex(out, f"lease of {re.escape(first)} obtained")
            proc.kill()

    def test_an_address_moves_by_vrrp(self):
        """Two routers that are guests (RFC 5798), with the virtual router's own MAC address, which
        both have: whoever is master answers for it, and it stays the same to the others."""
        address, shared = "10.60.0.100", "00:00:5e:00:01:07"
        wire = self.b.wires[0].ns
        peer = self.b.controller[1]
        self.send_ok(peer, commands(table(shared, ["vhost0", "vhost1"]), FLUSH))
        self.addCleanup(self.send_ok, peer, commands(table(shared, "unuse"), FLUSH))
        one, other = self.vms
        for vm in self.vms:  # only the link that has an address speaks of it
            vm.ns.run("sysctl", "-qw", "net.ipv4.conf.all.arp_ignore=1",
                      "net.ipv4.conf.all.arp_announce=2")
        first = self.keepalived(one, address, 150)
        second = self.keepalived(other, address, 100)
        wait_for("the better one to be master",
                 lambda: holds(one, address) and not holds(other, address), 30)
        for gone, here in ((lambda: first.stop(), other),
                           (lambda: self.keepalived(one, address, 150), one)):
            wire.wait_ping(address)
            self.assertEqual(wire.ping(address, 20), (20, 20))
            self.assertIn(shared, wire.run("ip", "neigh", "show", address))
            gone()
            wait_for(f"{here.name} to be master", lambda: self.is_master(here, address), 30)
        wire.wait_ping(address)
        self.assertEqual(wire.ping(address, 20), (20, 20))
        second.stop()
        self.assertEqual(wire.ping(address, 20), (20, 20))

    def is_master(self, vm, address):
        return [one for one in self.vms if holds(one, address)] == [vm]

    def keepalived(self, vm, address, priority):
        config = self.b.path(f"keepalived-{vm.name}.conf")
        with open(config, "w", encoding="ascii") as f:
            f.write(VRRP.format(tap=vm.tap, priority=priority, address=address))
        proc = self.b.start("keepalived", [
            "keepalived", "--dont-fork", "--log-console", "--vrrp", f"--use-file={config}",
            *(f"--{kind}={self.b.path(f'{kind}-{vm.name}')}"  # 2.3 looks at all of them
              for kind in ("pid", "vrrp_pid", "checkers_pid", "bfd_pid"))],
            netns=vm.ns.name)
        self.addCleanup(proc.kill)
        return proc

    def test_who_poses_as_its_neighbour_is_not_heard(self):
        """The message has source_check. What the neighbour knows of others stays right."""
        one, other = self.vms
        wire = self.b.wires[0]
        wire.ns.wait_ping(other.address)
        before = self.spoofed()
        one.ns.run("ip", "link", "set", one.tap, "address", other.mac)
        try:
            self.assertEqual(one.ns.ping(wire.address, 5, patience=0.5)[1], 0)
            self.assertEqual(wire.ns.ping(other.address, 20), (20, 20))
        finally:
            one.ns.run("ip", "link", "set", one.tap, "address", one.mac)
        self.assertGreater(self.spoofed(), before)
        one.ns.wait_ping(wire.address)

    def spoofed(self):
        return status.drops(self.b.vf_status())["spoofed"]


class Linux(SppTest):
    """A real Linux at both ends, with its drivers' defaults."""

    deadline = 300

    def test_two_guests_of_one_nic(self):
        b = self.b
        scenario.start(b, vms=())
        vms = [scenario.vm(b, index, QemuGuest) for index in (0, 1)]
        scenario.send(b, "switch")
        for vm in vms:
            vm.start(wait=False)
        for vm in vms:
            vm.wait_ready(120)
        vms[0].wait_ping(vms[1].address, 30)
        self.assertEqual(vms[0].ping(vms[1].address, 20), (20, 20))
        self.assertEqual(vms[1].ping(b.wires[0].address, 20), (20, 20))
        for one, other in (vms, reversed(vms)):
            sent, received = guest.transfer(one, other, other.address, 5 * MB)
            self.assertEqual(sent, received)


class Here:
    """In place of a namespace: the NIC's TAP, in front of the bridge behind it."""

    @staticmethod
    def inside(make):
        return make()


class Frames(SppTest):
    """Guests and wire byte by byte."""

    def start(self, vms, connected=None, **more):
        """connected: only these have a guest."""
        b = self.b
        wire = b.wire()
        b.start_controller()
        b.primary(rings=2 * vms)
        b.vf(1, config=b.vf_config(num_vhost=vms, num_ring=2 * vms), **more)
        self.connect(wire, connected or range(vms))

    def connect(self, wire, vms):
        self.wire = Tap(Here, wire.tap)
        self.addCleanup(self.wire.close)
        self.guests = {vm: Frontend(self.b.sock(vm)) for vm in vms}
        for one in self.guests.values():
            self.addCleanup(one.close)
            one.post(200)
        wait_for("the guests", lambda: all(status.port(self.b.vf_status(), f"vhost{vm}")["link_up"]
                                           for vm in vms))

    def wires(self, parts):
        self.send_ok(self.b.controller[1], parts)

    def drops(self):
        return +status.drops(self.b.vf_status())

    def rx_drops(self, port):
        return next(p for p in self.b.vf_status()["port"] if p["port"] == port)["rx"]["drops"]

    def says(self, vm, frames, source=None):
        """The guest sends these, from its own address. As they are on the wire."""
        out = [f[:6] + bytes.fromhex((source or mac(vm)).replace(":", "")) + f[12:]
               for f in frames]
        self.guests[vm].send_burst(out)
        return out

    def hears(self, vm, count):
        got = []
        while len(got) < count:
            one = self.guests[vm].receive()
            self.guests[vm].post(1)
            if ours(one):  # the kernel's bridge may say something by itself
                got.append(one.hex())
        return got

    def silent(self, *vms):
        for vm in vms:
            got = self.guests[vm].receive_all(0.05)
            self.guests[vm].post(len(got))
            self.assertEqual([f.hex() for f in got if ours(f)], [], f"guest {vm}")


class Eight(Frames):
    in_event = True

    def test_all_pairs_of_eight_guests_and_the_wire(self):
        self.start(8)
        self.wires(wiring(8, source_check=True))
        everybody = range(8)
        for vm in everybody:
            sent = self.says(vm, [frame(mac(other), 10 * vm + other) for other in everybody])
            for other in everybody:
                if other != vm:
                    self.assertEqual(self.hears(other, 1), [sent[other].hex()])
            out = self.says(vm, [frame(STRANGER, 1000 + vm), frame(BROADCAST, 2000 + vm),
                                 frame("33:33:00:00:00:01", 3000 + vm)])
            self.assertEqual(self.wire.take(3, settle=0.05), out)
            for other in everybody:
                if other != vm:
                    self.assertEqual(self.hears(other, 2), [f.hex() for f in out[1:]])
            self.silent(*everybody)
        self.assertEqual(self.drops(), {"same_port": 8})
        for vm in everybody:
            self.wire.send([frame(mac(vm), 4000 + vm)])
            self.assertEqual(self.hears(vm, 1), [frame(mac(vm), 4000 + vm).hex()])
        self.wire.send([frame(BROADCAST, 5000), frame(STRANGER, 5001)])
        for vm in everybody:
            self.assertEqual(self.hears(vm, 1), [frame(BROADCAST, 5000).hex()])
        wait_for("what was not for us", lambda: self.drops() == {"same_port": 9})


class Sixtyfour(Frames):
    def test_as_many_vhosts_as_a_host_may_have(self):
        """Three of them with a guest: the first, one in the middle, the last."""
        self.start(64, connected=(0, 31, 63))
        self.wires(wiring(64, source_check=True))
        for vm in (0, 31, 63):
            others = [other for other in self.guests if other != vm]
            out = self.says(vm, [frame(BROADCAST, vm), *(frame(mac(other), other)
                                                         for other in others), frame(STRANGER, 64)])
            for n, other in enumerate(others):
                self.assertEqual(self.hears(other, 2), [out[0].hex(), out[n + 1].hex()])
            self.assertEqual(self.wire.take(2, settle=0.05), [out[0], out[-1]])
        self.silent(0, 31, 63)
        drops = self.drops()
        self.assertEqual(set(drops), {"no_guest"})
        self.assertGreaterEqual(drops["no_guest"], 3 * 61)  # the kernel's own multicasts, too


class Rules(Frames):
    def test_vlans_stay_apart(self):
        """Guests 0 and 1 in VLAN 101, guest 2 in 102, tagged for them; guest 3 sees the tags itself."""
        self.start(4)
        vids = (101, 101, 102)
        rx = ["nic0", *({"port": f"vhost{vm}", "vlan": {"operation": "add", "id": vid}}
                        for vm, vid in enumerate(vids)), "vhost3"]
        tx = ["nic0", *({"port": f"vhost{vm}", "vlan": {"operation": "del"}} for vm in range(3)),
              "vhost3"]
        self.wires(commands(
            component(2, "switch", rx, tx, source_check=True),
            *(table(f"{vid}/{mac(vm)}", f"vhost{vm}", "vlan") for vm, vid in enumerate(vids)),
            table(f"102/{mac(3)}", "vhost3", "vlan"), table("default", "nic0"), FLUSH))

        def tagged(f, vid):
            return f[:12] + b"\x81\x00" + vid.to_bytes(2, "big") + f[12:]

        plain = self.says(0, [frame(BROADCAST, 1), frame(mac(1), 2), frame(mac(2), 3)])
        self.assertEqual(self.hears(1, 2), [f.hex() for f in plain[:2]])
        self.assertEqual(self.wire.take(2, settle=0.1),
                         [tagged(plain[0], 101), tagged(plain[2], 101)])
        self.silent(0, 1, 2, 3)
        plain = self.says(2, [frame(BROADCAST, 4), frame(mac(3), 5)])
        self.assertEqual(self.hears(3, 2), [tagged(f, 102).hex() for f in plain])
        self.assertEqual(self.wire.take(1, settle=0.1), [tagged(plain[0], 102)])
        self.says(3, [tagged(frame(BROADCAST, 6), 101), frame(BROADCAST, 7)])  # not of its VLAN
        self.silent(0, 1, 2, 3)
        self.assertEqual(self.rx_drops("vhost3"), {"spoofed": 2})
        self.wire.send([tagged(frame(BROADCAST, 8), 102), tagged(frame(mac(2), 9), 102)])
        self.assertEqual(self.hears(2, 2), [frame(BROADCAST, 8).hex(), frame(mac(2), 9).hex()])
        self.assertEqual(self.hears(3, 1), [tagged(frame(BROADCAST, 8), 102).hex()])
        self.silent(0, 1)

    def test_an_address_that_two_guests_share(self):
        """As VRRP has it (RFC 5798, 7.3): whoever is master sends from it, both hear it."""
        shared = "00:00:5e:00:01:07"
        self.start(3)
        self.wires(wiring(3, source_check=True))
        self.wires(commands(table(shared, ["vhost0", "vhost1"]), FLUSH))
        out = self.says(2, [frame(shared, 1)])
        self.assertEqual((self.hears(0, 1), self.hears(1, 1)), ([out[0].hex()], [out[0].hex()]))
        for master in (0, 1):
            out = self.says(master, [frame("01:00:5e:00:00:12", 2), frame(shared, 3)], shared)
            self.assertEqual(self.hears(1 - master, 2), [f.hex() for f in out])
            self.assertEqual(self.hears(2, 1), [out[0].hex()])
        self.says(2, [frame(BROADCAST, 4)], shared)
        self.silent(0, 1, 2)
        self.assertEqual(self.rx_drops("vhost2"), {"spoofed": 1})
        self.assertEqual(status.table(self.b.vf_status())[shared], ["vhost0", "vhost1"])

    def test_source_check_in_the_founding_wiring(self):
        """At the forward of a guest: its entries lead there over a ring."""
        self.start(2)
        vf = self.b.controller[1]
        for name in scenario.MESSAGES:
            self.send_ok(vf, message(name))
        checked = {"port": "vhost0", "filter": "reserved", "source_check": True}
        self.wires(commands(component(5, "none"), component(5, "forward", [checked], ["ring1"]),
                            FLUSH))
        mine, neighbours = scenario.MACS
        out = self.says(0, [frame(STRANGER, 1)], mine)
        self.says(0, [frame(STRANGER, 2), frame("01:80:c2:00:00:00", 3)], neighbours)
        out += self.says(0, [frame(STRANGER, 4)], mine)
        out += self.says(1, [frame(STRANGER, 5)], mine)  # this one is not checked
        self.assertEqual(self.wire.take(3), out)
        self.assertEqual(self.rx_drops("vhost0"), {"spoofed": 1, "reserved": 1})
        # the address moves with its entry, in the text dialect as well
        self.send_ok(vf, f"classifier_table del mac {mine} ring:0\n")
        self.says(0, [frame(STRANGER, 6)], mine)
        self.assertEqual(self.wire.take(1, deadline=0.3), [])
        self.send_ok(vf, "port source_check vhost:0 rx core5 off\n")
        self.assertEqual(self.wire.take(1, deadline=0.3), [])
        out = self.says(0, [frame(STRANGER, 7)], mine)
        self.assertEqual(self.wire.take(1), out)

    def test_reserved_addresses_as_the_port_says(self):
        self.start(2)
        self.wires(wiring(2, rx=["nic0", {"port": "vhost0", "filter": "reserved"}, "vhost1"]))
        self.says(0, [frame("01:80:c2:00:00:00", 1), frame("01:80:c2:00:00:0e", 2)])
        self.silent(1)
        out = self.says(1, [frame("01:80:c2:00:00:0e", 3), frame("01:80:c2:00:00:01", 4)])
        self.assertEqual(self.hears(0, 1), [out[0].hex()])
        self.assertEqual(self.wire.take(1, settle=0.1), out[:1])
        self.assertEqual(self.drops(), {"reserved": 3})

    def test_a_storm_is_counted_and_disturbs_nobody(self):
        self.start(3)
        self.wires(wiring(3, rx=["nic0", {"port": "vhost0", "storm_pps": 1000}, "vhost1",
                                 "vhost2"]))
        begun = time.monotonic()
        for _ in range(5):
            self.says(0, [frame(BROADCAST, n) for n in range(200)])
        windows = int((time.monotonic() - begun) / 0.1) + 2
        wait_for("the drops", lambda: "storm" in self.rx_drops("vhost0"))
        taken = 1000 - self.rx_drops("vhost0")["storm"]
        self.assertGreaterEqual(taken, 100)
        self.assertLessEqual(taken, 100 * windows)
        self.wire.take(taken)
        self.guests[2].post(len(self.guests[2].receive_all(0.05)))
        out = self.says(1, [frame(mac(2), 7), frame(STRANGER, 8), frame(BROADCAST, 9)])
        self.assertEqual(self.hears(2, 2), [out[0].hex(), out[2].hex()])
        self.assertEqual(self.wire.take(2), out[1:])

    def test_a_guest_that_takes_nothing_costs_the_others_nothing(self):
        """Copies for it wait, and are dropped; those of the others are the same mbufs."""
        self.start(3)
        self.wires(wiring(3))
        self.guests[2].reset()  # as a driver that is unloaded; then one without any buffer
        self.guests[2].set_up()
        wait_for("its link", lambda: status.port(self.b.vf_status(), "vhost2")["link_up"])
        for turn in range(8):
            out = self.says(0, [frame(BROADCAST, 100 * turn + n) for n in range(40)])
            self.assertEqual(self.hears(1, 40), [f.hex() for f in out])
        wait_for("the drops", lambda: self.drops().get("vhost_full") == 320)
        self.assertEqual(set(self.drops()), {"vhost_full"})
        # it ends with copies on the way, and so does the spp_vf: nothing is missing then
        self.says(0, [frame(BROADCAST, n) for n in range(40)])
        self.guests[2].sock.close()
        self.assertEqual(self.b.vfs[1].stop(), 0)
        wait_for("the slot to be free", lambda: status.slot(self.b.primary_status(), 1) is None)
        slot = self.b.primary_status()["vf"][0]
        self.assertEqual((slot["mbufs"]["missing"], slot["vectors"]["missing"]), (0, 0))


class Lasts(Frames):
    def test_the_wiring_outlives_a_death(self):
        self.b.env["SPP_STATE_DIR"] = self.b.path("state")
        self.start(2)
        self.wires(wiring(2, rx=["nic0", {"port": "vhost0", "storm_pps": 0, "source_check": True},
                                 "vhost1", "ring1"],
                          tx=["nic0", "vhost0", "vhost1", "ring0"], pairs=[["ring1", "ring0"]]))
        self.wires(commands(table("00:00:5e:00:01:07", ["vhost0", "vhost1"]), FLUSH))
        wait_for("the wiring to be saved", lambda: self.b.vf_status()["state_file"]["saved"])
        before = self.b.vf_status()
        self.b.vfs[1].kill()
        self.b.vf(1, config=self.b.vf_config(num_vhost=2, num_ring=4))
        after = self.b.vf_status()
        self.assertEqual((after["core"], after["classifier_table"]),
                         (before["core"], before["classifier_table"]))
        self.assertEqual(after["core"][0]["pairs"], [["ring1", "ring0"]])
        self.connect(self.b.wires[0], range(2))
        out = self.says(0, [frame(mac(1), 1)])
        self.assertEqual(self.hears(1, 1), [out[0].hex()])


class Plugged(SppTest):
    """By sppctl, with packets on all sides."""

    def test_plug_unplug_move_and_topo(self):
        b = self.b
        ctl = Ctl(b)
        wire = b.wire()
        b.primary(args=["-s", ctl.address])
        b.vf(1, args=["-s", ctl.address])
        ctl.wait("primary", "vf1")
        vms = [scenario.vm(b, index) for index in (0, 1)]
        for vm in vms:
            vm.start()
        out = ctl.ok("plug", "vhost0", vms[0].mac, "--switch", "--source-check")
        self.assertEqual(out.splitlines()[:4], [
            "vf1", "  + core 2   switch nic0 vhost0-rsvd-src -> nic0 vhost0",
            f"  + table    {vms[0].mac.upper()} -> vhost0", "  + table    default -> nic0"])
        ctl.ok("plug", "vhost1", vms[1].mac, "--switch")
        self.assertNotIn("warning", ctl.ok("plug", "vhost1", vms[1].mac, "--switch"))
        pairs = list(itertools.permutations(
            [(wire.ns, wire.address), *((vm.ns, vm.address) for vm in vms)], 2))
        for (one, _), (_, address) in pairs:
            one.wait_ping(address)
        ctl.ok("move", "switch", "5")
        for (one, _), (_, address) in pairs:
            self.assertEqual(one.ping(address, 20), (20, 20))
        drawing = ctl.ok("topo", "-i", "0")
        self.assertIn("switch [5]", drawing)
        self.assertIn("◄► vhost0-rsvd-src  " + vms[0].mac.upper(), drawing)
        ctl.ok("dump", "vf1")
        self.assertIn("is needed there, or plug with --switch",
                      ctl.refused(1, "plug", "vhost2", mac(2)))
        ctl.ok("unplug", "vhost0")
        self.assertEqual(vms[1].ns.ping(vms[0].address, 3, patience=0.5)[1], 0)
        self.assertEqual(vms[1].ns.ping(wire.address, 20), (20, 20))
        saved = ctl.ok("dump", "vf1")
        self.assertIn("that was its last VM", ctl.ok("unplug", "vhost1"))
        self.assertEqual(status.wiring(ctl.info()), {})
        # what was dumped can be applied, and classifier style follows
        ctl.ok("apply", "-", text=saved)
        vms[1].ns.wait_ping(wire.address)
        ctl.ok("unplug", "vhost1")
        ctl.ok("plug", "vhost1", vms[1].mac, "--source-check")
        vms[1].ns.wait_ping(wire.address)
        self.assertIn("vhost1-rsvd-src", ctl.ok("topo", "-i", "0"))
