#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""A whole Debian host under qemu's emulator, with our package installed; as root.

    tests/host/run.py --short               one boot, at most 6 minutes
    tests/host/run.py                       all groups of this release
    tests/host/run.py -k igb -k is_killed   only names that hold this, as ./test -k
    tests/host/run.py --prepare             only the package and the root (build-host12): needs the mirror
    tests/debian/run.py 13 tests/host/run.py    on the other release: qemu 10, which has igb

The package is that of the tree as it is, of tests/package/run.py or built now in the same place
(build-debian12/package/first). It needs 3 GB of memory and no KVM.
"""

import argparse
import os
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))

# tests/ is in front: its run.py is meant by that name.
sys.path[:0] = [os.path.dirname(HERE), HERE, os.path.join(os.path.dirname(HERE), "func"),
                os.path.join(os.path.dirname(HERE), "debian")]
sys.path += [os.path.join(os.path.dirname(HERE), "package")]
sys.dont_write_bytecode = True

import boxroot  # noqa: E402  (needs the path)
import groups  # noqa: E402
import run as all_tests  # noqa: E402  (tests/run.py)
from builder import Builder  # noqa: E402
from root import host_release  # noqa: E402


def main():
    parser = argparse.ArgumentParser(description="A Debian host in a box: our programs, booted.")
    parser.add_argument("-k", dest="patterns", action="append", metavar="PATTERN", default=[],
                        help="only cases whose name holds PATTERN or matches it; repeatable")
    parser.add_argument("--without", action="append", metavar="PATTERN", default=[],
                        help="as ./test --without; repeatable")
    parser.add_argument("--short", action="store_true", help="one boot")
    parser.add_argument("--list", action="store_true", help="only print the names")
    parser.add_argument("--prepare", action="store_true", help="only make the root file system")
    args = parser.parse_args()
    if args.list:
        for group_class in groups.groups(args.short):
            print("\n".join(f"host/{name}" for name, _ in group_class.cases()))
        return 0
    if subprocess.run(["bash", "-c", ". tests/setup.sh; spp_packages root"], cwd=boxroot.TREE,
                      check=False).returncode != 0:
        return 1
    tally = all_tests.Tally()
    begun = time.monotonic()
    try:
        package = Builder(host_release()).current().deb()
        boxroot.make(package)
    except (AssertionError, OSError) as e:
        tally.fail("host/package", time.monotonic() - begun, str(e))
        return tally.finish()
    if args.prepare:
        print(package)
        return 0
    try:
        groups.run(lambda name: all_tests.selected(name, args), args.short, package, tally)
    except KeyboardInterrupt:
        tally.fail("host", 0, "interrupted")
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main())
