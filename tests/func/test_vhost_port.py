# SPDX-License-Identifier: BSD-3-Clause
"""A vhost port by itself: its socket, and what any guest, honest or not, may do to it.

The guests are vhost_frontend.py's. Each test starts from two connected ones.
"""

import grp
import os
import pwd
import socket
import stat
import struct

import vhost_frontend as vf
from proc import wait_for
from spplib import SppTest
from vhost_frontend import Closed, Frontend, MRG_RXBUF, RX, TX
from vhost_loop import VhostLoop

POOL_SIZE = 16383


def frame(size, number=0):
    return (b"\x02\0\0\0\0\x01" + b"\x02\0\0\0\0\x02" + b"\x88\xb5" +
            bytes((number + i) % 251 for i in range(size)))[:size]


class VhostPort(SppTest):
    frame_max = 1518
    not_offered = (MRG_RXBUF,)

    @classmethod
    def prepare(cls, b):
        cls.loop = VhostLoop(b, args=["--frame-max", str(cls.frame_max)]).start()

    def setUp(self):
        self.guests = []
        self.addCleanup(self.leave)  # also when what follows fails: others come after us
        self.a = self.connect(0)
        self.z = self.connect(1)
        self.before = self.loop.counters()["ports"]

    def leave(self):
        for guest in self.guests:
            guest.close()
        wait_for("no guest, and all mbufs back",
                 lambda: (c := self.loop.counters())["mbufs_free"] == POOL_SIZE and
                 not any(p["connected"] for p in c["ports"]))

    def connect(self, port, **more):
        guest = Frontend(self.b.sock(port), **more)
        self.guests.append(guest)
        wait_for(f"guest {port} connected", lambda: self.loop.port(port)["connected"])
        return guest

    def drops(self, port, side):
        """What was dropped since the test began: {reason: packets}."""
        now, before = self.loop.port(port)[side], self.before[port][side]
        return {k: n - before.get(k, 0) for k, n in now.items() if n != before.get(k, 0)}

    def still_forwards(self):
        self.z.post(1)
        self.a.send(frame(100))
        self.assertEqual(self.z.receive(), frame(100))

    def test_passes_frames_of_every_length_as_they_are(self):
        for number, size in enumerate((14, 60, 1499, self.frame_max)):
            for pieces in (1, 3):
                self.z.post(1, size=self.frame_max + 12)
                self.a.send(frame(size, number), pieces=pieces)
                self.assertEqual(self.z.receive(), frame(size, number))
        self.assertEqual(self.drops(0, "rx_drops"), {})

    def test_drops_and_counts_what_is_no_frame(self):
        self.a.send(frame(13))
        self.a.send(frame(self.frame_max + 1))
        self.a.send(frame(65000), pieces=8)
        self.still_forwards()
        self.assertEqual(self.drops(0, "rx_drops"), {"malformed": 1, "too_big": 2})

    def test_offers_no_offloads(self):
        off = (vf.CSUM, vf.GUEST_CSUM, vf.GSO, vf.MQ, vf.LOG_ALL, vf.RING_PACKED,
               *self.not_offered, *vf.GUEST_OFFLOADS, *vf.HOST_OFFLOADS)
        self.assertEqual([bit for bit in off if self.a.offered >> bit & 1], [])

    def test_ends_a_guest_that_takes_features_it_was_not_offered(self):
        self.a.close()
        self.guests.remove(self.a)
        wait_for("guest 0 gone", lambda: not self.loop.port(0)["connected"])
        with self.assertRaises(Closed):
            guest = Frontend(self.b.sock(0), features=(1 << vf.VERSION_1) | (1 << vf.CSUM))
            guest.ask(vf.GET_FEATURES)
        self.a = self.connect(0)
        self.still_forwards()

    def test_forwards_the_bytes_of_a_frame_that_asks_for_an_offload_anyway(self):
        needs_checksum = struct.pack("<BBHHHHH", 1, 1, 34, 1400, 34, 16, 0)
        self.z.post(1)
        self.a.send(frame(600), header=needs_checksum)
        self.assertEqual(self.z.receive(), frame(600))

    def test_refuses_a_second_guest(self):
        second = socket.socket(socket.AF_UNIX)
        second.settimeout(5)
        second.connect(self.b.sock(0))
        self.assertEqual(second.recv(1), b"")
        second.close()
        self.still_forwards()

    def test_counts_what_a_full_guest_does_not_take(self):
        self.z.post(2)
        for number in range(5):
            self.a.send(frame(100, number))
        self.assertEqual([self.z.receive() for _ in range(2)], [frame(100, 0), frame(100, 1)])
        self.assertEqual(self.drops(1, "tx_drops"), {"vhost_full": 3})

    def test_counts_what_comes_for_a_guest_that_is_gone(self):
        self.z.close()
        self.guests.remove(self.z)
        wait_for("guest 1 gone", lambda: not self.loop.port(1)["connected"])
        self.a.send(frame(100))
        self.assertEqual(self.drops(1, "tx_drops"), {"no_guest": 1})

    def test_leaves_a_disabled_ring_alone(self):
        self.z.post(4)
        self.z.enable(RX, False)
        wait_for("ring disabled", lambda: not self.loop.port(1)["connected"])
        self.a.send(frame(100))
        self.assertTrue(self.z.receives_nothing())
        self.assertEqual(self.drops(1, "tx_drops"), {"no_guest": 1})
        self.z.enable(RX, True)
        wait_for("ring enabled", lambda: self.loop.port(1)["connected"])
        self.a.send(frame(100, 7))
        self.assertEqual(self.z.receive(), frame(100, 7))

    def test_serves_a_driver_that_is_reset_and_loaded_again(self):
        for _ in range(10):
            self.a.reset()
            wait_for("guest 0 stopped", lambda: not self.loop.port(0)["connected"])
            self.a.set_up()
            wait_for("guest 0 connected", lambda: self.loop.port(0)["connected"])
            self.still_forwards()

    def test_survives_descriptors_that_lie(self):
        def outside(guest):
            guest.write_descriptor(TX, 0, 1 << 40, 1500)

        def around_the_end(guest):
            guest.write_descriptor(TX, 0, vf.MEMORY - 100, 1 << 20)

        def four_gigabytes(guest):
            guest.write_descriptor(TX, 0, vf.BUFFERS, 0xffffffff)

        def a_loop(guest):
            guest.write_descriptor(TX, 0, vf.BUFFERS, 64, vf.NEXT, 0)

        def far_next(guest):
            guest.write_descriptor(TX, 0, vf.BUFFERS, 64, vf.NEXT, 0xffff)

        def header_only(guest):
            guest.write_descriptor(TX, 0, vf.BUFFERS, 12)

        def bad_indirect(guest):
            guest.write_descriptor(TX, 0, vf.MEMORY - 8, 1 << 16, vf.INDIRECT)

        def nested_indirect(guest):
            table = guest.place(struct.pack("<QIHH", vf.BUFFERS, 32, vf.INDIRECT, 0))
            guest.write_descriptor(TX, 0, table, 16, vf.INDIRECT)

        for lie in (outside, around_the_end, four_gigabytes, a_loop, far_next, header_only,
                    bad_indirect, nested_indirect):
            lie(self.a)
            self.a.offer(TX, 0)
            self.z.post(1)
            self.z.send(frame(60))  # the loop has looked at both ports since
            self.a.close()
            self.guests.remove(self.a)
            wait_for("guest 0 gone", lambda: not self.loop.port(0)["connected"])
            self.a = self.connect(0)
            self.z.seen[RX] = self.z.used(RX)
        self.still_forwards()

    def test_refuses_a_kick_or_call_descriptor_that_is_no_eventfd(self):
        """A pipe may be full, and whoever writes to it then waits."""
        self.a.reset()
        read_end, write_end = os.pipe()
        os.close(write_end)
        with self.assertRaises(Closed):
            self.a.set_up(kick=read_end)
            self.a.ask(vf.GET_FEATURES)
        os.close(read_end)
        self.a.close()
        self.guests.remove(self.a)
        self.a = self.connect(0)
        self.still_forwards()

    def test_survives_an_index_that_jumps(self):
        self.a.available[TX] = 40000
        self.a.offer(TX, 0)
        self.a.available[RX] = 50000
        self.a.offer(RX, 0xffff)
        self.z.send(frame(60))
        self.a.close()
        self.guests.remove(self.a)
        wait_for("guest 0 gone", lambda: not self.loop.port(0)["connected"])
        self.a = self.connect(0)
        self.still_forwards()


