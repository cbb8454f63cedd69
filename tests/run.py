# SPDX-License-Identifier: BSD-3-Clause
"""Runs every suite, one line per test: build, lint, unit, unit-asan, eal, func, func-event.

Called by ./test, which has installed what is needed. Cases of build/unit/eal come from meson,
lint from tests/lint, func from tests/func/test_*.py; func-event repeats what depends on the packets'
way with spp_vf --dispatch event. Nothing runs in parallel, since the programs under test and
their guests share two CPUs; only in a run of all, what computes takes idle time (beside.py).
"""

import argparse
import contextlib
import fnmatch
import importlib
import io
import json
import os
import re
import signal
import subprocess
import sys
import time
import traceback
import unittest

TREE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
FUNC = os.path.join(TREE, "tests", "func")
SHORT_REPORT = 12  # lines of a failure that are said again at the end
SHORT_LINE = 160  # their length: a status has thousands
HUGEPAGES_MB = 2560  # two primaries of 512 and guests of 256 at once, with room

sys.path[:0] = [FUNC, os.path.join(TREE, "tests", "lint"), os.path.join(TREE, "tests")]
sys.dont_write_bytecode = True

import beside  # noqa: E402  (needs the path)

BUILDS = {  # name: (folder suffix, compiler, meson options)
    "gcc": ("", "gcc", ["--werror"]),
    "clang": ("-clang", "clang", ["--werror"]),
    "asan": ("-asan", "gcc", ["--werror", "-Dbuildtype=debugoptimized",
                              "-Db_sanitize=address,undefined", "-Db_lundef=false"]),
}


SUITES = ["build", "lint", "unit", "unit-asan", "eal", "func", "func-event"]
WITHOUT_HUGEPAGES = {"build", "lint", "unit", "unit-asan"}


def shortened(report):
    """What failed, and the last lines: of a long log only the end may be kept."""
    lines = [line[:SHORT_LINE] for line in report.rstrip().splitlines()]
    told = [line for line in lines if re.match(r"[\w.]*(Error|Timeout|Lost|Expired)\b", line)]
    return told + [line for line in lines[-SHORT_REPORT:] if line not in told]


