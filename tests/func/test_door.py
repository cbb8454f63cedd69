# SPDX-License-Identifier: BSD-3-Clause
"""The way of a guest's connection to librte_vhost, which it must not lose to another guest. (The SppTest
is that of test_wrong_guest.)"""

import array
import contextlib
import os
import socket
import struct
import time

from proc import frozen
from test_wrong_guest import Wrong
from vhost_frontend import GET_FEATURES, VERSION

SET_SLAVE_REQ_FD = 21
TAKE_S = 10.0  # so long a guest waits for librte_vhost


def message_thread(pid):
    """Thread id of librte_vhost's thread for messages."""
    for tid in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{tid}/comm", encoding="ascii") as comm:
            if "vhost-ev" in comm.read():
                return int(tid)
    raise AssertionError(f"process {pid} has no thread of librte_vhost's")


class Impostor(Wrong):
    def impostor(self, port):
        """A connection whose address is that of librte_vhost's socket for the port. A guest's process
        would bind it in a mount namespace of its own, where the directory may be its own."""
        path = f"/var/run/dpdk/{self.b.prefix}/vhost{port}"
        self.assertFalse(os.path.exists(path))
        with socket.socket(socket.AF_UNIX) as listener, socket.socket(socket.AF_UNIX) as client:
            listener.bind(path)
            self.addCleanup(os.unlink, path)
            listener.listen()
            client.connect(path)
            conn = listener.accept()[0]
        self.addCleanup(conn.close)
        return conn

    def test_a_socket_of_a_guests_is_not_taken_for_librte_vhosts(self):
        hostile = self.connect(0)
        time.sleep(0.5)  # what spp_vf closes is closed: the lowest number is the impostor's
        fd = array.array("i", [self.impostor(1).fileno()])
        hostile.sock.sendmsg([struct.pack("<III", SET_SLAVE_REQ_FD, VERSION, 0)],
                             [(socket.SOL_SOCKET, socket.SCM_RIGHTS, fd)])
        hostile.ask(GET_FEATURES)  # it has been read
        other = self.connect(1)
        self.passes(hostile, other)
        self.passes(other, hostile)


class HeldUp(Wrong):
    def test_a_guest_that_librte_vhost_does_not_take_does_not_block_its_port(self):
        with socket.socket(socket.AF_UNIX) as guest:
            guest.settimeout(TAKE_S + 5)
            with frozen(message_thread(self.vf.pid)):
                guest.connect(self.b.sock(0))
                with contextlib.suppress(ConnectionResetError):
                    guest.send(struct.pack("<III", GET_FEATURES, VERSION, 0))
                    self.assertEqual(guest.recv(1), b"")
        self.vf.wait_log(r"error: vhost0 \S+: a guest cannot be let in: librte_vhost has not taken it")
        self.passes(self.connect(0), self.connect(1))
