# SPDX-License-Identifier: BSD-3-Clause
"""What helps against each reason to drop stands in two places, in the same words: for programs in
include/spp/remedy.h, for people in "Drops by symptom" of docs/operations.md. Called by lint.py.
"""

import os
import re

TABLE, PAGE, REASONS = "include/spp/remedy.h", "docs/operations.md", "include/spp/drop.h"
# X(SYMBOL, "where", "what " "helps")
STRINGS = r'((?:"(?:[^"\\]|\\.)*"[\s\\]*)+)'
ROW = re.compile(r"X\((\w+), " + STRINGS + r"," + r"[\s\\]*" + STRINGS + r"\)")
NAME = re.compile(r'X\((\w+), "(\w+)"')
# | symptom | `reason` | where | what helps |
LINE = re.compile(r"^\|[^|]*\| `(\w+)` \|([^|]*)\|([^|]*)\|$", re.M)


def read(root, path):
    with open(os.path.join(root, path), encoding="utf-8", errors="replace") as f:
        return f.read()


def joined(strings):
    """What the C strings one after the other say."""
    return re.sub(r"\\(.)", r"\1", "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', strings)))


def plain(text):
    """A link into the page, as it reads where nobody can follow it."""
    return re.sub(r"\[([^]]*)\]\(#[^)]*\)", PAGE + r', "\1"', text).strip()


def section(page):
    return page.partition("\n## Drops by symptom\n")[2].partition("\n## ")[0]


def check_remedies(root, paths):
    """remedies of drops: the program's and the page's are the same, and there is one for each reason"""
    if TABLE not in paths:
        return []
    names = dict(NAME.findall(read(root, REASONS)))
    told = {names.get(symbol, symbol): (joined(where), joined(remedy))
            for symbol, where, remedy in ROW.findall(read(root, TABLE))}
    written = {reason: (plain(where), plain(remedy))
               for reason, where, remedy in LINE.findall(section(read(root, PAGE)))}
    problems = [f"{PAGE}: no line for {reason} in \"Drops by symptom\""
                for reason in names.values() if reason not in written]
    problems += [f"{TABLE}: nothing for {reason}" for reason in names.values()
                 if reason not in told]
    return problems + [f"{TABLE}: {reason}: {told[reason]} is {written[reason]} in {PAGE}"
                       for reason in told if written.get(reason, told[reason]) != told[reason]]


def sample(reasons, table, page):
    return {REASONS: reasons, TABLE: table, PAGE: "\n## Drops by symptom\n\n" + page + "\n## More\n"}


HELP = 'X(BIG, "rx", \\\n  "long: " \\\n  "`a`, ' + PAGE + ', \\"B\\"")'
LINES = "| s | `big` | rx | long: `a`, [B](#b) |\n"
WHY = 'X(BIG, "big", "too big") \\\n'
CHECKS = {
    "remedies": (check_remedies, [
        sample(WHY, HELP, LINES.replace("long", "short")),
        sample(WHY, HELP, LINES.replace("| rx", "| tx")),
        sample(WHY, HELP, ""),
        sample(WHY, "", LINES),
        sample(WHY + 'X(FEW, "few", "too few")', HELP, LINES)]),
}
