# SPDX-License-Identifier: BSD-3-Clause
"""Runs the cases of test_page.py; called by ./run, which has installed and built what is needed."""

import argparse
import os
import signal
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
TREE = os.path.dirname(os.path.dirname(HERE))
HUGEPAGES_MB = 1280
sys.path[:0] = [HERE, os.path.join(TREE, "tests", "func")]
sys.dont_write_bytecode = True


def main():
    parser = argparse.ArgumentParser(prog="tests/browser/run")
    parser.add_argument("cases", nargs="*", help="only cases whose name holds one of these")
    parser.add_argument("--screenshots", metavar="DIR", help="write pictures of the page there")
    args = parser.parse_args()

    def stop(number, frame):
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    import janitor
    import spplib
    import test_page
    spplib.JANITOR = janitor.Janitor()
    test_page.SCREENSHOTS = args.screenshots
    suite = unittest.TestSuite(
        case for group in unittest.defaultTestLoader.loadTestsFromModule(test_page)
        for case in group if not args.cases or any(word in case.id() for word in args.cases))
    try:
        if any(case.real for case in suite):
            janitor.reserve_hugepages(spplib.JANITOR, HUGEPAGES_MB)
        result = unittest.TextTestRunner(verbosity=2).run(suite)
    finally:
        spplib.JANITOR.close()
    return 0 if result.wasSuccessful() and result.testsRun else 1


if __name__ == "__main__":
    sys.exit(main())
