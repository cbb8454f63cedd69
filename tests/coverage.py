#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Line coverage of the product by unit, eal and func tests: `tests/coverage.py`, as root, half an
hour. Writes tests/coverage.json, which CONTRIBUTING.md quotes and `lint/coverage` checks.

    tests/coverage.py                    all of it
    tests/coverage.py -k unit/ -k eal/   only these tests (the file is not written)
    tests/coverage.py --add -k func/x    these beside what ran before (the file is not written)
    tests/coverage.py --report           what ran before, as a table; --write: write the file
"""

import argparse
import collections
import json
import os
import subprocess
import sys
import time

TREE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILD = os.path.join(TREE, "build-cov")
FIGURES = os.path.join(TREE, "tests", "coverage.json")
PARTS = ("control", "src", "adapters")
# Measures time, or what a slow build cannot keep up with: says nothing about lines.
LEFT_OUT = ("speed", "rest", "hitless", "soak")

sys.path.insert(0, os.path.join(TREE, "tests", "lint"))
import lint  # noqa: E402


def build():
    if not os.path.exists(os.path.join(BUILD, "build.ninja")):
        subprocess.run(["meson", "setup", BUILD, "-Db_coverage=true",
                        "-Dbuildtype=debugoptimized"], cwd=TREE, check=True)
    subprocess.run(["ninja", "-C", BUILD], cwd=TREE, check=True)


def forget():
    for folder, _, files in os.walk(BUILD):
        for name in files:
            if name.endswith(".gcda"):
                os.unlink(os.path.join(folder, name))


def test_names(patterns):
    """Names of the tests to run; those that only measure are left out unless they are asked for."""
    run = [sys.executable, "tests/run.py", "--no-build", "--build", BUILD, "--list"]
    for pattern in patterns or ["unit/", "eal/", "func/"]:
        run += ["-k", pattern]
    names = subprocess.run(run, cwd=TREE, check=True, stdout=subprocess.PIPE, text=True).stdout
    return [n for n in names.split() if n.split("/")[0] in ("unit", "eal", "func") and
            (patterns or n.split("/")[1].split(".")[0] not in LEFT_OUT)]


def run_tests(patterns):
    command = [sys.executable, "tests/run.py", "--no-build", "--build", BUILD]
    for name in test_names(patterns):
        command += ["-k", name]
    # gcov's counters are written at an orderly end only.
    return subprocess.run(command, cwd=TREE, check=False,
                          env={**os.environ, "SPP_TEST_END_IN_ORDER": "1"}).returncode


def measured():
    """{path: (lines, lines that ran)} of the product's sources."""
    command = ["gcovr", "-r", TREE, "--json", "-j", "1", "--gcov-ignore-parse-errors"]
    for part in PARTS:
        command += ["--filter", f"{part}/"]
    done = subprocess.run([*command, BUILD], cwd=TREE, check=True, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, text=True)
    found = {}
    for file in json.loads(done.stdout)["files"]:
        lines = [line["count"] > 0 for line in file["lines"] if not line.get("gcovr/noncode")]
        found[file["file"]] = (len(lines), sum(lines))
    return found


def figures(found):
    """What tests/coverage.json holds: per part lines, lines that ran, percent; size of the tree."""
    sums = collections.Counter()
    for path, (lines, ran) in found.items():
        part = path.split("/")[0]
        sums[part, "lines"] += lines
        sums[part, "ran"] += ran
    out = {part: {"lines": sums[part, "lines"], "ran": sums[part, "ran"],
                  "percent": round(100 * sums[part, "ran"] / max(1, sums[part, "lines"]), 1)}
           for part in PARTS}
    out["source_lines"] = lint.source_lines(TREE, lint.tracked())
    out["date"] = time.strftime("%Y-%m-%d")
    return out


def report(found):
    for path, (lines, ran) in sorted(found.items(), key=lambda f: f[1][1] / max(1, f[1][0])):
        print(f"{100 * ran / max(1, lines):6.1f} %  {lines - ran:4} of {lines:4} left  {path}")
    for part, figure in figures(found).items():
        if part in PARTS:
            print(f"{figure['percent']:6.1f} %  {figure['lines']} lines  {part}/")


def main():
    parser = argparse.ArgumentParser(description="Line coverage; writes tests/coverage.json.")
    parser.add_argument("-k", dest="patterns", action="append", metavar="PATTERN", default=[])
    parser.add_argument("--add", action="store_true", help="keep what ran before")
    parser.add_argument("--report", action="store_true", help="run nothing")
    parser.add_argument("--write", action="store_true", help="write the file after a part, too")
    args = parser.parse_args()
    code = 0
    if not args.report:
        build()
        if not args.add:
            forget()
        code = run_tests(args.patterns)
    found = measured()
    report(found)
    if args.write or not (args.patterns or args.report or args.add):
        with open(FIGURES, "w", encoding="utf-8") as f:
            json.dump(figures(found), f, indent=2)
            f.write("\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
