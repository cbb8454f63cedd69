# SPDX-License-Identifier: BSD-3-Clause
"""Makes the root file system of a Debian release with debootstrap, from the mirrors this machine's
apt uses, and keeps it. Knows nothing of tests.
"""

import fcntl
import os
import shutil
import subprocess

from enter import alone

SUITES = {"12": "bookworm", "13": "trixie"}


def host_release():
    """VERSION_ID of the machine, "" when it has none."""
    with open("/etc/os-release", encoding="utf-8") as f:
        fields = dict(line.rstrip().split("=", 1) for line in f if "=" in line)
    return fields.get("VERSION_ID", "").strip('"')


def mirror(label):
    """Where our apt has Debian's packages from (label Debian or Debian-Security), or None."""
    if shutil.which("apt-get") is None:
        return None
    done = subprocess.run(["apt-get", "indextargets", "--format",
                           "$(ORIGIN)|$(LABEL)|$(COMPONENT)|$(REPO_URI)", "Created-By: Packages"],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, check=False)
    for line in done.stdout.splitlines():
        origin, its_label, component, uri = line.split("|", 3)
        if (origin, its_label, component) == ("Debian", label, "main"):
            return uri.rstrip("/")
    return None


def sources(suite, main, security):
    lines = [f"deb {main} {suite} main", f"deb {main} {suite}-updates main"]
    if security is not None:
        lines.append(f"deb {security} {suite}-security main")
    return "\n".join(lines) + "\n"


def bootstrap(suite, root):
    """Make it at once or not at all."""
    main, security = mirror("Debian"), mirror("Debian-Security")
    unfinished = root + ".unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    argv = ["debootstrap", "--variant=minbase"]
    if main is not None and main.startswith("https:"):
        argv.append("--include=ca-certificates")
    argv += [suite, unfinished] + ([main] if main is not None else [])
    log = root + ".log"
    code = alone(["sh", "-c", '"$@" >"$0" 2>&1', log, *argv])
    if code != 0:
        with open(log, encoding="utf-8", errors="replace") as f:
            tail = "".join(f.readlines()[-15:])
        raise SystemExit(f"{tail}{' '.join(argv)}: exit code {code}")
    if main is not None:
        with open(f"{unfinished}/etc/apt/sources.list", "w", encoding="utf-8") as f:
            f.write(sources(suite, main, security))
    os.rename(unfinished, root)


def make(release, folder):
    """The root of a release under folder; made if it is not there yet. Its path."""
    root = os.path.join(folder, "root")
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "lock"), "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not os.path.exists(root):
            bootstrap(SUITES[release], root)
    return root
