# SPDX-License-Identifier: BSD-3-Clause
"""Who has a port, and until when: free as soon as no wiring names it and no guest is connected; and
a flush that fails keeps nothing of what it claimed or made."""

import contextlib
import os
import random
import socket
import struct
import threading
import time

import status
from ctllib import Ctl
from proc import frozen, wait_for
from spplib import FLUSH, SppTest, commands, component
from test_order import worker_thread
from vhost_frontend import GET_FEATURES, SET_FEATURES, SET_MEM_TABLE, SET_OWNER, Closed, Frontend
from vhost_frontend import MEMORY, USER_BASE

ENDS = r"vhost60 is held by spp_vf 1 until its wiring lets go of it or it ends"
GUEST = (r"vhost60 is held by spp_vf 1, whose wiring has let go of it, until the guest that is "
         r"connected to it goes or that spp_vf ends")
WORKER = (r"vhost60 is held by spp_vf 1, whose wiring has let go of it, until a worker lcore that "
          r"does not answer does so, too, or that spp_vf ends")
AWAKE = ("--idle-us", "0")  # a worker with a NIC never sleeps
FILE = r"vhost60 is held by spp_vf 1, whose configuration file names it, until that ends"


class TwoVfs(SppTest):
    """Without configuration files: ports are made when they are first wired."""
    vfs = (([0, 2, 3, 4], []), ([0, 5, 6], []))

    def start(self, nics=2, wires=0, first=False, awake=()):
        """awake: options of spp_vf 1 more."""
        b = self.b
        self.addCleanup(self.unlink)
        self.unlink()
        b.start_controller()
        for number in range(wires):
            b.wire(number)
        b.primary([f"net_null{n}" for n in range(nics - wires)], rings=128, mem=768,
                  args=["--max-vf", "2"])
        for number, (ids, args) in enumerate(self.vfs, 1):
            b.vf(number, config=first if number == 1 else False, ids=ids,
                 args=[*args, *awake] if number == 1 else args)

    @staticmethod
    def unlink():
        for number in range(58, 64):
            if os.path.exists(f"/tmp/sock{number}"):
                os.unlink(f"/tmp/sock{number}")

    def wire(self, vf, core, rx, tx):
        self.send_ok(self.b.controller[vf],
                     commands(component(core, "none"), component(core, "forward", rx, tx), FLUSH))

    def unwire(self, vf, *cores):
        self.send_ok(self.b.controller[vf],
                     commands(*(component(core, "none") for core in cores), FLUSH))

    def refused(self, vf, core, rx, tx, why):
        """And the wiring is forgotten."""
        peer = self.b.controller[vf]
        self.send_error(peer, commands(component(core, "forward", rx, tx), FLUSH), why)

    def held(self):
        return {v["port"]: (v["holder"], v["hold"]) for v in self.b.primary_status()["vhost"]}

    def guest(self, number):
        guest = Frontend(f"/tmp/sock{number}")
        self.addCleanup(guest.sock.close)
        return guest

    @contextlib.contextmanager
    def caught(self, lcore):
        """A worker of spp_vf 1 stands still where nobody goes on without it: not asleep."""
        pid = self.b.vfs[1].pid
        tid = worker_thread(pid, lcore)
        for _ in range(2000):
            with frozen(tid):
                with open(f"/proc/{pid}/task/{tid}/syscall", encoding="ascii") as call:
                    awake = call.read().startswith("-1 ")
                if awake:
                    yield
                    return
            time.sleep(random.random() / 1000)  # it has to get somewhere
        self.fail(f"lcore {lcore} was always asleep")

    def in_order(self):
        """Both VFs end, and nothing is missing."""
        for number in (1, 2):
            self.assertEqual(self.b.vfs[number].stop(), 0)
        wait_for("both slots to be free", lambda: all(
            status.slot(self.b.primary_status(), n) is None for n in (1, 2)))
        info = self.b.primary_status()
        self.assertEqual([vf["mbufs"]["missing"] + vf["vectors"]["missing"] for vf in info["vf"]],
                         [0, 0])
        self.assertEqual(status.deaths(info), 0)
        self.assertEqual(self.held(), {})


