#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Hostile guests against a real spp_vf, while others' numbered packets pass through the same worker.

    tests/hostile/run.py --count 20000              random attacks, seed 1
    tests/hostile/run.py --seed 7 --first 4711 --count 1    one of them again
    tests/hostile/run.py --cases                    those with a name; --case NAME: one
    tests/hostile/run.py --churn 1000               guests killed, paused, rebooted, connecting again
    tests/hostile/run.py --stuck 7                  a guest that never empties its ring, 7 rounds
    tests/hostile/run.py --between --count 20000    over rings between two spp_vf
    tests/hostile/run.py --mirrored --count 20000   by way of a spp_mirror, recorded by a spp_pcap
    tests/hostile/run.py --asan --build build-asan  the same under AddressSanitizer
    tests/hostile/run.py --list

Exit code 1 when spp_vf ended, others lost a packet or came out of order, or descriptors stayed open.
A stall of others is shown; on a machine with other work it says little (run it alone).
"""

import argparse
import os
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(os.path.dirname(HERE), "func")]
sys.dont_write_bytecode = True

HUGEPAGES_MB = 1280
# Where AddressSanitizer leaves room in every process alike.
ASAN_EAL = ["--base-virtaddr=0x200000000000"]


def arguments():
    parser = argparse.ArgumentParser(description="Attack a spp_vf as a guest would.")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="number of the first attack")
    parser.add_argument("--count", type=int, default=1000, help="random attacks (default %(default)s)")
    parser.add_argument("--cases", action="store_true", help="those with a name instead")
    parser.add_argument("--case", action="append", help="only this one; repeatable")
    parser.add_argument("--churn", type=int, metavar="N", help="N honest guests that come and go")
    parser.add_argument("--stuck", type=int, metavar="N", help="N rounds beside a stuck guest")
    parser.add_argument("--between", action="store_true",
                        help="the NICs are another spp_vf's: all packets cross shared rings")
    parser.add_argument("--mirrored", action="store_true",
                        help="by way of a spp_mirror, and a spp_pcap records it")
    parser.add_argument("--trusted", action="store_true", help="the hostile guest is a trusted one")
    parser.add_argument("--list", action="store_true", help="their names")
    parser.add_argument("--asan", action="store_true",
                        help="the build (--build) is one with AddressSanitizer")
    parser.add_argument("--dispatch", choices=["event", "auto"])
    parser.add_argument("--build", metavar="DIR", default=os.environ.get("BUILD_DIR", "build"))
    args = parser.parse_args()
    os.environ["BUILD_DIR"] = os.path.abspath(args.build)
    if args.asan:
        os.environ["ASAN_OPTIONS"] = "detect_leaks=0"
    return args


args = arguments()

import cases  # noqa: E402  (needs the paths and BUILD_DIR)
import janitor
import stuck
from assault import Assault
from bench import Bench
from target import Bed, Between, Mirrored, Trusted


def show(line):
    print(line, flush=True)


def beside_a_stuck_guest(b, rounds):
    figures = stuck.Stuck(b).contest(rounds, 2, show=show)
    for way, row in figures.items():
        show(f"median, {way:8} " + ", ".join(f"{k} {v:.0f}" for k, v in row.items()))
    faults = stuck.breaches(figures)
    for fault in faults:
        show(f"NOT KEPT: {fault}")
    return 1 if faults else 0


def main():
    if args.list:
        print("\n".join(cases.CASES))
        return 0
    watch = janitor.Janitor()
    b = None
    try:
        janitor.reserve_hugepages(watch, HUGEPAGES_MB)
        b = Bench(watch, args.dispatch)
        if args.stuck:
            return beside_a_stuck_guest(b, args.stuck)
        kind = (Between if args.between else Mirrored if args.mirrored
                else Trusted if args.trusted else Bed)
        assault = Assault(b, show, ASAN_EAL if args.asan else (), kind)
        start = time.monotonic()
        if args.churn:
            assault.churn(args.churn)
        elif args.cases or args.case:
            assault.named(args.case or cases.CASES)
        else:
            assault.random(args.seed, args.first, args.count)
        show(assault.summary(time.monotonic() - start))
        for fault in assault.faults:
            show(f"NOT KEPT: {fault}")
        return 1 if assault.faults else 0
    finally:
        if b is not None:
            b.close()
        watch.close()


if __name__ == "__main__":
    sys.exit(main())
