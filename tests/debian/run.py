#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Builds and tests on another Debian release than this machine's, in a root of its own; as root.

    tests/debian/run.py 13                      build there with gcc and clang; lint, unit, eal, func
    tests/debian/run.py 13 ./test -k unit/      another command there, in this tree
    tests/debian/run.py 12 bash                 Debian 12 on a 13 machine, or beside its own
    tests/debian/run.py --network 13 ./run      with this machine's network: it prepares itself
    tests/debian/run.py --build 13              only build and lint, while nothing else wants the CPUs

Without a release: the other one than this machine's. build-debian13 keeps the root (made with
debootstrap: two minutes), and what is built there; remove it to start anew.
"""

import argparse
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
TREE = os.path.dirname(os.path.dirname(HERE))

sys.path[:0] = [HERE, os.path.join(os.path.dirname(HERE), "func")]
sys.dont_write_bytecode = True

import alike  # noqa: E402  (needs the path)
import janitor  # noqa: E402
import root as roots  # noqa: E402
from enter import enter  # noqa: E402

SETUP = ". tests/setup.sh; spp_packages "
KERNEL = "import sys; sys.path.insert(0, 'tests/func'); import guest_image; guest_image.build()"
BUILD = ["./test", "--suite=build", "--suite=lint"]
REST = ["--suite=unit", "--suite=eal", "--suite=func"]


def arguments():
    parser = argparse.ArgumentParser(
        description="Build and test on another Debian release, in a root of its own; as root.")
    parser.add_argument("--prepare", action="store_true", help="only make the root ready")
    parser.add_argument("--build", action="store_true",
                        help="only make it ready, build and lint, in idle time: beside other tests")
    parser.add_argument("--built", action="store_true",
                        help="the rest, after --build, without what is alike on each release")
    parser.add_argument("--network", action="store_true",
                        help="do not make it ready: the command has this machine's network")
    parser.add_argument("release", nargs="?", choices=sorted(roots.SUITES),
                        help="default: the other one than this machine's")
    parser.add_argument("command", nargs=argparse.REMAINDER,
                        help="default: ./test with build (gcc and clang), lint, unit, eal and func")
    args = parser.parse_args()
    if args.release is None:
        args.release = next(r for r in sorted(roots.SUITES, reverse=True)
                            if r != roots.host_release())
    return args


def prepare(root):
    """What tests/setup.sh installs, and the guests' kernel: while there is a network."""
    for argv in (["bash", "-c", SETUP + "test"], ["python3", "-c", KERNEL]):
        code = enter(root, TREE, argv, network=True)
        if code != 0:
            raise SystemExit(f"{' '.join(argv)}: exit code {code} in {root}")


def main():
    args = arguments()
    if os.geteuid() != 0:
        raise SystemExit("it mounts, and makes namespaces: run it as root")
    if subprocess.run(["bash", "-c", SETUP + "root"], cwd=TREE, check=False).returncode != 0:
        return 1
    folder = f"build-debian{args.release}"
    print(f"Debian {args.release} in {folder}", flush=True)
    root = roots.make(args.release, os.path.join(TREE, folder))
    if not args.network:
        prepare(root)
    if args.prepare:
        return 0
    env = {"BUILD_DIR": f"{folder}/build"}
    if args.build:
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
        return enter(root, TREE, BUILD, env=env)
    without = [f"--without={pattern}" for pattern in alike.patterns()]
    command = args.command or (["./test", "--no-build", *REST, *without] if args.built
                               else [*BUILD, *REST])
    # Inside they are given back, too, but not when all there is killed.
    keeper = janitor.Janitor()
    keeper.add("hugepages", str(janitor.hugepages("nr_hugepages")))
    try:
        return enter(root, TREE, command, args.network, env)
    finally:
        keeper.close()


if __name__ == "__main__":
    sys.exit(main())
