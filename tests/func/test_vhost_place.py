# SPDX-License-Identifier: BSD-3-Clause
"""The file of a vhost socket: whose it is, and what happens when somebody removes it."""

import os
import socket
import stat

from proc import wait_for
from spplib import SppTest
from test_wrong_guest import Wrong

OWNER, GROUP = 42424, 43434
AGAIN = r"vhost0 \S+: its socket was removed from outside, and is made again"


def is_socket(path):
    return os.path.exists(path) and stat.S_ISSOCK(os.stat(path).st_mode)


class Removed(Wrong):
    def warned(self):
        code, line = self.check()
        self.assertEqual(code, 1, line)
        self.assertIn("vf1 vhost0: its socket was removed from outside", line)

    def test_it_is_made_again_and_the_guest_that_is_connected_stays(self):
        path = self.b.sock(0)
        guest, other = self.connect(0), self.connect(1)
        mode = os.stat(path).st_mode
        os.unlink(path)
        self.vf.wait_log(AGAIN)
        self.assertEqual(os.stat(path).st_mode, mode)
        self.passes(guest, other)
        self.passes(other, guest)
        self.wait_problem("socket_removed")
        self.warned()
        guest.close()
        self.assertNotIn("guest gone", self.said().split("made again")[0])
        wait_for("the guest gone", lambda: not self.up(0))
        self.passes(self.connect(0), other)
        self.assertEqual(self.said().count("vhost1 "), 1)  # it connected, and nothing else

    def test_what_is_put_in_its_place_is_left_alone(self):
        path = self.b.sock(0)
        os.unlink(path)
        with open(path, "w", encoding="ascii") as f:
            f.write("precious")
        self.vf.wait_log(r"vhost0 \S+: its socket was \w+ from outside, and cannot be made again: "
                         r".*exists and is no socket")
        self.warned()
        self.assertEqual(os.path.getsize(path), 8)
        os.unlink(path)
        wait_for("the socket", lambda: is_socket(path))
        self.connect(0)


class RemovedAsClient(Wrong):
    vf_args = ("--vhost-client",)

    def test_a_guests_socket_that_is_removed_is_named(self):
        path = self.b.sock(0)
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(path)
            listener.listen()
            listener.settimeout(5)
            with listener.accept()[0]:
                os.unlink(path)
                self.vf.wait_log(r"vhost0 \S+: the guest's socket was removed from outside: when "
                                 r"this connection ends, the guest has to be started anew")
                self.wait_problem("socket_removed")


class Numbers(SppTest):
    def start(self, **members):
        b = self.b
        b.start_controller()
        b.primary(["net_null0"])
        return b.vf(1, config=b.vf_config(1, **members))

    def belongs(self, path):
        wait_for("the socket", lambda: is_socket(path))
        st = os.stat(path)
        self.assertEqual((st.st_uid, st.st_gid, stat.S_IMODE(st.st_mode)), (OWNER, GROUP, 0o660))

    def test_owner_and_group_may_be_numbers(self):
        self.start(vhost_owner=OWNER, vhost_group=str(GROUP))
        self.belongs(self.b.sock(0))
        os.unlink(self.b.sock(0))
        self.b.vfs[1].wait_log(AGAIN)
        self.belongs(self.b.sock(0))
        self.assertEqual(self.b.vfs[1].stop(), 0)
        self.assertFalse(os.path.exists(self.b.sock(0)))  # ours as the first one was
