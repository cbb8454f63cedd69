# SPDX-License-Identifier: BSD-3-Clause
"""A real Linux guest at its default settings, and guests and spp_vf restarted in every order."""

import time

import guest
import scenario
import status
from guest import QemuGuest, TestpmdGuest
from proc import wait_for
from spplib import SppTest

MB = 1 << 20
BACK_S = 1.0         # a restarted spp_vf
BACK_CLIENT_S = 2.0  # guests that serve the socket
TRIES_S = 1  # qemu's reconnect=1 tries once a second, counted from the death
HANDSHAKE_S = 0.1  # from its try to a packet through a guest under emulation


class Linux(SppTest):
    """qemu on vhost0, the wire behind the NIC."""

    deadline = 300

    def works(self):
        self.vm.wait_ping(self.wire.address, 30)
        self.assertEqual(self.vm.ping(self.wire.address, 20), (20, 20))
        self.assertEqual(self.wire.ns.ping(self.vm.address, 50, interval=0.05), (50, 50))

    def moves_20_mb_both_ways(self):
        for sender, receiver, address in ((self.vm, self.wire.ns, self.wire.address),
                                          (self.wire.ns, self.vm, self.vm.address)):
            sent, received = guest.transfer(sender, receiver, address, 20 * MB)
            self.assertEqual(sent, received)

    def life(self, listen):
        """Boot, traffic, guest killed and restarted, spp_vf killed and restarted under it."""
        b = self.b
        vf_args = ["--vhost-client"] if listen else []
        scenario.start(b, vms=(), vf_args=vf_args)
        self.wire = b.wires[0]
        self.vm = scenario.vm(b, 0, QemuGuest, listen=listen)
        scenario.send(b, "2-initial", "3-start-vm-vhost0")
        self.vm.start()
        self.works()
        self.moves_20_mb_both_ways()
        self.vm.kill()
        self.vm.start()
        self.works()
        for _ in range(2):
            b.vfs[1].kill()
            b.vf(1, args=vf_args)
            scenario.send(b, "2-initial", "3-start-vm-vhost0")
            self.vm.wait_ping(self.wire.address, 10)
            self.works()
        self.moves_20_mb_both_ways()

    def test_linux_on_a_socket_we_serve(self):
        self.life(listen=False)

    def test_linux_that_serves_the_socket_as_under_openstack(self):
        self.life(listen=True)


class ComesBack(SppTest):
    """spp_vf is killed and has its wiring saved: the guest, which knows of nothing, is not touched."""

    deadline = 180

    def check(self, listen, most):
        b = self.b
        b.env["SPP_STATE_DIR"] = b.path("state")
        vf_args = ["--vhost-client"] if listen else []
        scenario.start(b, vms=(), vf_args=vf_args)
        vm = scenario.vm(b, 0, QemuGuest, listen=listen)
        scenario.send(b, "2-initial", "3-start-vm-vhost0")
        vm.start()
        ping = b.wires[0].ns.ping
        vm.wait_ping(b.wires[0].address, 60)
        wait_for("the wiring to be saved", lambda: b.vf_status()["state_file"]["saved"])
        wiring = status.wiring(b.vf_status())
        for _ in range(3):
            b.vfs[1].kill()
            begun = time.monotonic()
            b.vf(1, args=vf_args)
            self.in_time("spp_vf, wired", time.monotonic() - begun, BACK_S)
            self.assertEqual(status.wiring(b.vf_status()), wiring)
            ready = time.monotonic()
            wait_for("a packet through the guest",
                     lambda: ping(vm.address, count=1, patience=0.1)[1] == 1, step=0)
            self.in_time("the guest's connection", time.monotonic() - ready, most)
            self.assertEqual(ping(vm.address, 20, interval=0.05)[1], 20)

    def test_a_guest_on_a_socket_we_serve_within_a_second(self):
        self.check(False, TRIES_S + HANDSHAKE_S)

    def test_a_guest_that_serves_the_socket_within_two_seconds(self):
        self.check(True, BACK_CLIENT_S)


class Restarts(SppTest):
    """The light guest, in both modes."""

    deadline = 180

    def check(self, listen, guest_first):
        b = self.b
        b.start_controller()
        b.wire(0)
        b.primary()
        args = ["--vhost-client"] if listen else []
        vm = scenario.vm(b, 0, TestpmdGuest, listen=listen)
        if guest_first:
            vm.start(wait=False)
        b.vf(1, args=args)
        if guest_first:
            vm.wait_ready()
        else:
            vm.start()
        wire = b.wires[0]

        def wired():
            scenario.send(b, "2-initial", "3-start-vm-vhost0")
            wire.ns.wait_ping(vm.address)
            self.assertEqual(wire.ns.ping(vm.address, 50), (50, 50))

        wired()
        for _ in range(2):
            vm.kill()
            vm.start()
            wire.ns.wait_ping(vm.address)
        b.vfs[1].kill()
        b.vf(1, args=args)
        if not listen:
            # virtio_user as client does not connect again by itself.
            vm.kill()
            vm.start()
        wired()
        wait_for("the guest in status", lambda: b.vf_status()["vhost"])

    def test_we_serve_and_start_first(self):
        self.check(listen=False, guest_first=False)

    def test_the_guest_serves_and_starts_first(self):
        self.check(listen=True, guest_first=True)

    def test_the_guest_serves_and_starts_last(self):
        self.check(listen=True, guest_first=False)
