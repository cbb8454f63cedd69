# SPDX-License-Identifier: BSD-3-Clause
"""What the sources do, looked at by programs that know C: clang-tidy and cppcheck.

Each is told in a file what it is to leave out, and why: .clang-tidy and cppcheck.txt. Called by
lint.py; CHECKS has the form of lint.py's own.
"""

import concurrent.futures
import json
import os
import re
import subprocess
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
TREE = os.path.dirname(os.path.dirname(HERE))
PRODUCT = ("src", "adapters", "control")
# Folders that an include of ours is looked up in, as meson.build has them.
INCLUDED = [f"-I{folder}" for folder in ("include", *PRODUCT)]
# Each release of these finds other things: Debian 12's judge, those of other releases are not asked.
JUDGES = {"tidy": ("clang-tidy", "14."), "cppcheck": ("cppcheck", "2.10")}
DEFINED = ["-D_GNU_SOURCE", '-DSPP_VERSION="0"']


def sources(paths):
    return [p for p in paths if p.split("/")[0] in PRODUCT and p.endswith(".c")]


def run(command, root):
    return subprocess.run(command, cwd=root, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, errors="replace", check=False)


def not_asked(name):
    """Why this check does not judge here, or None: it does."""
    if name not in JUDGES:
        return None
    program, version = JUDGES[name]
    found = re.search(r"\d+\.\d+[.\d]*", run([program, "--version"], TREE).stdout)
    if found is None or found[0].startswith(version):
        return None
    return f"{program} {found[0]} finds other things than Debian 12's, which judges"


def configure(root, folder):
    """Arguments of clang-tidy before and behind the file: to compile it as meson says, or, without
    a meson.build, with the few flags that our own headers need."""
    if not os.path.exists(os.path.join(root, "meson.build")):
        return [], ["--", "-std=gnu11", *INCLUDED, *DEFINED]
    done = subprocess.run(["meson", "setup", folder], cwd=root, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          errors="replace", check=False, env={**os.environ, "CC": "clang"})
    if done.returncode != 0:
        raise RuntimeError("meson setup failed:\n" + done.stdout)
    return ["-p", folder], []


def compiled(folder, root, files):
    """Those of the files that the build compiles; all, when there is no build. Each is compiled once
    in its database from then on, for the program it belongs to: tests compile many once more, and
    clang-tidy would look at a file as often."""
    database = os.path.join(folder, "compile_commands.json")
    if not os.path.exists(database):
        return files
    with open(database, encoding="utf-8") as f:
        entries = json.load(f)
    entries.sort(key=lambda e: e["output"].startswith("tests/"), reverse=True)
    known = {os.path.relpath(os.path.join(e["directory"], e["file"]), root): e for e in entries}
    with open(database, "w", encoding="utf-8") as f:
        json.dump(list(known.values()), f)
    return [p for p in files if p in known]


def in_tree(name, folder, root):
    """The path of a file as the compiler calls it, which may be as seen from the build's folder."""
    for start in (root, folder):
        full = os.path.realpath(os.path.join(start, name))
        if os.path.exists(full):
            return os.path.relpath(full, os.path.realpath(root))
    return name


def check_tidy(root, paths):
    """clang-tidy with the project's .clang-tidy"""
    with tempfile.TemporaryDirectory() as folder:
        before, behind = configure(root, folder)
        files = compiled(folder, root, sources(paths))
        problems = [f"{p}: no target of meson.build compiles it"
                    for p in sources(paths) if p not in files]

        def look(path):
            return path, run(["clang-tidy", "--quiet", f"--config-file={TREE}/.clang-tidy",
                              *before, path, *behind], root)

        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            results = list(pool.map(look, files))
    found = set()
    for path, done in results:
        lines = re.findall(r"^(\S+?):(\d+):\d+: (?:warning|error): (.*)$", done.stdout, re.M)
        if done.returncode != 0 and not lines:
            problems.append(f"{path}: clang-tidy failed: {done.stdout[-500:]}{done.stderr[-500:]}")
        found |= {(in_tree(name, folder, root), int(line), text.replace(",-warnings-as-errors", ""))
                  for name, line, text in lines}
    return problems + [f"{name}:{line}: {text}" for name, line, text in sorted(found)]


def check_cppcheck(root, paths):
    """cppcheck, over all sources at once, so that it sees what nobody calls"""
    files = sources(paths)
    if not files:
        return []
    done = run(["cppcheck", "--enable=all", "--inconclusive", "--std=c11", "--quiet",
                "--error-exitcode=1", "--template={file}:{line}: {message} [{id}]",
                f"--include={HERE}/cppcheck.h", f"--suppressions-list={HERE}/cppcheck.txt",
                *INCLUDED, *DEFINED, *files], root)
    found = re.findall(r"^\S+:\d+: .*\]$", done.stderr, re.M)
    if done.returncode != 0 and not found:
        return [f"cppcheck failed: {done.stdout[-500:]}{done.stderr[-500:]}"]
    return found


C_HEAD = "/* SPDX-License-Identifier: BSD-3-Clause */\n"
BUG = "static inline int\nspp_f(int x)\n{\n\tif (x > 1);\n\treturn x;\n}\n"
# name: (check, [samples it must complain about: {path: text}])
CHECKS = {
    "tidy": (check_tidy, [
        {"src/a.c": C_HEAD + BUG},
        {"control/a/a.c": C_HEAD + '#include "a/a.h"\nint spp_g(void);\n', "control/a/a.h": BUG},
        {"src/a.c": C_HEAD + "int spp_f(void) { return spp_missing; }\n"}]),
    "cppcheck": (check_cppcheck, [
        {"src/a.c": C_HEAD + "int spp_main(int x)\n{\n\tint y;\n\treturn x + y;\n}\n"},
        {"src/a.c": C_HEAD + "int spp_unused(void)\n{\n\treturn 1;\n}\n"}]),
}
