# SPDX-License-Identifier: BSD-3-Clause
"""docs/vhost.md tells the truth: its command lines and its libvirt domain start a guest that works."""

import os
import re
import struct

import guest_image
import scenario
import status
from bench import TREE
from libvirt_root import Libvirt
from spplib import SppTest

PAGE = os.path.join(TREE, "docs", "vhost.md")
ADDRESS = scenario.ADDRESSES[0]
APPEND = f"console=ttyS0 quiet panic=1 guest.address={ADDRESS}/24"
# qemu 7.2 without KVM crashes with interrupt vectors.
NO_VECTORS = "<qemu:property name='vectors' type='unsigned' value='0'/>"
CLUSTER = 1 << 16


def blocks(kind):
    with open(PAGE, encoding="utf-8") as f:
        return re.findall(rf"^```{kind}\n(.*?)^```$", f.read(), re.M | re.S)


def make_qcow2(path, size=CLUSTER):
    """An empty disk (qemu's docs/interop/qcow2.txt, version 2): header, refcounts, and no data."""
    header = struct.pack(">4sIQIIQIIQQIIQ", b"QFI\xfb", 2, 0, 0, 16, size, 0, 1, 3 * CLUSTER,
                         CLUSTER, 1, 0, 0)
    with open(path, "wb") as f:
        f.write(header.ljust(CLUSTER, b"\0"))
        f.write(struct.pack(">Q", 2 * CLUSTER).ljust(CLUSTER, b"\0"))
        f.write(struct.pack(">4H", 1, 1, 1, 1).ljust(CLUSTER, b"\0"))
        f.write(bytes(CLUSTER))


class Page(SppTest):
    def prepare_host(self, client):
        scenario.start(self.b, vms=(), vf_args=["--vhost-client"] if client else [])
        scenario.send(self.b, "2-initial", "3-start-vm-vhost0")
        make_qcow2(self.b.path("web1.qcow2"))

    def works(self):
        wire = self.b.wires[0]
        wire.ns.wait_ping(ADDRESS, 60)
        self.assertEqual(wire.ns.ping(ADDRESS, 20, interval=0.05), (20, 20))
        self.assertEqual(status.problems(self.b.vf_status(), "vhost0"), [])

    def starts(self, line, client):
        """The line as it is, but for KVM and its socket; and behind it what boots our kernel."""
        self.prepare_host(client)
        kernel, initrd = guest_image.build()
        for old, new in (("accel=kvm", "accel=tcg"), ("/tmp/sock0", self.b.sock(0))):
            self.assertEqual(line.count(old), 1, line)
            line = line.replace(old, new).rstrip()
        self.b.start("qemu", ["sh", "-c", f"cd {self.b.dir} && exec {line} -no-reboot "
                              f"-global virtio-net-pci.vectors=0 -kernel {kernel} -initrd {initrd} "
                              f"-append '{APPEND}'"], stdin=True)
        self.works()

    def test_the_line_for_a_socket_we_serve(self):
        line, = (one for one in blocks("sh") if "reconnect=1" in one)
        self.starts(line, client=False)

    def test_the_line_for_a_socket_that_qemu_serves(self):
        line, = (one for one in blocks("sh") if "server=on" in one)
        self.starts(line, client=True)

    def test_the_libvirt_domain(self):
        """Valid by libvirt's schema, and started by libvirt: with our kernel, without KVM."""
        libvirt = Libvirt(self.b)
        domain, = blocks("xml")
        path = self.b.path("web1.xml")
        kernel, initrd = guest_image.build()
        boot = (f"<kernel>{kernel}</kernel><initrd>{initrd}</initrd>"
                f"<cmdline>{APPEND}</cmdline></os>")
        changed = domain
        for old, new in (("type='kvm'", "type='qemu'"), ("</os>", boot),
                         ("/tmp/sock0", self.b.sock(0)),
                         ("/var/lib/libvirt/images", self.b.dir),
                         ("<qemu:frontend>", "<qemu:frontend>" + NO_VECTORS)):
            self.assertEqual(changed.count(old), 1, old)
            changed = changed.replace(old, new)
        for text in (domain, changed):
            with open(path, "w", encoding="utf-8") as f:
                f.write(text)
            self.assertEqual(libvirt.invalid(path), "")
        self.prepare_host(client=False)
        libvirt.start(self.b, path)
        self.works()
