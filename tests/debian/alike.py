# SPDX-License-Identifier: BSD-3-Clause
"""Functional tests that say the same on each Debian release, and so are run on this machine's only:
control's own, where what differs between releases (DPDK, kernel, systemd, qemu, libmicrohttpd,
Prometheus) takes no part, or takes it in other tests, too. Continuous integration has 60 minutes."""

import os

FUNC = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "func")

NAMES = (
    "access", "agent", "bad_input", "configure", "controller", "deadlines", "docs", "faults", "logs",
    "malice", "monitor", "monitor_cost", "report", "site", "sppctl", "sppctl_host", "sppctl_look",
    "sppctl_trace", "sppctl_wiring", "sppctl_words", "state", "text", "text_clients", "trace", "words",
)


def patterns():
    """For `./test --without`; a name of no test is an error."""
    for name in NAMES:
        if not os.path.exists(os.path.join(FUNC, f"test_{name}.py")):
            raise SystemExit(f"tests/debian/alike.py: there is no tests/func/test_{name}.py")
    # With a point behind: one that is a class has cases; one that is a program has the bare name.
    return [f"{suite}/{name}{end}" for suite in ("func", "func-event") for name in NAMES
            for end in (".*", "")]
