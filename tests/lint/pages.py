# SPDX-License-Identifier: BSD-3-Clause
"""Links of the documents lead somewhere; README.ja.md is a translation of README.md as it is. Called by
lint.py."""

import hashlib
import os
import re

TRANSLATED, ORIGINAL = "README.ja.md", "README.md"
LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"(?m)^#+ (.*)$")
# Above each block of the translation: the hash of what it translates.
MARK = re.compile(r"(?m)^<!-- en: ([0-9a-f]{8}) -->$")


def read(root, path):
    with open(os.path.join(root, path), encoding="utf-8", errors="replace") as f:
        return f.read()


def anchor(heading):
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def check_links(root, paths):
    """links in documents lead to files that are there, and to headings of them"""
    pages = {path: {anchor(h) for h in HEADING.findall(read(root, path))}
             for path in paths if path.endswith(".md")}
    known = set(paths) | {os.path.dirname(path) for path in paths}
    problems = []
    for page in pages:
        for link in LINK.findall(read(root, page)):
            path, _, place = link.partition("#")
            if re.match(r"[a-z]+:", link):
                continue
            target = os.path.normpath(os.path.join(os.path.dirname(page), path)) if path else page
            if target not in known:
                problems.append(f"{page}: {link}: no such file")
            elif place and place not in pages.get(target, {place}):
                problems.append(f"{page}: {link}: no such heading")
    return problems


def blocks(text):
    """What stands between two headings of the first two levels, the heading included."""
    return re.split(r"(?m)^(?=##? )", text)[1:]


def digest(block):
    return hashlib.sha256(block.strip().encode()).hexdigest()[:8]


def check_translation(root, paths):
    """README.ja.md: each block names the English one it translates, which has not changed since"""
    if TRANSLATED not in paths:
        return []
    english = blocks(read(root, ORIGINAL))
    marks = MARK.findall(read(root, TRANSLATED))
    problems = [f"{TRANSLATED}: block {i} is of \"{block.splitlines()[0]}\" as it was; it is {digest(block)} now"
                for i, (block, mark) in enumerate(zip(english, marks), 1) if digest(block) != mark]
    if len(marks) != len(english):
        problems.append(f"{TRANSLATED}: {len(marks)} blocks, {ORIGINAL} has {len(english)}")
    return problems


SAMPLE = "# A\n\ntext\n"
CHECKS = {
    "links": (check_links, [{"a.md": "# A\n\n[b](b.md)\n"}, {"a.md": "# A\n\n[b](#c)\n"},
                            {"a.md": "[b](b.md#c)\n", "b.md": "# B\n"}]),
    "translation": (check_translation, [
        {ORIGINAL: SAMPLE, TRANSLATED: "<!-- en: 00000000 -->\n# A\n"},
        {ORIGINAL: SAMPLE, TRANSLATED: f"<!-- en: {digest(SAMPLE)} -->\n<!-- en: {digest(SAMPLE)} -->\n"}]),
}
