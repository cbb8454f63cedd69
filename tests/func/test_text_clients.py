# SPDX-License-Identifier: BSD-3-Clause
"""SPP's own controllers at work, by stand-ins that say what they say: spp-ctl with its REST calls,
networking-spp with its start, plug and unplug; ping after each step, nothing lost for the other VM.
"""

import threading

import scenario
import status
from frames import VlanLink
from proc import wait_for
from spplib import Lost, SppTest
from text_clients import NetworkingSpp, Refused, SppCtl

WORKERS = [0, 2, 3, 4, 5, 6, 7]  # main and six


class Pinger:
    """Pings a VM in the background for as long as something is done to others."""

    def __init__(self, ns, address):
        self.ns = ns
        self.address = address
        self.go_on = True
        self.sent = self.received = 0
        self.thread = threading.Thread(target=self._run)

    def _run(self):
        while self.go_on:
            sent, received = self.ns.ping(self.address, 20)
            self.sent += sent
            self.received += received

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *error):
        self.go_on = False
        self.thread.join(30)
        if error[0] is None and self.sent != self.received:
            raise Lost(f"{self.sent - self.received} of {self.sent} pings to {self.address} lost")


class Clients(SppTest):
    """Two VMs, at vhost0 and vhost1, on the TAP of one NIC."""

    in_event = True

    def start(self, controller):
        b = self.b
        self.controller = controller
        b.closers.append(lambda: self.controller.close())
        self.wire = b.wire(0)
        b.primary(args=controller.for_primary)
        controller.accept_primary()
        b.vf(1, ids=WORKERS, args=controller.for_vf)
        controller.accept_vf()
        self.vms = [scenario.vm(b, index) for index in (0, 1)]
        for vm in self.vms:
            vm.start()

    def restart_vf(self):
        """With its guests: testpmd does not come back to a server that was away."""
        for vm in self.vms:
            vm.kill()
        self.b.vfs[1].kill()
        wait_for("the slot to be free", lambda: status.slot(self.b.primary_status(), 1) is None)
        self.b.vf(1, ids=WORKERS, args=self.controller.for_vf)
        self.controller.accept_vf()
        for vm in self.vms:
            vm.start()

    def restart_controller(self):
        kind, ports = type(self.controller), self.controller.ports
        self.controller.close()
        self.controller = kind(ports)
        self.controller.accept_primary()
        self.controller.accept_vf()

    def answers(self, *indices, link="eth0"):
        """These VMs answer every ping, the others none. (Their addresses are found anew.)"""
        for index, vm in enumerate(self.vms):
            if index in indices:
                self.wire.ns.wait_ping(vm.address)
                sent, received = self.wire.ns.ping(vm.address, 30)
                if sent != received:
                    raise Lost(f"{sent - received} of {sent} pings to VM {index} lost")
            else:
                self.wire.ns.run("ip", "neigh", "replace", vm.address, "lladdr", vm.mac,
                                 "dev", link)
                self.assertEqual(self.wire.ns.ping(vm.address, 10, patience=0.3)[1], 0)
                self.wire.ns.run("ip", "neigh", "del", vm.address, "dev", link)


class Rest(Clients):
    """spp-ctl: every call is applied at once."""

    def wire_vm(self, n, cores):
        ctl = self.controller
        ctl.component_start(f"fwd{n}t", cores[0], "forward")
        ctl.component_start(f"fwd{n}r", cores[1], "forward")
        for port, side, name in ((f"ring:{2 * n}", "tx", "cls"), (f"ring:{2 * n}", "rx", f"fwd{n}t"),
                                 (f"vhost:{n}", "tx", f"fwd{n}t"),
                                 (f"vhost:{n}", "rx", f"fwd{n}r"),
                                 (f"ring:{2 * n + 1}", "tx", f"fwd{n}r"),
                                 (f"ring:{2 * n + 1}", "rx", "mgr")):
            ctl.port_attach(port, side, name)
        ctl.table("add", self.vms[n].mac, f"ring:{2 * n}")

    def unwire_vm(self, n):
        ctl = self.controller
        ctl.table("del", self.vms[n].mac, f"ring:{2 * n}")
        for port, side, name in ((f"ring:{2 * n}", "tx", "cls"), (f"ring:{2 * n}", "rx", f"fwd{n}t"),
                                 (f"vhost:{n}", "tx", f"fwd{n}t"),
                                 (f"vhost:{n}", "rx", f"fwd{n}r"),
                                 (f"ring:{2 * n + 1}", "tx", f"fwd{n}r"),
                                 (f"ring:{2 * n + 1}", "rx", "mgr")):
            ctl.port_detach(port, side, name)
        ctl.component_stop(f"fwd{n}t")
        ctl.component_stop(f"fwd{n}r")

    def test_components_ports_and_table_one_by_one(self):
        self.start(SppCtl())
        ctl = self.controller
        ctl.component_start("cls", 2, "classifier")
        ctl.component_start("mgr", 3, "merge")
        ctl.port_attach("phy:0", "rx", "cls")
        ctl.port_attach("phy:0", "tx", "mgr")
        self.wire_vm(1, (4, 5))
        self.answers(1)
        with Pinger(self.wire.ns, self.vms[1].address):
            self.wire_vm(0, (6, 7))
            self.answers(0, 1)
            got = ctl.vf_get()
            self.assertEqual([c["name"] for c in got["components"]],
                             ["cls", "mgr", "fwd1t", "fwd1r", "fwd0t", "fwd0r"])
            self.assertEqual({(e["value"], e["port"]) for e in got["classifier_table"]},
                             {(self.vms[n].mac.upper(), f"ring:{2 * n}") for n in (0, 1)})
            self.unwire_vm(0)
            self.answers(1)
            self.restart_controller()
            self.answers(1)
            self.wire_vm(0, (6, 7))
            self.answers(0, 1)
        shown = self.controller.primary.ask("status")
        self.assertGreater(shown["phy_ports"][0]["rx"], 0)
        self.assertEqual(self.controller.primary.ask("clear")["result"], "succeeded")
        self.assertEqual(self.controller.vfs[1].ask("exit")["results"], [{"result": "success"}])
        self.assertEqual(self.b.vfs[1].wait(), 0)