class LetGo(TwoVfs):
    in_event = True

    def test_a_vhost_is_free_when_its_wiring_lets_go_of_it(self):
        self.start()
        for _ in range(3):
            self.wire(1, 2, ["vhost60"], ["nic0"])
            self.assertTrue(os.path.exists("/tmp/sock60"))
            self.assertEqual(self.held(), {"vhost60": (1, "wiring")})
            self.refused(2, 5, ["vhost60"], ["nic1"], ENDS)
            self.unwire(1, 2)
            self.assertFalse(os.path.exists("/tmp/sock60"))
            self.assertEqual((self.held(), self.b.vf_status(1)["vhost"]), ({}, []))
            self.wire(2, 5, ["vhost60"], ["nic1"])
            self.assertEqual(self.held(), {"vhost60": (2, "wiring")})
            self.assertEqual(self.b.vf_status(2)["vhost"], [60])
            self.unwire(2, 5)
        self.in_order()

    def test_a_guest_keeps_it_for_as_long_as_it_is_connected(self):
        self.start()
        self.wire(1, 2, ["vhost60"], ["nic0"])
        guest = self.guest(60)
        wait_for("the guest", lambda: status.port(self.b.vf_status(1), "vhost60")["link_up"])
        self.unwire(1, 2)
        self.assertEqual(self.held(), {"vhost60": (1, "guest")})
        self.refused(2, 5, ["vhost60"], ["nic1"], GUEST)
        # another flush that fails changes nothing of that; one that succeeds takes it up again
        self.refused(1, 2, ["vhost60"], ["vhost61", "nic0"], "2 tx ports")
        self.wire(2, 5, ["vhost61"], ["nic1"])
        self.refused(1, 2, ["vhost60"], ["vhost61"], "vhost61 is held by spp_vf 2")
        self.assertEqual(self.held()["vhost60"], (1, "guest"))
        self.wire(1, 2, ["vhost60"], ["nic0"])
        self.assertTrue(status.port(self.b.vf_status(1), "vhost60")["link_up"])
        guest.send(bytes(60))
        wait_for("its packet", lambda: status.port(self.b.vf_status(1), "vhost60")["rx_packets"])
        self.unwire(1, 2)
        guest.sock.close()
        wait_for("vhost60 to be free", lambda: "vhost60" not in self.held(), 2)
        self.wire(2, 6, ["vhost60"], ["nic0"])
        self.guest(60)
        wait_for("its next guest",
                 lambda: status.port(self.b.vf_status(2), "vhost60")["link_up"])
        self.in_order()

    def test_a_worker_that_is_late_keeps_it_until_it_answers(self):
        self.start(awake=AWAKE)
        self.wire(1, 2, ["nic0"], ["ring0"])
        self.wire(1, 3, ["ring0"], ["nic0"])
        self.wire(1, 4, ["vhost60"], ["nic1"])
        with self.caught(2):
            self.unwire(1, 4)
            self.assertTrue(self.b.vf_status(1)["retiring"])
            self.assertEqual(self.held(), {"vhost60": (1, "worker")})
            self.refused(2, 5, ["vhost60"], ["nic1"], WORKER + "|nic1 is held by spp_vf 1, whose")
            self.refused(1, 4, ["vhost60"], ["nic1"], "lcore 2 does not answer")
        # nobody has to flush for it
        wait_for("vhost60 to be free", lambda: self.held() == {}, 3)
        self.assertFalse(self.b.vf_status(1)["retiring"])
        self.wire(2, 5, ["vhost60"], ["nic1"])
        self.in_order()

    def test_what_a_configuration_file_names_stays(self):
        self.start(first=self.b.vf_config(1, num_vhost=1, first_vhost=60))
        self.assertEqual(self.held(), {"vhost60": (1, "file")})
        self.wire(1, 2, ["vhost60"], ["nic0"])
        self.unwire(1, 2)
        self.assertTrue(os.path.exists(self.b.sock(60)))
        self.assertEqual(self.held(), {"vhost60": (1, "file")})
        self.refused(2, 5, ["vhost60"], ["nic1"], FILE)
        self.refused(2, 5, ["nic1"], ["ring120"],
                     "ring120 is held by spp_vf 1, whose configuration file names it")
        self.in_order()

    def test_an_rx_adapter_goes_with_its_nic(self):
        self.start(nics=17)  # two VFs, 17 NICs, and DPDK has room for 31 adapters
        for number in range(17):
            for vf, core in ((1, 2), (2, 5)):
                self.wire(vf, core, [f"nic{number}"], [f"ring{vf}"])
                self.unwire(vf, core)
        self.in_order()


