# SPDX-License-Identifier: BSD-3-Clause
"""The box as a machine: qemu without KVM, a disk, an IOMMU, PCI NICs whose cables end in sockets of
ours, and a port by which commands go in.

    box = Machine(folder, disk, kernel, initrd, ["e1000e", "e1000e"])
    box.power_on(); box.wait_up()
    box.run("systemctl status spp_primary")     (exit code, output)
    box.power_cut()                             the disk stays as it was at that moment

Knows nothing of what is on the disk, but that inside.py is started from it.
"""

import ctypes
import itertools
import json
import os
import queue
import signal
import socket
import subprocess
import threading
import time

from plug import Plug

MEMORY_MB = 2048
KERNEL_LINE = ("root=/dev/vda rw console=ttyS0 net.ifnames=0 panic=-1 quiet intel_iommu=on iommu=pt "
               "systemd.show_status=0")
FIRST_SLOT = 5  # of a NIC: 0000:00:05.0, 0000:00:06.0, ...


LIBC = ctypes.CDLL(None)
PR_SET_PDEATHSIG = 1


class Dead(AssertionError):
    """The box does not answer, or has ended."""


def nic_address(number):
    return f"0000:00:{FIRST_SLOT + number:02x}.0"


def nic_mac(number):
    return f"02:00:00:00:ff:{number:02x}"


def die_with_us():
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def connect(path, deadline=10.0):
    end = time.monotonic() + deadline
    while True:
        sock = socket.socket(socket.AF_UNIX)
        try:
            sock.connect(path)
            return sock
        except OSError:
            sock.close()
            if time.monotonic() > end:
                raise
            time.sleep(0.02)


