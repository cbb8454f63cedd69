# SPDX-License-Identifier: BSD-3-Clause
"""A Debian root file system with its systemd as the first process, in namespaces of its own (mounts,
processes, IPC, host name, network, control groups): a machine's life in two seconds, without a
virtual machine. What it writes goes to a memory file system; all of it ends with us, however we end.

Knows nothing of spp-event.
"""

import os
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "debian"))

from enter import PATH, call, fork, run  # noqa: E402  (needs the path)

CLONE_NEWNS, CLONE_NEWCGROUP, CLONE_NEWUTS = 0x20000, 0x2000000, 0x4000000
CLONE_NEWIPC, CLONE_NEWPID, CLONE_NEWNET = 0x8000000, 0x20000000, 0x40000000
DEVICES = {"null": (1, 3), "zero": (1, 5), "full": (1, 7), "random": (1, 8), "urandom": (1, 9),
           "tty": (5, 0), "console": (1, 3), "kmsg": (1, 3), "net/tun": (10, 200)}


def cgroups():
    """Where control groups of version 2 are mounted."""
    with open("/proc/mounts", encoding="utf-8") as f:
        for line in f:
            fields = line.split()
            if fields[2] == "cgroup2":
                return fields[1]
    raise SystemExit("no cgroup2 is mounted (mount -t cgroup2 none /sys/fs/cgroup/unified)")


def make_devices(folder):
    os.makedirs(f"{folder}/net")
    os.umask(0)
    for name, (major, minor) in DEVICES.items():
        os.mknod(f"{folder}/{name}", 0o20666, os.makedev(major, minor))
    for name, kind in (("pts", "devpts"), ("shm", "tmpfs"), ("hugepages", "hugetlbfs")):
        os.makedirs(f"{folder}/{name}")
        run("mount", "-t", kind, kind, f"{folder}/{name}")
    os.symlink("/proc/self/fd", f"{folder}/fd")
    os.symlink("pts/ptmx", f"{folder}/ptmx")  # PrivateDevices= wants it
    os.umask(0o22)


def lay_out(lower, place):
    """Below place, the file system as systemd is to find it; the place of its root."""
    run("mount", "-t", "tmpfs", "-o", "mode=0755", "tmpfs", place)
    for name in ("upper", "work", "root"):
        os.mkdir(f"{place}/{name}")
    root = f"{place}/root"
    run("mount", "-t", "overlay", "overlay", "-o",
        f"lowerdir={lower},upperdir={place}/upper,workdir={place}/work", root)
    for name, kind in (("proc", "proc"), ("sys", "sysfs"), ("sys/fs/cgroup", "cgroup2"),
                       ("dev", "tmpfs"), ("run", "tmpfs"), ("tmp", "tmpfs")):
        run("mount", "-t", kind, kind, f"{root}/{name}")
    make_devices(f"{root}/dev")
    for name in ("etc/fstab", "etc/machine-id"):
        open(f"{root}/{name}", "w", encoding="ascii").close()
    for name in ("console-getty.service", "systemd-modules-load.service"):
        os.symlink("/dev/null", f"{root}/etc/systemd/system/{name}")  # no terminal, no modules
    return root


class Machine:
    """One that runs; use it in a with statement. place: an empty folder."""

    def __init__(self, lower, place, shared=None):
        """shared: a folder that it is to see under the same path, read-only."""
        self.lower, self.place, self.shared = lower, place, shared
        self.group = f"{cgroups()}/spp-machine-{os.getpid()}"
        self.outer = self.pid = None

    def _first(self):
        run("mount", "--make-rprivate", "/")
        root = lay_out(self.lower, self.place)
        if self.shared is not None:
            os.makedirs(root + self.shared, exist_ok=True)
            run("mount", "--bind", "-o", "ro", self.shared, root + self.shared)
        os.chdir(root)
        run("pivot_root", ".", ".")
        run("umount", "-l", ".")
        os.chdir("/")
        os.setsid()
        null = os.open("/dev/null", os.O_RDWR)
        for fd in range(3):
            os.dup2(null, fd)
        os.execve("/lib/systemd/systemd", ["systemd", "--unit=multi-user.target"],
                  {"PATH": PATH, "container": "spp-machine"})

    def _middle(self, told):
        with open(f"{self.group}/cgroup.procs", "w", encoding="ascii") as f:
            f.write("0")
        call("unshare", CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID |
             CLONE_NEWNET)
        pid = fork(self._first)  # the first process in there: nothing may be run before
        os.write(told, f"{pid}\n".encode())
        os.close(told)
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

    def __enter__(self):
        os.makedirs(self.group)
        listen, told = os.pipe()
        self.outer = fork(lambda: self._middle(told))
        os.close(told)
        with os.fdopen(listen) as f:
            self.pid = int(f.readline())
        end = time.monotonic() + 60
        while self.run("systemctl", "is-active", "multi-user.target", check=False) != "active\n":
            if time.monotonic() > end:
                raise AssertionError("systemd has not come up within 60 s\n" +
                                     self.run("systemctl", "list-jobs", check=False))
            time.sleep(0.1)
        return self

    def __exit__(self, *exception):
        os.kill(self.pid, signal.SIGKILL)  # and all that runs in there with it
        os.waitpid(self.outer, 0)
        end = time.monotonic() + 10
        while True:
            try:
                for folder, _, _ in os.walk(self.group, topdown=False):
                    os.rmdir(folder)
                return
            except OSError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.05)

    def argv(self, *argv):
        return ["nsenter", "-t", str(self.pid), "-a", "--", "env", "-i", f"PATH={PATH}",
                "HOME=/root", "LC_ALL=C.UTF-8", "DEBIAN_FRONTEND=noninteractive", *argv]

    def run(self, *argv, check=True, deadline=120, feed=None):
        """Run in there to its end; all it wrote."""
        done = subprocess.run(self.argv(*argv), input=feed, stdout=subprocess.PIPE,
                              stdin=subprocess.DEVNULL if feed is None else None,
                              stderr=subprocess.STDOUT, text=True, errors="replace",
                              timeout=deadline, check=False)
        if check and done.returncode != 0:
            raise AssertionError(f"{' '.join(argv)}: exit code {done.returncode}\n{done.stdout}")
        return done.stdout

    def write(self, path, text):
        self.run("sh", "-c", 'cat >"$0"', path, feed=text)
