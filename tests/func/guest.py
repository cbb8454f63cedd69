# SPDX-License-Identifier: BSD-3-Clause
"""Guests on a vhost-user socket: a light one (testpmd and a TAP) and a real one (qemu, Linux).

Both are started on a bench (bench.py), which ends what is left of them, and offer the same:

    vm = QemuGuest(b, "vm0", b.sock(0), "10.60.0.2/24", "02:00:00:00:00:02", listen=False)
    vm.start()                      boot, until it can run commands
    vm.wait_ping("10.60.0.1")       until its ping is answered
    vm.ping("10.60.0.1", count=20)  (sent, received)
    vm.shell("md5sum /tmp/x")       run a command line in it, its output
    vm.kill(); vm.start()           power cut and reboot
    vm.stop()

`listen` says who makes the socket: True when spp_vf is the client (--vhost-client; qemu's
server=on), False when spp_vf makes it and the guest connects.
"""

import os
import re
import time

import guest_image
from net import Namespace, no_ipv6
from proc import CPU_TOOLS, Timeout, run, wait_for

MB = 1 << 20


def ping_figures(text, what):
    figures = re.search(r"(\d+) packets transmitted, (\d+) (?:packets )?received", text)
    if figures is None:
        raise AssertionError(f"{what}: {text}")
    return int(figures[1]), int(figures[2])


class Guest:
    """What both kinds share. Subclasses: start(), shell()."""

    def __init__(self, b, name, sock, address, mac, listen=False, cpu=CPU_TOOLS, mtu=1500):
        """address: with its prefix length. mac: of the interface in the guest."""
        self.b = b
        self.name = name
        self.sock = sock
        self.address = address.split("/")[0]
        self.cidr = address
        self.mac = mac
        self.listen = listen
        self.cpu = cpu
        self.mtu = mtu
        self.proc = None

    def start(self, wait=True):
        raise NotImplementedError

    def shell(self, line, deadline=30.0, check=True):
        raise NotImplementedError

    def ping(self, address, count=20, size=56, deadline=60.0):
        """(sent, received)"""
        text = self.shell(f"ping -q -c {count} -i 0.05 -s {size} -W 1 {address}", deadline,
                          check=False)
        return ping_figures(text, f"ping {address} in {self.name}")

    def wait_ping(self, address, deadline=15.0):
        """Until a ping is answered; the seconds that took."""
        start = time.monotonic()
        wait_for(f"an answer of {address} to {self.name}",
                 lambda: self.ping(address, count=1)[1] == 1, deadline)
        return time.monotonic() - start

    def kill(self):
        """SIGKILL, as a power cut. Its listening socket, if it has one, stays as a stale file."""
        if self.proc is not None:
            self.proc.kill()
            self.proc = None

    def stop(self):
        self.kill()
        if self.listen:
            try:
                os.unlink(self.sock)
            except FileNotFoundError:
                pass


class TestpmdGuest(Guest):
    """The kernel's stack in a namespace, over a TAP and testpmd, on the socket.

    It has no offloads and no interrupts: light and quick, but it hides what a real guest needs.
    """

    def __init__(self, b, name, sock, address, mac, **more):
        super().__init__(b, name, sock, address, mac, **more)
        if self.mtu > 1500:
            raise ValueError(f"{name}: net_tap sends at most 1500 bytes (take a QemuGuest)")
        self.ns = b.namespace(name)
        self.tap = f"{b.tag}{name}"[-15:]

    def start(self, wait=True):
        if self.listen and os.path.exists(self.sock):
            os.unlink(self.sock)
        device = f"net_virtio_user0,path={self.sock},queue_size=1024"
        if self.listen:
            device += ",server=1"
        # Memory of one file: virtio_user hands few descriptors over.
        argv = ["dpdk-testpmd", "--lcores", f"0@{self.cpu},1@{self.cpu}", "-m", 256, "--no-pci",
                "--single-file-segments", "--file-prefix", self.b.new_prefix(self.name),
                "--vdev", device, "--vdev", f"net_tap1,iface={self.tap}", "--", "-i",
                "--nb-cores=1", "--forward-mode=io", "--total-num-mbufs=16384", "--auto-start"]
        self.proc = self.b.start(self.name, argv, cpu=self.cpu, stdin=True)
        if wait:
            self.wait_ready()

    def wait_ready(self, deadline=20.0):
        """As server it waits for spp_vf before it makes its TAP."""
        self.proc.wait_log(r"testpmd>", deadline)
        no_ipv6(self.tap)
        run("ip", "link", "set", self.tap, "netns", self.ns.name)
        self.ns.set_up(self.tap, self.cidr, mac=self.mac, mtu=self.mtu)

    def shell(self, line, deadline=30.0, check=True):
        return self.ns.run("sh", "-c", line, deadline=deadline, check=check)


