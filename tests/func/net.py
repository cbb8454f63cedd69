# SPDX-License-Identifier: BSD-3-Clause
"""Network namespaces, links between them, and traffic of the kernel's own stack over them.

A wire is where a NIC's cable would lead: the NIC's TAP stays in the root namespace (net_tap can
no longer set its link up once it was moved) in a bridge together with one end of a veth pair,
whose other end `eth0` lies in a namespace of the wire's own. Knows nothing of our programs.
"""

import ctypes
import hashlib
import os
import select
import socket
import struct
import threading
import time

from proc import run, wait_for, CPU_TOOLS, pin

LIBC = ctypes.CDLL(None, use_errno=True)
CLONE_NEWNET = 0x40000000


def link_exists(name):
    return os.path.exists(f"/sys/class/net/{name}")


def no_ipv6(link):
    """Links chatter over IPv6 as soon as they are up. A kernel without IPv6 is fine."""
    run("sysctl", "-qw", f"net.ipv6.conf.{link}.disable_ipv6=1", check=False)


def icmp_checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total >> 16) + (total & 0xffff)
    return ~(total + (total >> 16)) & 0xffff


def echo(address, count, interval, size, patience):
    """Ping. ping(8) itself waits for late answers only two round-trip times: late is not lost."""
    identity = os.urandom(2)
    filler = bytes(range(256)) * (size // 256 + 1)
    answered = set()
    sent = 0
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) as sock:
        start = time.monotonic()
        while len(answered) < count:
            due = start + sent * interval if sent < count else start + count * interval + patience
            wait = due - time.monotonic()
            if wait > 0:
                if select.select([sock], [], [], wait)[0]:
                    data = sock.recv(65536)
                    data = data[(data[0] & 15) * 4:]
                    if data[:2] == b"\0\0" and data[4:6] == identity and data[8:] == filler[:size]:
                        answered.add(data[6:8])
            elif sent == count:
                break
            else:
                body = identity + struct.pack("!H", sent) + filler[:size]
                checksum = icmp_checksum(b"\x08\0\0\0" + body + b"\0" * (size % 2))
                try:
                    sock.sendto(struct.pack("!BBH", 8, 0, checksum) + body, (address, 0))
                except OSError:
                    pass  # no neighbour has answered yet: a packet lost
                sent += 1
    return sent, len(answered)


class Namespace:
    """A network namespace with quiet links: no IPv6, so that only a test's own packets flow."""

    def __init__(self, janitor, name):
        self.janitor = janitor
        self.name = name
        janitor.add("netns", name)
        run("ip", "netns", "add", name)
        self.run("sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1",
                 "net.ipv6.conf.default.disable_ipv6=1", check=False)
        self.run("ip", "link", "set", "lo", "up")

    def run(self, *argv, deadline=30.0, check=True):
        return run(*argv, netns=self.name, deadline=deadline, check=check)

    def ping(self, address, count=20, interval=0.01, size=56, patience=2.0):
        """(sent, received); an answer may take as long as patience after the last was sent."""
        return self.inside(lambda: echo(address, count, interval, size, patience))

    def wait_ping(self, address, deadline=15.0):
        wait_for(f"an answer of {address} to {self.name}",
                 lambda: self.ping(address, count=1, patience=0.5)[1] == 1, deadline)

    def counters(self, link="eth0"):
        """(received, sent) packets of a link."""
        text = self.run("cat", f"/sys/class/net/{link}/statistics/rx_packets",
                        f"/sys/class/net/{link}/statistics/tx_packets")
        rx, tx = text.split()
        return int(rx), int(tx)

    def set_up(self, link, address, mac=None, mtu=None):
        if mac is not None:
            self.run("ip", "link", "set", link, "address", mac)
        if mtu is not None:
            self.run("ip", "link", "set", link, "mtu", str(mtu))
        self.run("ip", "addr", "add", address, "dev", link)
        self.run("ip", "link", "set", link, "up")

    def inside(self, call):
        """Run call() on a thread that lives in the namespace; its result."""
        result = []

        def body():
            fd = os.open(f"/run/netns/{self.name}", os.O_RDONLY)
            try:
                if LIBC.setns(fd, CLONE_NEWNET) != 0:
                    raise OSError(ctypes.get_errno(), f"setns {self.name}")
            finally:
                os.close(fd)
            result.append(call())

        thread = threading.Thread(target=body)
        thread.start()
        thread.join()
        if not result:
            raise AssertionError(f"nothing came back from namespace {self.name}")
        return result[0]

    def remove(self):
        self.janitor.undo("netns", self.name)