class VhostJumboPort(VhostPort):
    """The same with frames of several mbufs, where librte_vhost chains what a guest describes."""

    frame_max = 9018
    not_offered = ()

    def test_spreads_a_frame_over_small_buffers(self):
        self.assertTrue(self.z.offered >> MRG_RXBUF & 1)
        self.z.post(8, size=300)
        self.a.send(frame(1500))
        self.assertEqual(self.z.receive(), frame(1500))


class VhostSocket(SppTest):
    def refused(self, pattern, *args):
        loop = VhostLoop(self.b, args=args).start(wait=False)
        loop.proc.wait_log(pattern)
        self.assertNotEqual(loop.proc.wait(), 0)

    def test_replaces_a_stale_socket(self):
        loop = VhostLoop(self.b).start()
        loop.kill()
        self.assertTrue(os.path.exists(self.b.sock(0)))
        loop.start()
        Frontend(self.b.sock(0)).close()

    def test_leaves_a_live_socket_to_its_owner(self):
        with socket.socket(socket.AF_UNIX) as other:
            other.bind(self.b.sock(0))
            other.listen()
            self.refused(r"sock0: another process listens on it \(stop it, or choose another")
        self.assertTrue(os.path.exists(self.b.sock(0)))

    def test_leaves_a_file_alone(self):
        with open(self.b.sock(0), "w", encoding="ascii") as f:
            f.write("precious")
        self.refused(r"sock0: exists and is no socket")
        self.assertEqual(os.path.getsize(self.b.sock(0)), 8)

    def test_does_not_follow_a_link(self):
        target = self.b.path("precious")
        os.symlink(target, self.b.sock(0))
        self.refused(r"sock0: is a symbolic link \(remove it, or choose another path\)")
        self.assertFalse(os.path.exists(target))
        self.assertTrue(os.path.islink(self.b.sock(0)))

    def test_is_for_its_owner_alone_unless_told_otherwise(self):
        self.addCleanup(os.umask, os.umask(0))
        VhostLoop(self.b).start()
        self.assertEqual(stat.S_IMODE(os.stat(self.b.sock(0)).st_mode), 0o600)

    def test_gives_the_socket_to_owner_and_group(self):
        loop = VhostLoop(self.b, args=["--owner", "nobody", "--group", "nogroup"]).start()
        st = os.stat(self.b.sock(0))
        self.assertEqual(st.st_uid, pwd.getpwnam("nobody").pw_uid)
        self.assertEqual(st.st_gid, grp.getgrnam("nogroup").gr_gid)
        self.assertEqual(stat.S_IMODE(st.st_mode), 0o660)
        loop.proc.stop()
        self.assertFalse(os.path.exists(self.b.sock(0)))

    def test_refuses_an_owner_or_group_that_does_not_exist(self):
        self.refused(r'vhost owner "nosuchuser": no such user', "--owner", "nosuchuser")
        self.refused(r'vhost group "nosuchgroup": no such group', "--group", "nosuchgroup")
        self.assertFalse(os.path.exists(self.b.sock(0)))
