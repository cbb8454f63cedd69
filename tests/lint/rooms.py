# SPDX-License-Identifier: BSD-3-Clause
"""Who may include whom, and that nothing goes in a circle.

The rooms (folders) and what each may include stand in one place, the table in CONTRIBUTING.md, from
the ground up: a room may include itself and rooms named before it, of those only the ones its line
names. Called by lint.py.
"""

import os
import re

TABLE = "CONTRIBUTING.md"
TOPS = ("include", "src", "adapters", "control")
# | `src/vf` | `include`, `src/common`, `src/packet` | what it holds |
ROW = re.compile(r"^\| `((?:%s)[\w/]*)` \|([^|]*)\|" % "|".join(TOPS), re.M)
EVERYBODYS = "include/spp"
# Where an include that is no path below its own folder is looked for.
ROOTS = {"include": ("include",), "src": ("src", "include"), "adapters": ("adapters", "include"),
         "control": ("control", "include")}
# The name of a function that is defined here and not static, as .clang-format lays it out.
FUNCTION = re.compile(r"^(?!static\b)\w[^\n;={}#]*\n((?:spp_|agent_|ctl_|monitor_|wiring_|topo_)\w+)\(", re.M)


def read(root, path):
    with open(os.path.join(root, path), encoding="utf-8", errors="replace") as f:
        return f.read()


def table(root):
    """[(room, {rooms it may include})], in their order."""
    return [(room, set(re.findall(r"`([\w/]+)`", allowed)))
            for room, allowed in ROW.findall(read(root, TABLE))]


def room_of(path, rooms):
    """The room a file is in: the longest that its path begins with."""
    found = [r for r in rooms if path.startswith(r + "/")]
    return max(found, key=len) if found else None


def sources(paths):
    return [p for p in paths if p.split("/")[0] in TOPS and p.endswith((".c", ".h"))]


def included(root, path, known):
    """Files of the tree that a file includes."""
    for name in re.findall(r'^[ \t]*#[ \t]*include[ \t]+[<"]([^>"]+)[>"]', read(root, path), re.M):
        for top in ROOTS[path.split("/")[0]] + TOPS:
            full = os.path.normpath(os.path.join(top, name))
            if full in known:
                yield full
                break
        else:
            full = os.path.normpath(os.path.join(os.path.dirname(path), name))
            if full in known:
                yield full


def check_rooms(root, paths):
    """each room includes only what its line in CONTRIBUTING.md allows, and lines only allow rooms
    that stand before them"""
    if TABLE not in paths:
        return []
    rows = table(root)
    names = [room for room, _ in rows]
    problems = []
    for n, (room, allowed) in enumerate(rows):
        problems += [f"{TABLE}: {room} may include {other}, which does not stand before it"
                     for other in sorted(allowed) if other not in names[:n]]
    files = sources(paths)
    may = {room: allowed | {room, EVERYBODYS} for room, allowed in rows}
    for path in files:
        room = room_of(path, names)
        if room is None:
            problems.append(f"{path}: its folder has no line in the rooms of {TABLE}")
            continue
        problems += [f"{path}: includes {other} ({room} may include "
                     f"{', '.join(sorted(may[room]))})"
                     for other in included(root, path, set(files))
                     if room_of(other, names) not in may[room]]
    return problems


def unit_of(path):
    """A .c and its .h are one."""
    return path.rsplit(".", 1)[0]


def circles(edges):
    """Groups of units that include each other (Tarjan's strongly connected components)."""
    index, low, stack, on, found = {}, {}, [], set(), []

    def visit(v):
        index[v] = low[v] = len(index)
        stack.append(v)
        on.add(v)
        for w in edges.get(v, ()):
            if w not in index:
                visit(w)
                low[v] = min(low[v], low[w])
            elif w in on:
                low[v] = min(low[v], index[w])
        if low[v] == index[v]:
            group = []
            while not group or group[-1] != v:
                group.append(stack.pop())
                on.discard(group[-1])
            if len(group) > 1:
                found.append(sorted(group))

    for v in sorted(edges):
        if v not in index:
            visit(v)
    return found


def check_circles(root, paths):
    """no two files, and no longer chain of them, include each other"""
    files = sources(paths)
    edges = {}
    for path in files:
        mine = edges.setdefault(unit_of(path), set())
        mine |= {unit_of(other) for other in included(root, path, set(files))} - {unit_of(path)}
    return [f"a circle of includes: {', '.join(group)}" for group in circles(edges)]


def check_headers(root, paths):
    """what a .c gives to others stands in its own .h, or in a contract of include/"""
    problems = []
    contracts = "\n".join(read(root, p) for p in paths if p.startswith("include/"))
    for path in sources(paths):
        if not path.endswith(".c"):
            continue
        own = unit_of(path) + ".h"
        text = read(root, own) if own in paths else ""
        problems += [f"{path}: {name}() is not declared in {own}, nor in include/"
                     for name in FUNCTION.findall(read(root, path))
                     if not re.search(r"\b%s\(" % name, text + contracts)]
    return problems


ROOMS = ("# rooms\n| `include/spp` | | contracts |\n| `src/common` | | both |\n"
         "| `src/vf` | `src/common` | spp_vf |\n")
CHECKS = {
    "rooms": (check_rooms, [
        {TABLE: ROOMS, "src/common/a.h": '#include "vf/b.h"\n', "src/vf/b.h": ""},
        {TABLE: ROOMS, "src/common/a.c": '#include "../vf/b.h"\n', "src/vf/b.h": ""},
        {TABLE: ROOMS, "src/other/a.c": "int x;\n"},
        {TABLE: ROOMS, "include/spp/a.h": '#include "common/b.h"\n', "src/common/b.h": ""},
        {TABLE: "| `src/vf` | `src/common` | |\n| `src/common` | | |\n"}]),
    "circles": (check_circles, [
        {"src/vf/a.h": '#include "vf/b.h"\n', "src/vf/b.c": '#include "vf/a.h"\n',
         "src/vf/b.h": ""},
        {"src/vf/a.c": '#include "b.h"\n', "src/vf/a.h": "", "src/vf/b.h": '#include "c.h"\n',
         "src/vf/c.c": '#include "a.h"\n', "src/vf/c.h": ""}]),
    "headers": (check_headers, [
        {"src/vf/a.c": "int\nspp_f(void)\n{\n}\n"},
        {"src/vf/a.c": "int\nspp_f(void)\n{\n}\n", "src/vf/a.h": "",
         "src/vf/b.h": "int spp_f(void);\n"}]),
}
