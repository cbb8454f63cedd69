# SPDX-License-Identifier: BSD-3-Clause
"""What an operator does to a wiring under traffic: each operation is a function of (wiring, random)
that changes the wiring and returns the messages that carry it out. Knows no processes, no packets.
"""

from spplib import FLUSH, commands
from wiring import CORES, MACS, NOWHERE, SPARE, Part, change

STATUS = {"commands": [{"command": "status"}]}
FORWARDS = [f"{way}{vm}" for vm in range(2) for way in ("down", "up")]
OTHERS = [f"06:00:00:00:00:{n:02x}" for n in range(16)]


def step(wiring, modify, again=()):
    old = wiring.copy()
    modify(wiring)
    return [change(old, wiring, again)]


def other_macs(wiring, random):
    """a. add, remove or move an entry nobody sends to"""
    mac = random.choice(OTHERS)

    def modify(w):
        before = w.table.pop(mac, None)
        if before is None or random.random() < 0.5:
            w.table[mac] = "ring2" if before == "ring0" else "ring0"
    return step(wiring, modify)


def live_mac(wiring, random):
    """b. redirect a MAC that has traffic to the other VM"""
    mac = random.choice(MACS[:2])

    def modify(w):
        w.table[mac] = "ring2" if w.table[mac] == "ring0" else "ring0"
    return step(wiring, modify)


def shared(wiring):
    """Cores with more than one component."""
    cores = [part.core for part in wiring.parts.values()]
    return {core for core in cores if cores.count(core) > 1}


def move_one(wiring, random):
    """c. a component to a free core"""
    key = random.choice(sorted(wiring.parts))
    return step(wiring, lambda w: w.put(key, core=random.choice(w.free_cores())))


def move_all(wiring, random):
    """d. every component to another core, in one flush"""
    def modify(w):
        cores = list(CORES)
        while True:
            random.shuffle(cores)
            new = dict(zip(sorted(w.parts), cores))
            if all(w.parts[k].core != core for k, core in new.items()):
                break
        for key, core in new.items():
            w.put(key, core=core)
    return step(wiring, modify)


def together_or_apart(wiring, random):
    """e. several components onto one core, or those of a core apart"""
    def apart(w):
        for core in shared(w):
            for key in sorted(k for k, part in w.parts.items() if part.core == core)[1:]:
                w.put(key, core=w.free_cores()[0])
        for key in w.parts:
            w.put(key, named=w.named)

    def together(w):
        keys = random.sample(sorted(w.parts), random.randint(2, len(w.parts)))
        for key in keys:
            w.put(key, core=w.parts[keys[0]].core, named=True)

    return step(wiring, apart if shared(wiring) else together)


def third_vm(wiring, random):
    """f. a third VM in or out"""
    del random
    return step(wiring, lambda w: w.remove_vm(2) if w.has_vm(2) else w.add_vm(2))


def swap_tx(wiring, random):
    """g. two forwards exchange their tx ports: no port has two writers at any time"""
    one, two = random.choice([("down0", "down1"), ("up0", "up1")])

    def modify(w):
        tx = w.parts[one].tx
        w.put(one, tx=w.parts[two].tx)
        w.put(two, tx=tx)
    return step(wiring, modify)


def again(wiring, random):
    """h. none, and the same component again in the same flush"""
    return step(wiring, lambda w: None, {random.choice(sorted(wiring.parts))})


def port_again(wiring, random):
    """i. a port taken from a component and put back inside one flush"""
    key = random.choice(sorted(wiring.parts))
    part = wiring.parts[key]
    side = random.choice(["rx", "tx"])
    less = list(getattr(part, side))
    less.remove(random.choice(less))
    return [commands(wiring.off(key), wiring.on(key, **{side: less}), wiring.off(key),
                     wiring.on(key), FLUSH)]


def poll_status(wiring, random):
    """j. ask for status; a thousand times a second where the pace is up to the operation"""
    del wiring, random
    return [STATUS]


def style(wiring, random):
    """k. from classifier and merge to a switch, and back"""
    other = wiring.switched(random.choice(CORES))
    return [change(wiring, other), change(other, wiring)]


def at_a_switch(wiring, random):
    """l. to a switch; there a port and entries come, lead elsewhere and go, it moves, it is made
    anew; and back"""
    states = [wiring, wiring.switched(random.choice(CORES))]

    def step_to(**changes):
        states.append(states[-1].copy())
        if changes:
            states[-1].put("sw", **changes)
        return states[-1]

    ends = states[-1].parts["sw"].rx
    # by the one nothing comes, and no entry leads to the other
    step_to(rx=(*ends, "ring4"), tx=("ring5", *ends))
    mac = random.choice(MACS[:2])
    step_to().table[mac] = random.choice(["vhost0", "vhost1"])
    step_to().table[random.choice(OTHERS)] = "vhost0"
    step_to(core=random.choice([core for core in CORES if core != states[-1].parts["sw"].core]))
    step_to(rx=ends, tx=ends, core=random.choice(CORES))
    states.append(wiring)
    messages = [change(old, new) for old, new in zip(states, states[1:])]
    return [*messages[:-1], change(states[-2], states[-2], {"sw"}), messages[-1]]


def mirrored(wiring, random):
    """m. copies of what passes somewhere, in one flush, and no more of them in another: a forward
    becomes a mirror, of one VM both are collected, one is put in before the classifier or behind the merge"""
    new = wiring.copy()

    def part(kind, rx, tx):
        return Part(new.free_cores()[0], kind, rx, tx, wiring.named)

    way = random.choice(["one", "both", "before", "behind"])
    if way == "one":
        key = random.choice(FORWARDS)
        new.put(key, kind="mirror", tx=(*new.parts[key].tx, NOWHERE))
    elif way == "both":
        vm = random.randrange(2)
        for key, ring in ((f"down{vm}", SPARE[0]), (f"up{vm}", SPARE[1])):
            new.put(key, kind="mirror", tx=(*new.parts[key].tx, ring))
        new.parts["copies"] = part("merge", SPARE[:2], (NOWHERE,))
    elif way == "before":
        new.put("cls", rx=(SPARE[0],))
        new.parts["mirror"] = part("mirror", ("nic0",), (SPARE[0], NOWHERE))
    else:
        new.put("mrg", tx=(SPARE[0],))
        new.parts["mirror"] = part("mirror", (SPARE[0],), ("nic0", NOWHERE))
    return [change(wiring, new), change(new, wiring)]


OPERATIONS = {
    "a": other_macs, "b": live_mac, "c": move_one, "d": move_all, "e": together_or_apart,
    "f": third_vm, "g": swap_tx, "h": again, "i": port_again, "j": poll_status, "k": style,
    "l": at_a_switch, "m": mirrored,
}


def mixed(wiring, random):
    """Any of them, with one flush each."""
    letter = random.choice(sorted(OPERATIONS))
    if letter == "j":
        return [STATUS, *mixed(wiring, random)]
    return OPERATIONS[letter](wiring, random)
