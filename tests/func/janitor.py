# SPDX-License-Identifier: BSD-3-Clause
"""Puts the machine back as it was, however a run ends.

A child process of its own session keeps the list of what a run has made (processes, namespaces,
links, hugepage files, directories, the number of hugepages). It hears of each thing over a pipe
before it is made, and cleans up when the pipe closes: at the end, after Ctrl-C, and when the run
was killed. Knows nothing of tests or of our programs.
"""

import glob
import os
import shutil
import signal
import subprocess
import sys
import time

HUGEPAGES = "/sys/kernel/mm/hugepages/hugepages-2048kB/"


def run_quiet(*argv):
    subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL, check=False)


def start_time(pid):
    """When the process started (clock ticks), or None: tells a pid from its next owner."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as stat:
            return stat.read().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return None


def undo_pid(what):
    pid, started = what.split(":")
    if start_time(pid) != started:
        return
    try:
        os.kill(int(pid), signal.SIGKILL)
    except ProcessLookupError:
        return
    deadline = time.monotonic() + 5
    while start_time(pid) == started and time.monotonic() < deadline:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as stat:
            if stat.read().rpartition(")")[2].split()[0] == "Z":
                return  # its memory and its links are gone already
        time.sleep(0.02)


def hugetlbfs_mounts():
    with open("/proc/mounts", encoding="ascii", errors="replace") as mounts:
        fields = [line.split() for line in mounts]
    return [f[1] for f in fields if f[2] == "hugetlbfs"]


def undo_prefix(prefix):
    """What DPDK leaves behind under a --file-prefix."""
    for mount in hugetlbfs_mounts():
        for path in glob.glob(f"{mount}/{glob.escape(prefix)}map_*"):
            try:
                os.unlink(path)
            except FileNotFoundError:
                pass
    shutil.rmtree(f"/var/run/dpdk/{prefix}", ignore_errors=True)


def undo_path(path):
    try:
        os.unlink(path)
    except OSError:
        pass


def undo_cgroup(path):
    """It, and those below; what is left in them ends."""
    try:
        with open(f"{path}/cgroup.kill", "w", encoding="ascii") as kill:
            kill.write("1")
    except OSError:
        pass  # no such file, or a kernel before 5.14
    deadline = time.monotonic() + 5
    while os.path.exists(path) and time.monotonic() < deadline:
        for folder, _, _ in os.walk(path, topdown=False):
            try:
                os.rmdir(folder)
            except OSError:
                time.sleep(0.02)


def undo_hugepages(count):
    with open(HUGEPAGES + "nr_hugepages", "w", encoding="ascii") as nr:
        nr.write(count)


UNDO = {
    "pid": undo_pid,
    "netns": lambda name: run_quiet("ip", "netns", "del", name),
    "link": lambda name: run_quiet("ip", "link", "del", name),
    "prefix": undo_prefix,
    "dir": lambda path: shutil.rmtree(path, ignore_errors=True),
    "path": undo_path,
    "cgroup": undo_cgroup,
    "umount": lambda path: run_quiet("umount", path),
    "hugepages": undo_hugepages,
}
# Processes first: they hold the links and the hugepages.
ORDER = ["pid", "cgroup", "link", "netns", "prefix", "path", "dir", "umount", "hugepages"]


def clean_up(things):
    for kind in ORDER:
        for thing_kind, what in reversed(things):
            if thing_kind == kind:
                try:
                    UNDO[kind](what)
                except OSError as e:
                    print(f"janitor: {kind} {what}: {e}", file=sys.stderr)


def child_main(pipe):
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
        signal.signal(number, signal.SIG_IGN)
    things = []
    with os.fdopen(pipe, encoding="utf-8") as lines:
        for line in lines:
            verb, kind, what = line.rstrip("\n").split(" ", 2)
            if verb == "+":
                things.append((kind, what))
            elif (kind, what) in things:
                things.remove((kind, what))
    clean_up(things)
    os._exit(0)


class Janitor:
    """The run's side of the pipe."""

    def __init__(self):
        read_end, self.write_end = os.pipe()  # not inherited by what the run starts
        sys.stdout.flush()
        sys.stderr.flush()
        self.child = os.fork()
        if self.child == 0:
            os.close(self.write_end)
            os.setsid()
            child_main(read_end)
        os.close(read_end)

    def _tell(self, verb, kind, what):
        if kind not in UNDO:
            raise ValueError(f"the janitor knows no {kind} (known: {', '.join(UNDO)})")
        os.write(self.write_end, f"{verb} {kind} {what}\n".encode())

    def add(self, kind, what):
        """Call before the thing is made. A pid is given as pid:start_time."""
        self._tell("+", kind, what)

    def drop(self, kind, what):
        """The thing is gone, or now somebody else's."""
        self._tell("-", kind, what)

    def undo(self, kind, what):
        UNDO[kind](what)
        self.drop(kind, what)

    def close(self):
        """Clean up what is left, and wait until that is done."""
        os.close(self.write_end)
        os.waitpid(self.child, 0)


def hugepages(name):
    """A number the kernel has of them: nr_hugepages, free_hugepages."""
    with open(HUGEPAGES + name, encoding="ascii") as f:
        return int(f.read())


def reserve_hugepages(janitor, free_mb):
    """Have at least free_mb of free 2 MB hugepages and a hugetlbfs; given back at the end."""
    total, free = hugepages("nr_hugepages"), hugepages("free_hugepages")
    missing = free_mb // 2 - free
    if missing > 0:
        janitor.add("hugepages", str(total))
        with open(HUGEPAGES + "nr_hugepages", "w", encoding="ascii") as nr:
            nr.write(str(total + missing))
        if hugepages("free_hugepages") < free_mb // 2:
            raise SystemExit(f"hugepages: {hugepages('free_hugepages') * 2} MB free, {free_mb} MB "
                             "needed; free some memory, or restart the machine")
    if not hugetlbfs_mounts():
        os.makedirs("/dev/hugepages", exist_ok=True)
        janitor.add("umount", "/dev/hugepages")
        subprocess.run(["mount", "-t", "hugetlbfs", "nodev", "/dev/hugepages"], check=True)
