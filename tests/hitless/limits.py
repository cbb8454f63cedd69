# SPDX-License-Identifier: BSD-3-Clause
"""What the figures have to keep to, as the design has promised it: lists of breaches. Pure."""

DISTURBED = 25  # percent of the CPU of ours that others took: times then speak of them
IDLE_COMMIT_US = 1000
LOAD_COMMIT_US = 10000
SLOWER_AT_MOST = 5
PATH_WAKEUPS = 1.5   # a second and thread that has nothing to look at: its own safety timer
QUIET_PERCENT = 0.5
NIC_PERCENT = 2.0
BARE_TIMES = 2.5
LATER_US = 200


def disturbed(figures):
    return figures["others_percent"] >= DISTURBED


def group(name, figures):
    """Of a group of operations under load."""
    bad = {k: figures[k] for k in ("lost", "doubled", "reordered", "corrupted", "failed")
           if figures[k]}
    return [f"{name}: {bad} (dropped: {figures['dropped']})"] if bad else []


def commit(name, times, limit_us, which="p99"):
    value = times["commit_us"][which]
    if value is None or value <= limit_us:
        return []
    return [f"{name}: commit {which} {value} us (at most {limit_us})"]


def many(figures):
    if figures["slower"] <= SLOWER_AT_MOST:
        return []
    return [f"12 workers: {figures['slower']} times slower than one (at most {SLOWER_AT_MOST})"]


def nothing(figures):
    if figures["path_wakeups_max"] <= PATH_WAKEUPS:
        return []
    return [f"without components: {figures['path_wakeups_max']} wake-ups a second of a thread"]


def quiet(figures):
    if figures["path_percent"] <= QUIET_PERCENT:
        return []
    return [f"vhosts and rings without traffic: {figures['path_percent']} % of a CPU "
            f"(at most {QUIET_PERCENT})"]


def with_nic(figures, without, bare=0.0):
    """bare: percent of a CPU that a thread which only sleeps takes for as many wake-ups. Given that,
    what is judged is what we do at a wake-up, not what the machine's timers cost."""
    more = figures["path_percent"] - without["path_percent"]
    limit = max(NIC_PERCENT, BARE_TIMES * bare)
    return [] if more <= limit else [f"an idle NIC: {more:.2f} % (at most {limit:.2f})"]


def first_packet(name, rested, polled, later_us, which="p99", bare=0.0):
    """bare: microseconds that this machine takes to wake a CPU at rest, whatever it is to do then.
    Given that, what is judged is what comes on top."""
    later = rested[which] - polled[which] - bare
    if later <= later_us:
        return []
    return [f"first packet, {name}: {which} {later:.0f} us later than polled (at most {later_us})"]


def step(figures):
    if not figures["missing"] and not figures["disorder"]:
        return []
    return [f"a step of 1000 packets: {figures}"]