class AllOrNothing(TwoVfs):
    in_event = True

    def free_mbufs(self):
        """Of the slots' pools: a TAP receives into 1,023 of one of them."""
        return [vf["mbufs"]["free"] for vf in self.b.primary_status()["vf"]]

    def test_a_flush_that_fails_keeps_nothing(self):
        self.start(wires=1)
        before = self.free_mbufs()
        self.assertEqual([n < max(before) for n in before], [True, False], before)
        self.wire(1, 3, ["ring9"], ["nic1"])
        # what another has; its own number is the highest, so all else comes first
        self.refused(2, 5, ["vhost58", "nic0"], ["nic1"], "2 rx ports")
        self.refused(2, 5, ["ring9"], ["nic0"], r"ring9 is held by spp_vf 1 \(its rx end\) until")
        self.refused(2, 5, ["vhost58"], ["nic1"], "nic1 is held by spp_vf 1")
        # what cannot be made
        with open("/tmp/sock61", "w", encoding="ascii") as f:
            f.write("precious")
        peer = self.b.controller[2]
        self.send_error(peer, commands(
            component(5, "merge", ["nic0", "vhost58", "vhost59", "ring4"], ["vhost61"]), FLUSH),
            "sock61: exists and is no socket")
        self.assertEqual(self.held(), {})
        for number in (58, 59):
            self.assertFalse(os.path.exists(f"/tmp/sock{number}"))
        info = self.b.primary_status()
        self.assertEqual([n["holder"] for n in info["nic"]], [None, 1])
        self.assertEqual([r["port"] for r in info["ring"] if r["holder"]], ["ring9"])
        self.assertEqual(self.free_mbufs(), before)
        self.assertEqual(self.b.vf_status(2)["vhost"], [])
        # all of it is the other's for the asking
        os.unlink("/tmp/sock61")
        self.send_ok(self.b.controller[1], commands(
            component(2, "merge", ["nic0", "vhost58", "vhost59", "ring4"], ["vhost61"]), FLUSH))
        self.assertEqual(self.held(), {f"vhost{n}": (1, "wiring") for n in (58, 59, 61)})
        self.in_order()

    def test_a_worker_that_does_not_answer(self):
        """The socket is there for 100 ms: a guest that comes meanwhile is sent away."""
        self.start(awake=AWAKE)
        self.wire(1, 2, ["nic0"], ["ring0"])
        self.wire(1, 3, ["ring0"], ["nic0"])
        gone = []

        def come():
            wait_for("the socket", lambda: os.path.exists("/tmp/sock60"))
            with socket.socket(socket.AF_UNIX) as sock:
                sock.settimeout(5)
                sock.connect("/tmp/sock60")
                try:
                    gone.append(sock.recv(1))
                except ConnectionResetError:
                    gone.append(b"")

        guest = threading.Thread(target=come)
        guest.start()
        with self.caught(2):
            self.send_error(self.b.controller[1], commands(
                component(2, "none"), component(2, "forward", ["nic0"], ["vhost60"]), FLUSH),
                "lcore 2 does not answer")
            guest.join()
            self.assertEqual((gone, self.held()), ([b""], {}))
            self.assertFalse(os.path.exists("/tmp/sock60"))
            self.wire(2, 5, ["vhost60"], ["nic1"])
        self.in_order()