class Tally:
    """One line per test, and the sum."""

    def __init__(self):
        self.passed = self.failed = self.skipped = 0
        self.failures = []  # (name, its report)
        self.color = sys.stdout.isatty()

    def _line(self, word, code, name, text):
        if self.color:
            word = f"\x1b[{code}m{word}\x1b[0m"
        print(f"{word} {name}{text}", flush=True)

    def ok(self, name, seconds, detail=""):
        self.passed += 1
        self._line("ok  ", 32, name, f" ({detail}{seconds:.1f} s)")

    def fail(self, name, seconds, report):
        self.failed += 1
        self.failures.append((name, report))
        self._line("FAIL", 31, name, f" ({seconds:.1f} s)")
        self._indented(report.rstrip().splitlines())

    @staticmethod
    def _indented(lines):
        print("\n".join("     " + line for line in lines), flush=True)

    def skip(self, name, reason):
        self.skipped += 1
        self._line("skip", 33, name, f" ({reason})")

    def tell(self, word, name, detail, report):
        """As another process told it."""
        if word == "skip":
            self.skip(name, detail)
        elif word == "FAIL":
            self.fail(name, float(detail.split()[0]), report)
        else:
            self.passed += 1
            self._line("ok  ", 32, name, f" ({detail})")

    def finish(self):
        for name, report in self.failures:  # once more, in short: hundreds of lines lie between
            print(f"failed: {name}")
            self._indented(shortened(report))
        print(f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped", flush=True)
        return 1 if self.failed or not self.passed else 0


# -- build ------------------------------------------------------------------------------------


def folder(name, base):
    return os.path.join(TREE, base + BUILDS[name][0])


def build(name, base):
    """Configure and build; None, or all output when it failed or warned."""
    _, compiler, options = BUILDS[name]
    target = folder(name, base)
    steps = [["ninja", "-C", target]]
    if not os.path.exists(os.path.join(target, "build.ninja")):
        steps.insert(0, ["meson", "setup", target, *options])
    output = ""
    for step in steps:
        done = subprocess.run(step, cwd=TREE, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, errors="replace", check=False,
                              env={**os.environ, "CC": compiler})
        output += done.stdout
        if done.returncode != 0:
            return "\n".join(done.stdout.splitlines()[-30:])
    warnings = re.findall(r"^.*\bwarning: .*$", output, re.M)
    return "\n".join(warnings) or None


# -- meson's tests ----------------------------------------------------------------------------


def meson_tests(target, suite):
    """The tests of a suite as meson knows them; none when the folder is not built."""
    if not os.path.exists(os.path.join(target, "build.ninja")):
        return []
    text = subprocess.run(["meson", "introspect", "--tests", target], cwd=TREE, check=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True).stdout
    return [t for t in json.loads(text) if any(s.split(":")[-1] == suite for s in t["suite"])]


def run_meson_test(test, name, tally):
    if not os.access(test["cmd"][0], os.X_OK):
        tally.fail(name, 0, f"{test['cmd'][0]} was not built")
        return
    start = time.monotonic()
    env = {**os.environ, "ASAN_OPTIONS": "detect_leaks=1", "UBSAN_OPTIONS": "halt_on_error=1",
           **test["env"]}
    with subprocess.Popen(test["cmd"], cwd=test["workdir"] or TREE, env=env, text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, errors="replace",
                          stderr=subprocess.STDOUT, start_new_session=True) as proc:
        try:
            output, _ = proc.communicate(timeout=test["timeout"] or 600)
        except BaseException as e:
            os.killpg(proc.pid, signal.SIGKILL)
            if not isinstance(e, subprocess.TimeoutExpired):
                raise
            output, _ = proc.communicate()
            output += f"\nnot done within {test['timeout']} s"
    seconds = time.monotonic() - start
    # "ok 3 - name" is TAP; "ok name" a plain list of cases.
    good = len(re.findall(r"^ok\b", output, re.M))
    bad = re.findall(r"^not ok\b.*$", output, re.M)
    if proc.returncode == 77:
        tally.skip(name, output.strip().splitlines()[-1] if output.strip() else "skipped itself")
    elif proc.returncode != 0 or bad:
        tally.fail(name, seconds, f"exit code {proc.returncode}\n" + output[-6000:])
    else:
        tally.ok(name, seconds, f"{good} cases, " if good else "")


# -- func -------------------------------------------------------------------------------------


class Result(unittest.TestResult):
    """Tells the tally, with what the bench has to say about a failure."""

    def __init__(self, tally, suite):
        super().__init__()
        self.tally = tally
        self.suite = suite
        self.start = time.monotonic()
        self.open = False

    def startTest(self, test):
        super().startTest(test)
        self.start = time.monotonic()
        self.open = True

    def _report(self, test, err):
        name = (case_name(test, self.suite) if isinstance(test, unittest.TestCase)
                else f"{self.suite}/{test}")
        if not self.open and isinstance(test, unittest.TestCase):
            return
        self.open = False
        report = io.StringIO()
        traceback.print_exception(*err, file=report)
        self.tally.fail(name, time.monotonic() - self.start, report.getvalue())

    def addSuccess(self, test):
        super().addSuccess(test)
        if self.open:
            self.tally.ok(case_name(test, self.suite), time.monotonic() - self.start)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self._report(test, err)

    def addError(self, test, err):
        super().addError(test, err)
        self._report(test, err)

    def addSubTest(self, test, subtest, err):
        """One of several in a case: the case is told as failed once, with the first."""
        super().addSubTest(test, subtest, err)
        if err is not None and self.open:
            self._report(test, err)

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.open = False
        self.tally.skip(case_name(test, self.suite), reason)


def case_name(test, suite):
    module, _, method = test.id().split(".")
    return f"{suite}/{module.removeprefix('test_')}.{method.removeprefix('test_')}"


def flatten(suite):
    for item in suite:
        if isinstance(item, unittest.TestSuite):
            yield from flatten(item)
        else:
            yield item


def func_modules():
    return sorted(f[:-3] for f in os.listdir(FUNC) if re.fullmatch(r"test_\w+\.py", f))


def func_cases(suite, patterns):
    """[(name, case)]; a file without test classes is a program of its own: (name, path)."""
    found = []
    for name in func_modules():
        path = os.path.join(FUNC, name + ".py")
        with open(path, encoding="utf-8") as f:
            if "SppTest" not in f.read():
                if suite == "func":
                    found.append((f"func/{name.removeprefix('test_')}", path))
                continue
        module = importlib.import_module(name)
        for case in flatten(unittest.defaultTestLoader.loadTestsFromModule(module)):
            if case.on_request and not patterns:
                continue
            if suite == "func" or case.in_event:
                found.append((case_name(case, suite), case))
    return found


def run_func(cases, suite, base, tally, second):
    classes = {}
    if suite == "func-event":
        os.environ["SPP_TEST_DISPATCH"] = "event"
    for name, case in cases:
        if isinstance(case, str):
            run_meson_test({"cmd": ["/usr/bin/python3", case], "workdir": TREE, "timeout": 300,
                            "env": {"BUILD_DIR": base}}, name, tally)
        else:
            classes.setdefault(type(case), []).append(case)
    for kind, group in classes.items():
        with second.still() if second and kind.quiet else contextlib.nullcontext():
            unittest.TestSuite(group).run(Result(tally, suite))


# -- all --------------------------------------------------------------------------------------


def selected(name, args):
    if any(fnmatch.fnmatch(name, p) for p in args.without):
        return False
    return not args.patterns or any(p in name or fnmatch.fnmatch(name, p) for p in args.patterns)


def suites(args):
    """Yield (suite, [(name, what)]), each evaluated only after the suite before has run."""
    def pick(names):
        return [(n, w) for n, w in names if selected(n, args)
                and (not args.suites or n.split("/")[0] in args.suites)
                and beside.is_of(args.part, n)]

    yield "build", pick([(f"build/{b}", b) for b in BUILDS])
    import lint
    yield "lint", pick([(f"lint/{n}", n) for n in lint.names()])
    gcc, asan = folder("gcc", args.build), folder("asan", args.build)
    yield "unit", pick([(f"unit/{t['name']}", t) for t in meson_tests(gcc, "unit")])
    yield "unit-asan", pick([(f"unit-asan/{t['name']}", t) for t in meson_tests(asan, "unit")])
    if args.part == "beside":
        return
    yield "eal", pick([(f"eal/{t['name']}", t) for t in meson_tests(gcc, "eal")])
    yield "func", pick(func_cases("func", args.patterns))
    yield "func-event", pick(func_cases("func-event", args.patterns))


def builds(args, chosen):
    """Those to make. What is selected elsewhere needs its build, even when that is not selected; and
    one that no selected suite runs is made when all is, or its name is."""
    if args.no_build:
        return []
    asan = any("asan" in word for word in args.patterns + args.suites)
    if args.patterns or args.suites:
        chosen = [b for b in BUILDS if b == "gcc" or (b == "asan" and asan) or
                  (b in chosen and (b != "asan" or not args.suites))]
    return chosen


def run_suite(suite, items, args, tally, second):
    if suite == "build":
        for name in builds(args, [b for _, b in items]):
            start = time.monotonic()
            problem = build(name, args.build)
            seconds = time.monotonic() - start
            if problem:
                tally.fail(f"build/{name}", seconds, problem)
            else:
                tally.ok(f"build/{name}", seconds)
    elif suite == "lint":
        import lint
        for name, what in items:
            reason = lint.skipped(what)
            if reason is not None:
                tally.skip(name, reason)
                continue
            start = time.monotonic()
            problems = lint.run(what)
            seconds = time.monotonic() - start
            if problems:
                tally.fail(name, seconds, "\n".join(problems))
            else:
                tally.ok(name, seconds)
    elif suite.startswith("func"):
        run_func(items, suite, args.build, tally, second)
    else:
        for name, test in items:
            run_meson_test(test, name, tally)


def run_all(args, tally):
    second = None
    try:
        for suite, items in suites(args):
            if suite == "func" and args.part == "here":
                second = beside.Beside(args.build)
            run_suite(suite, items, args, tally, second)
        if second:
            second.finish(tally)
    finally:
        if second:
            second.close()


def list_all(args):
    for suite, items in suites(args):
        for name, _ in items:
            print(name)
        if suite.startswith("unit") and not items and not args.patterns:
            print(f"{suite}/... (known once it is built)")


def main():
    parser = argparse.ArgumentParser(
        prog="./test", description="Install what is missing, build, run all tests; as root.")
    parser.add_argument("-k", dest="patterns", action="append", metavar="PATTERN", default=[],
                        help="only tests whose name holds PATTERN or matches it (*, ?); repeatable")
    parser.add_argument("--without", action="append", metavar="PATTERN", default=[],
                        help="none whose whole name matches it (*, ?); repeatable")
    parser.add_argument("--suite", dest="suites", action="append", metavar="SUITE", default=[],
                        choices=SUITES, help="only this suite (%(choices)s); repeatable")
    parser.add_argument("--list", action="store_true", help="only print the names")
    parser.add_argument("--no-build", action="store_true", help="take what is built already")
    parser.add_argument("--build", metavar="DIR", default=os.environ.get("BUILD_DIR", "build"),
                        help="build folder (default %(default)s; DIR-clang and DIR-asan beside it)")
    parser.add_argument("--part", choices=["all", "beside"], default="all", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if not (args.patterns or args.suites or args.list or args.no_build or args.part == "beside"):
        args.part = "here"
    os.environ["BUILD_DIR"] = args.build
    os.chdir(TREE)
    if args.list:
        list_all(args)
        return 0

    def stop(number, frame):
        raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)

    import janitor
    import spplib
    spplib.JANITOR = janitor.Janitor()
    tally = Tally()
    try:
        if args.part != "beside" and not set(args.suites or SUITES) <= WITHOUT_HUGEPAGES:
            janitor.reserve_hugepages(spplib.JANITOR, HUGEPAGES_MB)
        run_all(args, tally)
    except KeyboardInterrupt:
        print("interrupted, cleaning up", flush=True)
        tally.failed += 1
    finally:
        spplib.JANITOR.close()
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main())