class Agent(Clients):
    """networking-spp, on a network without VLANs."""

    def test_start_plug_and_unplug(self):
        self.start(NetworkingSpp())
        self.assertTrue(self.controller.start())
        self.answers()
        self.controller.plug(1, self.vms[1].mac)
        self.answers(1)
        with Pinger(self.wire.ns, self.vms[1].address):
            self.controller.plug(0, self.vms[0].mac)
            self.answers(0, 1)
            self.restart_controller()
            self.assertFalse(self.controller.start(), "found built")
            self.assertEqual(self.controller.macs, {n: self.vms[n].mac for n in (0, 1)})
            self.answers(0, 1)
            self.controller.unplug(0, self.vms[0].mac)
            self.answers(1)

    def test_plug_into_vlans_and_out_again(self):
        """Ping inside a VLAN, none between two, and the other VM loses nothing."""
        self.start(NetworkingSpp())
        self.controller.start()
        ns = self.wire.ns
        ns.run("ip", "addr", "flush", "dev", "eth0")
        first, second = VlanLink(ns, 100, "10.60.0.1/24"), VlanLink(ns, 200, "10.60.0.3/32")
        self.b.closers += [first.close, second.close]
        vm0, vm1 = self.vms
        self.controller.plug(1, vm1.mac, vid=100)
        self.answers(1, link=first.name)
        with Pinger(ns, vm1.address):
            self.controller.plug(0, vm0.mac, vid=100)
            self.answers(0, 1, link=first.name)
            self.controller.unplug(0, vm0.mac, vid=100)
            self.answers(1, link=first.name)
            self.controller.plug(0, vm0.mac, vid=200)
            self.answers(1, link=first.name)  # not from the other VLAN
            ns.run("ip", "route", "add", vm0.address, "dev", second.name, "src", "10.60.0.3")
            self.answers(0, 1, link=second.name)
            self.restart_controller()
            self.assertFalse(self.controller.start(), "found built")
            self.assertEqual(self.controller.macs, {n: self.vms[n].mac for n in (0, 1)})
            self.controller.unplug(0, vm0.mac, vid=200)
            self.answers(1, link=second.name)

    def test_a_restarted_vf_and_an_agent_that_says_no_new_cancel(self):
        """It was built by the agent's next start; plugs are applied at once, then staged."""
        self.start(NetworkingSpp())
        self.controller.start()
        self.restart_vf()
        with self.assertRaisesRegex(AssertionError, "no component \"forward_0_rx\""):
            self.controller.plug(0, self.vms[0].mac, vid=100)
        self.assertTrue(self.controller.start())
        self.restart_controller()  # a new connection: at once until flush, and after it not
        peer = self.controller.vfs[1]
        peer.do(f"classifier_table add mac {self.vms[0].mac} ring:0")
        self.answers(0)
        peer.do("flush")
        peer.do(f"classifier_table add mac {self.vms[1].mac} ring:2")
        self.assertEqual(list(status.table(self.b.vf_status())), [self.vms[0].mac])
        peer.do("flush")
        self.answers(0, 1)


class Restarted(SppTest):
    """A spp_vf that starts empty while the agent thinks it is wired."""

    MAC = "fa:16:3e:7d:cc:35"

    def restart(self):
        b = self.b
        b.vfs[1].kill()
        wait_for("the slot to be free", lambda: status.slot(b.primary_status(), 1) is None)
        b.vf(1, ids=WORKERS, args=self.agent.for_vf)
        return self.agent.accept_vf()

    def test_a_flat_plug_into_a_restarted_vf_is_an_error(self):
        """As upstream: else OpenStack would call a port up that leads nowhere."""
        b, self.agent = self.b, NetworkingSpp()
        b.closers.append(self.agent.close)
        b.primary(["net_null0"], args=self.agent.for_primary)
        self.agent.accept_primary()
        b.vf(1, ids=WORKERS, args=self.agent.for_vf)
        self.agent.accept_vf()
        self.agent.start()
        self.agent.plug(0, self.MAC)
        for staged in (False, True):  # applied at once; and staged, as after any flush or cancel
            peer = self.restart()
            if staged:
                peer.do("cancel")
            with self.assertRaisesRegex(Refused, "error occur: .* there is no classifier"):
                self.agent.plug(0, self.MAC)
            self.assertEqual(status.table(b.vf_status()), {})
        self.assertTrue(self.agent.start(), "built by the agent's next start")
        self.agent.plug(0, self.MAC)
        # order does not matter within one flush; and entries may outlive their classifier
        peer.do_all("component stop classifier", "flush")
        self.assertEqual(list(status.table(b.vf_status())), [self.MAC])
        with self.assertRaisesRegex(Refused, "there is no classifier"):
            self.agent.plug(1, "fa:16:3e:7d:cc:36")
        peer.do_all("component start again 2 classifier", "flush")
        self.assertEqual(len(status.table(b.vf_status())), 2)
