# SPDX-License-Identifier: BSD-3-Clause
"""Runs groups of cases (group.py), each in a box of its own. Used by tests/host/run.py.
"""

import importlib
import os
import time
import traceback

import boxroot
from group import Group
from root import host_release

MODULES = ["box_first", "box_links", "box_power", "box_site", "box_uio"]


def groups(short):
    """Classes of groups, in their order, that this release can run."""
    found = []
    for name in MODULES:
        module = importlib.import_module(name)
        found += [one for one in vars(module).values()
                  if isinstance(one, type) and issubclass(one, Group)
                  and one.__module__ == name and one.cases()]
    return [one for one in found if host_release() in one.releases and (one.short or not short)]


def run_group(group_class, names, folder, package, tally):
    """Those cases of a group whose name is among names, in one box."""
    figures = []
    group = group_class(os.path.join(folder, group_class.name()), package, figures.append)
    problem = None
    try:
        try:
            group.start()
        except Exception:  # a box that does not start: each of its cases has failed
            problem = traceback.format_exc()
        for name, case in group.cases():
            if name not in names:
                continue
            begun = time.monotonic()
            report = problem
            if report is None:
                try:
                    case(group)
                except Exception:
                    report = traceback.format_exc() + group.dump()
            seconds = time.monotonic() - begun
            if report is None:
                tally.ok(f"host/{name}", seconds)
            else:
                tally.fail(f"host/{name}", seconds, report)
            while figures:
                print("       " + figures.pop(0), flush=True)
    finally:
        group.close()


def run(wanted, short, package, tally):
    """wanted(name): whether a case is to run. package: what is installed."""
    folder = os.path.join(boxroot.home(), "run")
    for group_class in groups(short):
        names = {name for name, _ in group_class.cases() if wanted(f"host/{name}")}
        if names:
            run_group(group_class, names, folder, package, tally)
