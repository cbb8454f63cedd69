# SPDX-License-Identifier: BSD-3-Clause
"""Checks of the tree itself: format, licence lines, whitespace, who includes whom, and the like.

Each check is a function from (root, paths) to a list of problems, and each has a sample that it
must complain about: a linter that cannot fail proves nothing. Called by tests/run.py, or as a
program: `python3 tests/lint/lint.py [NAME...]`, or with --list for the names.
"""

import json
import os
import re
import subprocess
import sys
import tempfile

import analysis
import pages
import remedies
import rooms

TREE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LINES_MAX = 500
SKIPPED = 77  # exit code, for meson
CLANG_FORMAT = "clang-format-19"  # Debian 12 and 13 both have it


def tracked():
    """Paths under version control, or of the unpacked tree when it is no checkout."""
    done = subprocess.run(["git", "-c", "safe.directory=*", "ls-files", "-z"], cwd=TREE,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, text=True, check=False)
    if done.returncode == 0 and done.stdout:
        paths = done.stdout.split("\0")
    else:
        paths = []
        for folder, folders, files in os.walk(TREE):
            folders[:] = [f for f in folders if not f.startswith("build") and f != ".git"]
            paths += [os.path.relpath(os.path.join(folder, f), TREE) for f in files]
    return sorted(p for p in paths if p and os.path.isfile(os.path.join(TREE, p)))


def is_input(path):
    """An input of a fuzzer is as it is: bytes, not text of ours."""
    return path.startswith("tests/fuzz/corpus/")


def read(root, path):
    with open(os.path.join(root, path), encoding="utf-8", errors="replace") as f:
        return f.read()


def is_c(path):
    return path.endswith((".c", ".h"))


def is_shell(root, path):
    return path.endswith(".sh") or re.match(r"#!.*\b(ba)?sh\b", read(root, path)[:80]) is not None


def is_binary(root, path):
    with open(os.path.join(root, path), "rb") as f:
        return b"\0" in f.read(4096)


def check_format(root, paths):
    """clang-format with the project's .clang-format; of one release, since each formats otherwise"""
    sources = [p for p in paths if is_c(p)]
    if not sources:
        return []
    done = subprocess.run([CLANG_FORMAT, "--dry-run", "-Werror",
                           f"--style=file:{TREE}/.clang-format", *sources], cwd=root, text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False)
    found = re.findall(r"^(\S+?):(\d+):\d+: error", done.stdout, re.M)
    if done.returncode != 0 and not found:
        return [done.stdout]
    return [f"{p}:{line}: not formatted as .clang-format says ({CLANG_FORMAT} -i {p})"
            for p, line in found]


# Of Debian's tools, which know no comments in them.
NO_COMMENTS = ("LICENSE", ".gitignore", "debian/changelog", "debian/source/format")


def check_spdx(root, paths):
    """the licence line near the top of every file that can hold a comment"""
    line = "SPDX-License-Identifier: " + "BSD-3-Clause"
    return [f"{p}: no '{line}' in its first lines" for p in paths
            if p not in NO_COMMENTS and not p.endswith(".json")
            and not is_binary(root, p) and not is_input(p)
            and line not in "\n".join(read(root, p).splitlines()[:5])]


def check_whitespace(root, paths):
    """blanks at line ends, carriage returns, no newline or several at the end of a file"""
    problems = []
    for p in paths:
        if is_binary(root, p) or is_input(p):
            continue
        with open(os.path.join(root, p), encoding="utf-8", newline="") as f:
            text = f.read()
        problems += [f"{p}:{n}: blank or carriage return at the end of the line"
                     for n, line in enumerate(text.split("\n"), 1) if re.search(r"[ \t\r]$", line)]
        if text and (not text.endswith("\n") or text.endswith("\n\n")):
            problems.append(f"{p}: must end with exactly one newline")
    return problems


# Folder: (patterns of includes that may not be there, why)
FORBIDDEN = [
    ("control/", r"rte_\w+\.h|spp/dp/.*", "control knows no DPDK"),
    ("include/spp/dp/", r"jansson\.h", "the packet path knows no JSON"),
    ("include/spp/", r"jansson\.h", "contracts hold no JSON"),
    ("src/", r"jansson\.h", "the packet path knows no JSON"),
    ("adapters/", r"jansson\.h", "the packet path knows no JSON"),
]
PRIVATE = ("control", "adapters", "src")
# Where a program is put together, it may see the contracts of every part, still not their insides.