class Wire:
    """Namespace + bridge for one NIC; plug() takes the NIC's TAP once the primary has made it."""

    def __init__(self, janitor, tag, number, address, mac):
        self.janitor = janitor
        self.tap = f"{tag}t{number}"
        self.bridge = f"{tag}b{number}"
        self.outer = f"{tag}v{number}"
        self.ns = Namespace(janitor, f"{tag}-wire{number}")
        self.address = address.split("/")[0]
        self.mac = mac
        for link in (self.bridge, self.outer):
            janitor.add("link", link)
        run("ip", "link", "add", self.bridge, "type", "bridge", "stp_state", "0",
            "mcast_snooping", "0", "ageing_time", "0")
        run("ip", "link", "add", self.outer, "type", "veth", "peer", "name", "eth0",
            "netns", self.ns.name)
        for link in (self.bridge, self.outer):
            no_ipv6(link)
        run("ip", "link", "set", self.outer, "master", self.bridge, "up")
        run("ip", "link", "set", self.bridge, "up")
        self.ns.set_up("eth0", address, mac=mac)

    def plug(self, deadline=15.0):
        wait_for(f"the TAP {self.tap}", lambda: link_exists(self.tap), deadline)
        no_ipv6(self.tap)
        run("ip", "link", "set", self.tap, "master", self.bridge, "up")

    def set_mtu(self, mtu):
        """Of both ends of the cable: each drops what is longer (a tag's 4 bytes apart)."""
        self.ns.run("ip", "link", "set", "eth0", "mtu", str(mtu))
        run("ip", "link", "set", self.outer, "mtu", str(mtu))

    def remove(self):
        self.ns.remove()
        for link in (self.outer, self.bridge):
            self.janitor.undo("link", link)


def transfer(sender, receiver, address, size, port=7001, deadline=60.0, seed=b"spp"):
    """Move size bytes by TCP from one namespace to another; (checksum sent, checksum received)."""
    received = []

    def listen():
        server = socket.socket()
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind(("0.0.0.0", port))
        server.listen(1)
        server.settimeout(deadline)
        return server

    def take(server):
        digest = hashlib.sha256()
        pin(CPU_TOOLS)
        connection, _ = server.accept()
        connection.settimeout(deadline)
        with connection:
            while chunk := connection.recv(1 << 18):
                digest.update(chunk)
        received.append(digest.hexdigest())

    server = receiver.inside(listen)
    thread = threading.Thread(target=take, args=(server,), daemon=True)
    thread.start()
    try:
        client = sender.inside(lambda: socket.create_connection((address, port), deadline))
        client.settimeout(deadline)
        digest = hashlib.sha256()
        # Repeating, but with a period that no packet or buffer size divides.
        block = hashlib.shake_256(seed).digest(262147)
        left = size
        with client:
            while left > 0:
                chunk = block[:left]
                client.sendall(chunk)
                digest.update(chunk)
                left -= len(chunk)
            client.shutdown(socket.SHUT_WR)
            thread.join(deadline)
    finally:
        server.close()
    if not received:
        raise AssertionError(f"TCP to {address}: not all of {size} bytes came within "
                             f"{deadline:g} s")
    return digest.hexdigest(), received[0]
