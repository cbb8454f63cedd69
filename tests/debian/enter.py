# SPDX-License-Identifier: BSD-3-Clause
"""Runs a command with namespaces of its own (mounts, processes, IPC, host name, network), in another
root file system or in ours.

Another root becomes `/` by pivot_root(2): in a plain chroot `ip netns exec` does not work. All that
is mounted, made and left running inside ends with the first process there, and that one with us,
however we end: nothing has to be cleaned up. Knows nothing of Debian or of tests.
"""

import ctypes
import os
import signal
import subprocess
import sys

LIBC = ctypes.CDLL(None, use_errno=True)
CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC = 0x20000, 0x4000000, 0x8000000
CLONE_NEWPID, CLONE_NEWNET = 0x20000000, 0x40000000
PR_SET_PDEATHSIG = 1
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
ENDS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def call(name, *args):
    if getattr(LIBC, name)(*args) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


def run(*argv):
    subprocess.run(argv, stdin=subprocess.DEVNULL, check=True)


# -- processes --------------------------------------------------------------------------------


def fork(body):
    """A child that does body() and ends with what it returns, or when we die; its pid."""
    sys.stdout.flush()
    parent = os.getpid()
    pid = os.fork()
    if pid != 0:
        return pid
    code = 1
    try:
        for number in ENDS:
            signal.signal(number, signal.SIG_DFL)
        call("prctl", PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() in (parent, 0):  # 0: the parent is outside of our namespace
            code = body()
    except (OSError, subprocess.CalledProcessError) as e:
        print(e, file=sys.stderr, flush=True)
    finally:
        os._exit(code)


def wait_for(pid):
    """Until it ends; its exit code. Who ends us meanwhile ends it, which may take its time; Ctrl-C
    it gets from the terminal, as we do."""
    before = [signal.signal(signal.SIGINT, signal.SIG_IGN)]
    before += [signal.signal(number, lambda number, frame: os.kill(pid, signal.SIGTERM))
               for number in ENDS[1:]]
    try:
        while True:
            ended, status = os.wait()
            if ended == pid:  # a first process also collects what others leave behind
                code = os.waitstatus_to_exitcode(status)
                return code if code >= 0 else 128 - code
    finally:
        for number, handler in zip(ENDS, before):
            signal.signal(number, handler)


def command(argv, folder=None, env=None):
    """Run it to its end; its exit code."""
    def body():
        if folder is not None:
            os.chdir(folder)
        os.execvpe(argv[0], argv, os.environ if env is None else env)

    return wait_for(fork(body))


def isolated(first, network=True):
    """Run first() as the first process of new namespaces; its value is the exit code."""
    flags = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS

    def private():
        run("mount", "--make-rprivate", "/")
        return first()

    def middle():
        call("unshare", flags if network else flags | CLONE_NEWNET)
        return wait_for(fork(private))  # our first child now is the first of the PID namespace

    return wait_for(fork(middle))


# -- the two ways in --------------------------------------------------------------------------


def mount_all(root, tree):
    """What a system has beside its files; the tree in the place it has outside."""
    run("mount", "--bind", root, root)
    run("mount", "-t", "proc", "proc", f"{root}/proc")
    run("mount", "-t", "sysfs", "sysfs", f"{root}/sys")
    run("mount", "--rbind", "/sys/fs/cgroup", f"{root}/sys/fs/cgroup")
    run("mount", "--rbind", "/dev", f"{root}/dev")
    # Hugepages' files of its own: what a killed process leaves goes with the mount.
    os.makedirs(f"{root}/dev/hugepages", exist_ok=True)
    run("mount", "-t", "hugetlbfs", "nodev", f"{root}/dev/hugepages")
    for place, mode in (("run", "0755"), ("tmp", "1777")):
        run("mount", "-t", "tmpfs", "-o", f"mode={mode}", "tmpfs", f"{root}/{place}")
    os.makedirs(root + tree, exist_ok=True)
    run("mount", "--bind", tree, root + tree)


def enter(root, tree, argv, network=False, env=None):
    """Run argv in another root, in our folder `tree`; its exit code.

    network: with the host's network, else it has a loopback link of its own only.
    """
    inside = {**os.environ, "PATH": PATH, "HOME": "/root", **(env or {})}
    inside.pop("TMPDIR", None)

    def first():
        mount_all(root, tree)
        os.chdir(root)
        run("pivot_root", ".", ".")
        run("umount", "-l", ".")  # our root, which now lies over the other
        os.chdir("/")
        if not network:
            run("ip", "link", "set", "lo", "up")
        return command(argv, tree, inside)

    return isolated(first, network)


def alone(argv):
    """Run argv in our root, of which it may mount and leave running what it likes; its exit code."""
    def first():
        run("mount", "-t", "proc", "proc", "/proc")
        return command(argv)

    return isolated(first)