def check_includes(root, paths):
    """who may include whom: arrows point at include/ only"""
    problems = []
    private = {folder: {p.removeprefix(folder + "/") for p in paths
                        if p.startswith(folder + "/") and p.endswith(".h")} for folder in PRIVATE}
    for p in [p for p in paths if is_c(p)]:
        includes = re.findall(r'^[ \t]*#[ \t]*include[ \t]+[<"]([^>"]+)[>"]', read(root, p), re.M)
        rules = [(pattern, why) for prefix, pattern, why in FORBIDDEN if p.startswith(prefix)]
        if p.startswith("include/spp/") and not p.startswith("include/spp/dp/"):
            rules.append((r"rte_\w+\.h|spp/dp/.*", "contracts outside dp/ are plain C"))
        own = p.split("/")[0]
        for name in includes:
            problems += [f"{p}: includes {name} ({why})" for pattern, why in rules
                         if re.fullmatch(pattern, name)]
            if own in PRIVATE + ("include",):
                problems += [f"{p}: includes {name} of {other}/ (only include/ is common)"
                             for other in PRIVATE if other != own
                             and name.removeprefix(f"../{other}/") in private[other]]
    return problems


# The bench's NIC is a driver, and knows what only drivers know.
OF_A_RELEASE = ("include/spp/dp/dpdk_versions.h", "tests/bench/nic/dpdk_driver.h")


def check_releases(root, paths):
    """what differs between releases of DPDK stands in one place"""
    return [f"{p}:{n}: depends on DPDK's release (that stands in {OF_A_RELEASE[0]} only)"
            for p in paths if is_c(p) and p not in OF_A_RELEASE
            for n, line in enumerate(read(root, p).splitlines(), 1)
            if re.search(r"\b(RTE_VERSION\w*|RTE_VER_\w+|SPP_DPDK_FROM_\w+)\b", line)]


def check_paths(root, paths):
    """nothing names the machine it was written on"""
    # Put together from parts, so that this file does not hold them itself.
    marks = ["/" + "work/", "/tmp/" + "src", ".." + "/shared"]
    return [f"{p}:{n}: names {mark}, which exists on one machine only"
            for p in paths if not is_binary(root, p)
            for n, line in enumerate(read(root, p).splitlines(), 1) for mark in marks
            if mark in line]


def check_size(root, paths):
    """files short enough to read in one go"""
    sizes = [(p, read(root, p).count("\n")) for p in paths
             if is_c(p) or p.endswith((".py", ".sh"))]
    return [f"{p}: {size} lines, at most {LINES_MAX}" for p, size in sizes if size > LINES_MAX]


def check_shell(root, paths):
    """shellcheck"""
    scripts = [p for p in paths if not is_binary(root, p) and is_shell(root, p)]
    if not scripts:
        return []
    done = subprocess.run(["shellcheck", "-x", "-f", "gcc", *scripts], cwd=root, text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False)
    return done.stdout.splitlines() if done.returncode != 0 else []


def check_syntax(root, paths):
    """Python compiles, JSON parses"""
    problems = []
    for p in paths:
        try:
            if p.endswith(".py"):
                compile(read(root, p), p, "exec")
            elif p.endswith(".json"):
                json.loads(read(root, p))
        except (SyntaxError, ValueError) as e:
            problems.append(f"{p}: {e}")
    return problems


def check_version(root, paths):
    """the version stands in meson.build; Debian's changelog and CHANGELOG.md are of the same"""
    if "meson.build" not in paths:
        return []
    version = re.search(r"^  version: '([^']+)'", read(root, "meson.build"), re.M)[1]
    heads = {"CHANGELOG.md": rf"## {re.escape(version)}( |$)",
             "debian/changelog": rf"spp-event \({re.escape(version)}(~\w+)?\) "}
    problems = []
    for path, head in heads.items():
        first = re.search(r"^(## .*|spp-event .*)$", read(root, path), re.M)
        if first is None or not re.match(head, first[1]):
            problems.append(f"{path}: its newest entry is not of {version}, as meson.build says")
    return problems


PRODUCT = ("control/", "src/", "adapters/")
# Percent of lines that must have run: README.md quotes these folders.
COVERED = {"control": 95, "src": 80, "adapters": 80}
STALE = 0.05  # sources that grew or shrank by more were not measured


def source_lines(root, paths):
    """Lines of the product's sources: by them a measure is seen to be of another tree."""
    return sum(read(root, p).count("\n") for p in paths if p.startswith(PRODUCT) and is_c(p))


def check_coverage(root, paths):
    """CONTRIBUTING.md quotes tests/coverage.json, it holds what is wanted, and is of about this tree"""
    if "tests/coverage.json" not in paths:
        return []
    figures = json.loads(read(root, "tests/coverage.json"))
    page = re.sub(r"\s+", " ", read(root, "CONTRIBUTING.md"))
    lines, measured = source_lines(root, paths), figures["source_lines"]
    problems = []
    for part, least in COVERED.items():
        percent = figures[part]["percent"]
        if percent < least:
            problems.append(f"tests/coverage.json: {part}/ {percent} %, wanted {least} %")
        if f"`{part}/` {percent} %" not in page:
            problems.append(f"CONTRIBUTING.md: does not say \"`{part}/` {percent} %\", as "
                            "tests/coverage.json does")
    if abs(lines - measured) > STALE * measured:
        problems.append(f"tests/coverage.json: measured on {measured} lines of source, now there "
                        f"are {lines}: run tests/coverage.py again")
    return problems