class QemuGuest(Guest):
    """Linux under qemu's emulator, with the drivers' default settings.

    device: further properties of its virtio-net-pci, as ",mrg_rxbuf=off"; netdev: of its netdev, as
    ",queues=2".
    """

    def __init__(self, b, name, sock, address, mac, device="", netdev="", **more):
        super().__init__(b, name, sock, address, mac, **more)
        self.device = device
        self.netdev = netdev
        self.commands = 0

    def start(self, wait=True):
        if self.listen and os.path.exists(self.sock):
            os.unlink(self.sock)
        kernel, initrd = guest_image.build()
        mode = "server=on,wait=off" if self.listen else "reconnect=1"
        # vectors=0: with interrupt vectors qemu 7.2 without KVM crashes on vhost-user.
        self.proc = self.b.start(self.name, [
            "qemu-system-x86_64", "-accel", "tcg,thread=multi", "-cpu", "max", "-m", 256,
            "-smp", 1, "-display", "none", "-no-reboot", "-nodefaults", "-monitor", "none",
            "-serial", "stdio", "-kernel", kernel, "-initrd", initrd,
            "-append", f"console=ttyS0 quiet panic=1 guest.address={self.cidr} "
                       f"guest.mtu={self.mtu}",
            "-object", "memory-backend-memfd,id=mem0,size=256M,share=on",
            "-numa", "node,memdev=mem0",
            "-chardev", f"socket,id=c0,path={self.sock},{mode}",
            "-netdev", f"vhost-user,id=n0,chardev=c0{self.netdev}",
            "-device", f"virtio-net-pci,netdev=n0,mac={self.mac},vectors=0,romfile={self.device}",
        ], cpu=self.cpu, stdin=True)
        if wait:
            self.wait_ready()

    def wait_ready(self, deadline=60.0):
        self.proc.wait_log(guest_image.READY, deadline)

    def shell(self, line, deadline=30.0, check=True):
        self.commands += 1
        begin, end = f"@@begin-{self.commands}", f"@@end-{self.commands}"
        # Quoted apart, so that an echo of the line is not taken for the answer.
        self.proc.write(f'echo "@@""{begin[2:]}"; ( {line} ) 2>&1; echo "@@""{end[2:]} $?"\n')
        match = self.proc.wait_log(rf"{begin}\n((?:.*\n)*?){end} (\d+)$", deadline)
        if check and match[2] != "0":
            raise AssertionError(f"{self.name}: {line}: exit code {match[2]}\n{match[1]}")
        return match[1]

    def ping(self, address, count=20, size=56, deadline=60.0):
        # busybox knows whole seconds only as interval: one process a packet is quicker.
        text = self.shell(f"n=0; for i in $(seq {count}); do ping -q -c 1 -W 1 -s {size} "
                          f"{address} >/dev/null && n=$((n+1)); done; "
                          f"echo {count} packets transmitted, $n received", deadline)
        return ping_figures(text, f"ping {address} in {self.name}")


class NamespaceShell:
    """A namespace (a wire's far end) in the place of a guest, for transfer()."""

    def __init__(self, ns):
        self.ns = ns
        self.name = ns.name

    def shell(self, line, deadline=30.0, check=True):
        return self.ns.run("sh", "-c", line, deadline=deadline, check=check)


def transfer(sender, receiver, address, size=20 * MB, port=7100, deadline=120.0):
    """Move size bytes by TCP to address, which is the receiver's; (md5 sent, md5 received).

    sender and receiver: guests, or namespaces.
    """
    sender, receiver = (NamespaceShell(x) if isinstance(x, Namespace) else x
                        for x in (sender, receiver))
    data, took = f"/tmp/spp-{sender.name}.data", f"/tmp/spp-{receiver.name}.md5"
    # nc ends the connection in both directions once its input ends: this input never does.
    silence = f"/tmp/spp-{receiver.name}.fifo"
    try:
        receiver.shell(f"rm -f {took} {silence}; busybox mkfifo {silence}; "
                       f"(busybox nc -l -p {port} <>{silence} | busybox md5sum >{took}.new; "
                       f"mv {took}.new {took}) >/dev/null 2>&1 &")
        sent = sender.shell(f"busybox head -c {size} /dev/urandom >{data}; busybox md5sum {data}",
                            deadline).split()[0]
        sender.shell(f"busybox timeout {int(deadline)} busybox nc {address} {port} <{data}",
                     deadline + 5)
        received = wait_for(f"{size} bytes of TCP at {receiver.name}",
                            lambda: receiver.shell(f"cat {took} 2>/dev/null", check=False).split(),
                            deadline)[0]
    except Timeout as e:
        raise AssertionError(f"TCP from {sender.name} to {receiver.name}: {e}") from e
    finally:
        for where, path in ((sender, data), (receiver, took), (receiver, silence)):
            where.shell(f"rm -f {path}", check=False)
    return sent, received