class Waiting(Frontend):
    """A guest that makes the socket: spp_vf comes to it (--vhost-client)."""

    def __init__(self, path):
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(path)
        self.listener.listen()
        self.listener.settimeout(10)

    def wait(self):
        super().__init__("")
        return self

    def _introduce(self, path, features):
        self.sock.close()
        self.sock, _ = self.listener.accept()
        self.sock.settimeout(10)
        self.offered = self.features = self.ask(GET_FEATURES)
        self.tell(SET_OWNER)
        self.tell(SET_FEATURES, struct.pack("<Q", self.features))
        self.tell(SET_MEM_TABLE, struct.pack("<IIQQQQ", 1, 0, 0, MEMORY, USER_BASE, 0), [self.fd])
        self.set_up()


class Clients(TwoVfs):
    vfs = (([0, 2, 3, 4], ["--vhost-client"]), ([0, 5, 6], ["--vhost-client"]))

    def test_as_client_too(self):
        self.start()
        for vf, core, other, there in ((1, 2, 2, 5), (2, 5, 1, 2)):
            guest = Waiting("/tmp/sock60")
            self.addCleanup(guest.listener.close)
            self.wire(vf, core, ["vhost60"], ["nic0"])
            guest.wait()
            self.addCleanup(guest.sock.close)
            wait_for("the guest", lambda: status.port(self.b.vf_status(vf), "vhost60")["link_up"])
            self.unwire(vf, core)
            self.assertEqual(self.held(), {"vhost60": (vf, "guest")})
            self.refused(other, there, ["vhost60"], ["nic1"],
                         f"vhost60 is held by spp_vf {vf}, whose wiring has let go of it, until")
            guest.listener.close()  # or it would be there again at once
            os.unlink("/tmp/sock60")
            guest.sock.close()
            wait_for("vhost60 to be free", lambda: self.held() == {}, 6)
        # nobody there: free at once
        self.wire(1, 2, ["vhost61"], ["nic0"])
        self.unwire(1, 2)
        self.assertEqual(self.held(), {})
        self.in_order()


class Restless(TwoVfs):
    """A port that comes and goes while guests come and go."""
    rounds = 16

    def test_guests_that_connect_while_the_socket_is_closed(self):
        self.start()
        done = threading.Event()
        came = []

        def come_and_go():
            while not done.is_set():
                try:
                    guest = Frontend("/tmp/sock60", deadline=2)
                except (OSError, Closed):
                    continue
                came.append(guest.offered)
                guest.close()

        guests = [threading.Thread(target=come_and_go) for _ in range(2)]
        for guest in guests:
            guest.start()
        for number in range(self.rounds):
            vf, core = ((1, 2), (2, 5))[number % 2]
            wait_for("vhost60 to be free", lambda: self.held() == {})
            self.wire(vf, core, ["vhost60"], ["nic0"])
            seen = len(came)
            if number % 4 == 0:
                wait_for("a guest", lambda: len(came) > seen)
            self.unwire(vf, core)
        done.set()
        for guest in guests:
            guest.join()
        self.in_order()


class Shown(TwoVfs):
    def test_sppctl_shows_who_has_which_vhost(self):
        b = self.b
        self.start(first=b.vf_config(1, num_vhost=3, first_vhost=20))
        self.wire(2, 5, ["vhost58"], ["nic1"])
        self.wire(2, 6, ["vhost60"], ["nic0"])
        self.guest(60)
        wait_for("the guest", lambda: status.port(b.vf_status(2), "vhost60")["link_up"])
        self.unwire(2, 6)
        ctl = Ctl(b)
        self.assertIn("\n  vhosts held: vhost20-22 by vf1 (file), vhost58 by vf2, "
                      "vhost60 by vf2 (not wired, its guest is connected)\n",
                      ctl.ok("status", "primary"))
        # a vhost is its spp_vf's, for who asks by its name
        self.assertEqual(ctl.ok("clear", "vhost58"), "vf2: vhost58 counts from zero\n")