def coverage_sample(percent, quoted, measured):
    figures = {part: {"percent": percent} for part in COVERED} | {"source_lines": measured}
    return {"tests/coverage.json": json.dumps(figures), "control/a.c": "int x;\n" * 100,
            "CONTRIBUTING.md": " ".join(f"`{part}/` {quoted} %" for part in COVERED)}


C_HEAD = "/* SPDX-License-Identifier: BSD-3-Clause */\n"
# name: (check, [samples it must complain about: {path: text}])
CHECKS = {
    "format": (check_format, [{"src/a.c": C_HEAD + "int  f(void){return 0;}\n"}]),
    "spdx": (check_spdx, [{"src/a.c": "int x;\n"}, {"a.md": "# Title\n"}, {"b": "#!/bin/sh\n"}]),
    "whitespace": (check_whitespace, [{"a.c": "int x; \n"}, {"a.c": "int x;"},
                                      {"a.md": "x\r\n"}, {"a.c": "int x;\n\n"}]),
    "includes": (check_includes, [
        {"control/a.c": "#include <rte_mbuf.h>\n"},
        {"control/a.c": "#include <spp/dp/port.h>\n"},
        {"include/spp/a.h": "#include <rte_mbuf.h>\n"},
        {"include/spp/a.h": '#include "spp/dp/port.h"\n'},
        {"include/spp/dp/a.h": "#include <jansson.h>\n"},
        {"src/a.c": "#include <jansson.h>\n"},
        {"adapters/a.c": "# include <jansson.h>\n"},
        {"src/a.c": '#include "../control/wiring/plan.h"\n', "control/wiring/plan.h": ""},
        {"adapters/a.c": '#include "packet/worker.h"\n', "src/packet/worker.h": ""},
        {"include/spp/a.h": '#include "packet/worker.h"\n', "src/packet/worker.h": ""}]),
    "releases": (check_releases, [{"src/a.c": "#if RTE_VERSION >= RTE_VERSION_NUM(24, 11, 0, 0)\n"},
                                  {"src/a.c": "#if SPP_DPDK_FROM_23_11\n"}]),
    "paths": (check_paths, [{"a.c": "/* see /" + "work/main */\n"}]),
    "size": (check_size, [{"a.c": "int x;\n" * (LINES_MAX + 1)}]),
    "shell": (check_shell, [{"a.sh": "#!/bin/sh\ncd $1\n"}]),
    "coverage": (check_coverage, [coverage_sample(79.0, 79.0, 100),
                                  coverage_sample(97.0, 98.0, 100),
                                  coverage_sample(97.0, 97.0, 110)]),
    "version": (check_version, [
        {"meson.build": "project('x',\n  version: '0.3.0',\n)", "CHANGELOG.md": "# C\n\n## 0.2.0\n",
         "debian/changelog": "spp-event (0.3.0) unstable\n"},
        {"meson.build": "project('x',\n  version: '0.3.0',\n)", "CHANGELOG.md": "## 0.3.0 (x)\n",
         "debian/changelog": "spp-event (0.2.0) unstable\n\nspp-event (0.3.0) x\n"}]),
    "syntax": (check_syntax, [{"a.py": "def f(:\n"}, {"a.json": "{,}\n"}]),
} | rooms.CHECKS | pages.CHECKS | remedies.CHECKS | analysis.CHECKS


def names():
    return [n for check in CHECKS for n in (f"{check}-can-fail", check)]


def skipped(name):
    """Why it is not asked on this machine, or None."""
    return analysis.not_asked(name.removesuffix("-can-fail"))


def run(name):
    """Problems of the tree, or of the linter itself when the name ends with -can-fail."""
    if not name.endswith("-can-fail"):
        return CHECKS[name][0](TREE, tracked())
    check, samples = CHECKS[name.removesuffix("-can-fail")]
    problems = []
    for sample in samples:
        with tempfile.TemporaryDirectory() as root:
            for path, text in sample.items():
                os.makedirs(os.path.join(root, os.path.dirname(path)), exist_ok=True)
                with open(os.path.join(root, path), "w", encoding="utf-8", newline="") as f:
                    f.write(text)
            if not check(root, list(sample)):
                problems.append(f"{check.__name__} has nothing to say against {sample}")
    return problems


def main():
    if sys.argv[1:] == ["--list"]:
        print("\n".join(names()))
        return 0
    failed, asked = False, False
    for name in sys.argv[1:] or names():
        reason = skipped(name)
        if reason is not None:
            print(f"{name}: skipped: {reason}")
            continue
        asked = True
        for problem in run(name):
            print(f"{name}: {problem}")
            failed = True
    return failed if asked else SKIPPED


if __name__ == "__main__":
    sys.exit(main())