class Machine:
    def __init__(self, folder, disk, image, nics, memory=MEMORY_MB, kernel_line="", extra=(), joined=False,
                 iommu=True):
        """image: (kernel, initrd). nics: qemu's names of devices; extra: more arguments of qemu; joined: the two
        NICs have one cable."""
        self.folder = folder
        self.disk = disk
        self.kernel, self.initrd = image
        self.nics = list(nics)
        self.memory = memory
        self.kernel_line = kernel_line
        self.extra = list(extra)
        self.joined = joined
        self.iommu = iommu
        self.numbers = itertools.count(1)
        self.answers = {}
        self.hello = queue.Queue()
        self.qemu = self.port = self.qmp_port = None
        self.boots = 0
        self.clock_behind = 0  # seconds, at the next power_on()
        self.plugs = [Plug(self.path(f"wire{i}"), self.path(f"nic{i}")) for i in range(len(nics))]

    def path(self, name):
        return os.path.join(self.folder, name)

    # -- power ----------------------------------------------------------------------------------

    def argv(self):
        argv = ["qemu-system-x86_64", "-machine", "q35,kernel-irqchip=off", "-accel",
                "tcg,thread=multi", "-cpu", "max", "-smp", "2", "-m", str(self.memory),
                "-nodefaults", "-display", "none", "-no-user-config",
                "-kernel", self.kernel, "-initrd", self.initrd,
                "-append", f"{KERNEL_LINE} {self.kernel_line}",
                "-serial", f"file:{self.path(f'console{self.boots}.log')}",
                "-qmp", f"unix:{self.path('qmp')},server=on,wait=off",
                "-drive", f"file={self.disk},format=raw,if=none,id=disk,cache=unsafe",
                "-device", "virtio-blk-pci,drive=disk,addr=0x02",
                "-device", "virtio-rng-pci,addr=0x03",
                "-device", "virtio-serial-pci,addr=0x04",
                "-chardev", f"socket,id=box,path={self.path('port')},server=on,wait=off",
                "-device", "virtserialport,chardev=box,name=box"]
        if self.iommu:
            argv += ["-device", "intel-iommu,intremap=on,caching-mode=on"]
        for i, device in enumerate(self.nics):
            argv += ["-netdev", f"dgram,id=net{i},local.type=unix,local.path={self.path(f'nic{i}')},"
                                f"remote.type=unix,remote.path={self.path(self._far_end(i))}",
                     "-device", f"{device},id=nic{i},netdev=net{i},mac={nic_mac(i)},"
                                f"addr={FIRST_SLOT + i:#x}"]
        if self.clock_behind:
            argv += ["-rtc", time.strftime("base=%Y-%m-%dT%H:%M:%S", time.gmtime(time.time() - self.clock_behind))]
        return argv + self.extra

    def _far_end(self, nic):
        return f"nic{1 - nic}" if self.joined else f"wire{nic}"

    def power_on(self):
        self.boots += 1
        for name in ("port", "qmp", *(f"nic{i}" for i in range(len(self.nics)))):
            if os.path.exists(self.path(name)):
                os.unlink(self.path(name))
        with open(self.path("qemu.log"), "ab") as log:
            self.qemu = subprocess.Popen(self.argv(), stdin=subprocess.DEVNULL, stdout=log,
                                         stderr=log, start_new_session=True, preexec_fn=die_with_us)
        self.power_at = time.monotonic()
        self.port = connect(self.path("port"))
        threading.Thread(target=self._listen, args=(self.port,), daemon=True).start()
        self.qmp_port = connect(self.path("qmp")).makefile("rw", encoding="utf-8")
        self.qmp_port.readline()  # its greeting
        self.qmp("qmp_capabilities")

    def power_cut(self):
        """As if the plug were pulled: what the disk was not given is lost."""
        if self.qemu is not None:
            self.qemu.send_signal(signal.SIGKILL)
            self.qemu.wait()
            self.port.close()
            self.qemu = None

    def close(self):
        self.power_cut()
        for plug in self.plugs:
            plug.close()

    def qmp(self, command, **arguments):
        self.qmp_port.write(json.dumps({"execute": command, "arguments": arguments}) + "\n")
        self.qmp_port.flush()
        while True:
            answer = json.loads(self.qmp_port.readline())
            if "return" in answer:
                return answer["return"]
            if "error" in answer:
                raise AssertionError(f"qemu: {command}: {answer['error']['desc']}")

    def cable(self, nic, plugged):
        """Pull a cable, or plug it in: the NIC sees its link go and come."""
        self.qmp("set_link", name=f"nic{nic}", up=plugged)

    # -- commands -------------------------------------------------------------------------------

    def _listen(self, port):
        with port.makefile("r", encoding="utf-8", errors="replace") as lines:
            try:
                for line in lines:
                    said = json.loads(line)
                    if "hello" in said:
                        self.hello.put(said["hello"])
                    elif said["id"] in self.answers:
                        self.answers[said["id"]].put(said)
            except (OSError, ValueError):
                pass  # the end of the machine

    def wait_up(self, deadline=300.0):
        """Until it takes commands; seconds since the power came."""
        self._wait(self.hello, "does not take commands", deadline)
        return time.monotonic() - self.power_at

    def _wait(self, answers, what, deadline):
        end = time.monotonic() + deadline
        while True:
            try:
                return answers.get(timeout=0.2)
            except queue.Empty:
                if self.qemu is None or self.qemu.poll() is not None:
                    raise Dead("qemu has ended\n" + self.tail("qemu.log")) from None
                if time.monotonic() > end:
                    raise Dead(f"the box {what} after {deadline:g} s\n"
                               + self.tail(f"console{self.boots}.log")) from None

    def begin(self, line, deadline=60.0):
        """Start a command line; what wait() takes."""
        number = next(self.numbers)
        self.answers[number] = queue.Queue()
        self.port.sendall((json.dumps({"id": number, "run": line, "deadline": deadline})
                           + "\n").encode())
        return number, line, deadline

    def wait(self, begun):
        """(exit code, output)"""
        number, line, deadline = begun
        answer = self._wait(self.answers[number], f"has not done `{line}`", deadline + 30)
        del self.answers[number]
        if answer["code"] is None:
            raise Dead(f"`{line}` was not done within {deadline:g} s\n{answer['output'][-2000:]}")
        return answer["code"], answer["output"]

    def run(self, line, deadline=60.0):
        return self.wait(self.begin(line, deadline))

    def ok(self, line, deadline=60.0):
        """Its output; it has to succeed."""
        code, output = self.run(line, deadline)
        if code != 0:
            raise AssertionError(f"`{line}`: exit code {code}\n{output[-4000:]}")
        return output

    def tail(self, name, lines=30):
        try:
            with open(self.path(name), encoding="utf-8", errors="replace") as f:
                return "".join(f.readlines()[-lines:])
        except OSError:
            return ""
