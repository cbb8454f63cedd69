# SPDX-License-Identifier: BSD-3-Clause
"""A real systemd, booted in two seconds in namespaces of its own (processes, mounts, network, IPC, host name,
cgroups), for what units do: its `/` is this machine's under an overlay, with an installed tree on top. Hugepages
are the machine's, all else is gone with it.

    box = Booted(b, tree)       tree: of installed_tree(), any file may be added to it before
    box.ok("systemctl start spp_primary")
"""

import glob
import os
import shlex
import subprocess

from bench import BUILD
from proc import Proc, Timeout, wait_for

# "$1": a folder for its root. "$2": the installed tree.
BOOT = r"""
set -eu
mount -t tmpfs tmpfs "$1"
mkdir "$1/work" "$1/root"
cp -a "$2" "$1/upper"
mount -t overlay overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" "$1/root"
cd "$1/root"
mount -t proc proc proc
mount -t sysfs -o ro sysfs sys
mount -t tmpfs -o mode=755 tmpfs sys/fs/cgroup
mount -t cgroup2 cgroup2 sys/fs/cgroup
mount -t tmpfs -o mode=755 tmpfs run
mount -t tmpfs -o mode=1777 tmpfs tmp
mkdir -p dev.box
mount -t tmpfs -o mode=755 tmpfs dev.box
for node in null zero full random urandom tty net/tun; do
	[ -e "/dev/$node" ] || continue
	mkdir -p "dev.box/${node%/*}" 2>/dev/null || true
	[ ! -d "dev.box/$node" ] || rmdir "dev.box/$node"
	touch "dev.box/$node"
	mount --bind "/dev/$node" "dev.box/$node"
done
mkdir dev.box/shm dev.box/pts dev.box/hugepages
ln -s pts/ptmx dev.box/ptmx
ln -s /proc/self/fd dev.box/fd
mount -t tmpfs -o mode=1777 tmpfs dev.box/shm
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts dev.box/pts
mount --bind /dev/hugepages dev.box/hugepages
mount --move dev.box dev
: >etc/fstab
# Those would reach the machine's own kernel.
for unit in systemd-sysctl systemd-modules-load systemd-udevd; do
	ln -sf /dev/null "etc/systemd/system/$unit.service"
done
hostname box
pivot_root . .
umount -l .
cd /
exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 container=spp-test \
	/lib/systemd/systemd --unit=basic.target
"""


def installed_tree(path):
    """What `meson install` puts where, made as the upper half of a Debian's `/`."""
    os.makedirs(f"{path}/usr/lib")
    os.symlink("usr/lib", f"{path}/lib")
    subprocess.run(["meson", "install", "-C", BUILD, "--no-rebuild", "--quiet", "--destdir", path],
                   stdin=subprocess.DEVNULL, check=True)
    return path


def cgroup_mount():
    """Of the unified hierarchy."""
    with open("/proc/mounts", encoding="ascii", errors="replace") as mounts:
        for fields in (line.split() for line in mounts):
            if fields[2] == "cgroup2":
                return fields[1]
    return None


class Booted:
    def __init__(self, b, tree, name="box"):
        self.b = b
        self.folder = b.path(name)
        os.makedirs(self.folder)
        self.cgroup = f"{cgroup_mount()}/spp-{b.tag}-{name}"
        b.janitor.add("cgroup", self.cgroup)
        os.mkdir(self.cgroup)
        script = f'echo $$ >{shlex.quote(self.cgroup)}/cgroup.procs && exec "$@"'
        self.proc = b.start(name, [
            "bash", "-c", script, name, "unshare", "--pid", "--fork", "--mount", "--uts", "--ipc", "--net",
            "--cgroup", "--propagation", "private", "--kill-child", "bash", "-c", BOOT, name, self.folder, tree])
        self.proc.expected_end = True
        b.closers.append(self.close)
        self.pid = wait_for("the first process", self._first)
        wait_for("basic.target", lambda: self.run("systemctl is-active basic.target", 5)[0] == 0, 30)

    def _first(self):
        """systemd's, as we see it."""
        if not self.proc.alive():
            raise AssertionError(f"it does not boot:\n{self.proc.tail(20)}")
        for path in glob.glob(f"/proc/{self.proc.pid}/task/*/children"):
            with open(path, encoding="ascii") as f:
                for pid in f.read().split():
                    with open(f"/proc/{pid}/comm", encoding="ascii") as comm:
                        if comm.read().strip() == "systemd":
                            return int(pid)
        return None

    def run(self, line, deadline=30):
        """(exit code, output) of a command line in it."""
        try:
            done = subprocess.run(["nsenter", "-t", str(self.pid), "-a", "bash", "-c", line],
                                  stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, text=True, errors="replace",
                                  timeout=deadline, check=False)
        except subprocess.TimeoutExpired:
            raise Timeout(f"`{line}` was not done within {deadline} s") from None
        return done.returncode, done.stdout

    def ok(self, line, deadline=30):
        code, output = self.run(line, deadline)
        if code != 0:
            journal = self.run("journalctl -q -n 30 -o cat")[1]
            raise AssertionError(f"`{line}`: exit code {code}\n{output[-3000:]}\n{journal[-3000:]}")
        return output

    def close(self):
        if self.proc.alive():
            self.proc.kill()
        self.b.janitor.undo("cgroup", self.cgroup)


__all__ = ["Booted", "Proc", "installed_tree"]
