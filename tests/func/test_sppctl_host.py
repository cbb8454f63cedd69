# SPDX-License-Identifier: BSD-3-Clause
"""sppctl and spp_agent over several spp_vf: all of a change is done, or what was done is taken back.

A program of its own: BUILD_DIR=build /usr/bin/python3 tests/func/test_sppctl_host.py [PATTERN]
prints one line per case (ok NAME / not ok NAME: reason).
"""

import json
import sys

from agentlib import SUCCESS, Agent, expect, expect_in, main, raw_request, read_all
from fake_vf import FakeVf
from proc import wait_for

MAC = "02:00:00:00:00:05"
# vhost0 of vf1 and vhost5 of vf2, patched.
PATCHED_1 = {2: "forward ring30 -> vhost0", 3: "forward vhost0 -> ring31"}
PATCHED_2 = {2: "forward ring31 -> vhost5", 3: "forward vhost5 -> ring30"}

# The same, and vhost6 of vf2 plugged to the NIC of vf1.
TOPO = """\
vf1
nic0 ----------------> classifier [4] ---> ring12 (to vf2) 02:00:00:00:00:05
nic0 <---------------- merge [5] <-------- ring13 (from vf2)
vhost0 --------------> forward [2] ------> ring31 (to vf2)
ring30 (from vf2) ---> forward [3] ------> vhost0
free cores: 6

vf2
vhost5 --------------> forward [3] ---> ring30 (to vf1)
vhost6-rsvd ---------> forward [5] ---> ring13 (to vf1)
ring31 (from vf1) ---> forward [2] ---> vhost5
ring12 (from vf1) ---> forward [4] ---> vhost6
free cores: 6
"""
# A frame from vhost0 of vf1.
WHAT_IF = """\
vf1: in by vhost0, to 02:00:00:00:00:05
vhost0 60 bytes, untagged
core 2 forward
ring31 60 bytes, untagged
=> goes on ring31, in vf2
vf2: in by ring31, to 02:00:00:00:00:05
ring31 60 bytes, untagged
core 2 forward
vhost5 60 bytes, untagged
=> sent the guest of vhost5 gets it: 60 bytes, untagged
"""


def two(a, **more):
    return FakeVf(a, 1, **more), FakeVf(a, 2, **more)


def patch(a, *more, code=0):
    seen, out, err = a.ctl("patch", "vhost0", "vhost5", "--to", "vf1,vf2", *more)
    expect(seen, code, f"exit code: {out}{err}")
    return out, err


def rings(commands):
    """(rings that a message begins to read, rings that it begins to write)"""
    made = [c for c in commands if c.get("type") not in (None, "none") and "rx_ports" in c]
    return tuple({p if isinstance(p, str) else p["port"] for c in made for p in c[side]
                  if str(p).startswith("ring")} for side in ("rx_ports", "tx_ports"))


def test_patch_between_two_vfs_and_back():
    with Agent() as a:
        vf1, vf2 = two(a)
        out, _ = patch(a)
        expect(out.splitlines(), [
            "vf1", "  + core 2   forward vhost0 -> ring31", "  + core 3   forward ring30 -> vhost0",
            "vf2", "  + core 2   forward ring31 -> vhost5", "  + core 3   forward vhost5 -> ring30",
            "vf1 vf2: done"], "what it prints")
        expect((sorted(vf1.wiring().values()), sorted(vf2.wiring().values())),
               (sorted(PATCHED_1.values()), sorted(PATCHED_2.values())), "wirings")
        for words in (["vhost0", "vhost5"], ["vhost5", "vhost0"]):
            expect_in("are patched already: nothing to do", a.ctl("patch", *words)[1], "again")
        expect_in("vhost0 is patched to vhost5", a.ctl("unpatch", "vhost0", "vhost7")[2], "another")
        code, out, err = a.ctl("unpatch", "vhost5")
        expect((code, err), (0, ""), out)
        expect_in("vhost5 and vhost0 lead nowhere now", out, "what it says")
        expect((vf1.wiring(), vf2.wiring()), ({}, {}), "wirings after unpatch")
        a.logged("vf1: patch vhost0 vhost5 (asked by uid ", "vf2: unpatch vhost5 (asked by uid ")
        history = json.loads(a.ctl("history", "--json")[1])["history"]
        expect([(h["to"], h["what"], h["result"]) for h in history if h["result"] == "done"],
               [(vf, what, "done") for what in ("patch vhost0 vhost5", "unpatch vhost5")
                for vf in ("vf1", "vf2")], "history")


def test_a_ring_is_read_before_it_is_written():
    with Agent() as a:
        order = []
        for vf in two(a):
            vf.before_flush = lambda vf=vf: order.append(rings(vf.flushes[-1]))
        patch(a)
        read = set()
        for reads, writes in order:
            read |= reads
            expect(writes - read, set(), f"written before it is read: {order}")
        expect(len(read), 2, "rings")


def test_dry_run_shows_all_and_changes_nothing():
    with Agent() as a:
        vf1, vf2 = two(a)
        out, _ = patch(a, "--dry-run")
        expect(out.splitlines()[-1], "vf1 vf2: nothing was changed (--dry-run)", "last line")
        expect([line for line in out.splitlines() if line.startswith("vf")][:2], ["vf1", "vf2"],
               "processes")
        expect((vf1.flushes, vf2.flushes), ([], []), "messages")
        expect(json.loads(a.ctl("history", "--json")[1])["history"], [], "history")


def test_when_a_later_one_is_refused_the_others_are_taken_back():
    """Each of the four messages once."""
    for vf, at in ((0, 0), (1, 0), (0, 1), (1, 1)):
        with Agent() as a:
            vfs = two(a)
            vfs[vf].refuse = [None] * at + ["no room at the inn"]
            out, err = patch(a, code=1)
            expect(out, "", "output")
            expect_in(f"sppctl: vf{vf + 1}: refused: ", err, "who refused")
            expect_in("no room at the inn", err, "why")
            expect_in("all is as it was before", err, "what is now")
            expect((vfs[0].wiring(), vfs[1].wiring()), ({}, {}), f"wirings ({vf}, {at})")
            patch(a)  # and it goes when asked again
            expect(len(vfs[0].wiring()), 2, "wired")


def test_what_was_done_and_taken_back_is_said_in_json_log_and_history():
    with Agent() as a:
        _, vf2 = two(a)
        vf2.refuse = [None, "no room"]
        out, _ = patch(a, "--json", code=1)
        answer = json.loads(out)
        expect(answer["result"], "taken back", "result")
        expect([(p["to"], p["result"]) for p in answer["processes"]],
               [("vf1", "taken back"), ("vf2", "refused")], "by process")
        expect_in("no room", answer["processes"][1]["message"], "message")
        expect([len(p["changes"]) for p in answer["processes"]], [2, 2], "changes")
        a.logged("vf1: patch vhost0 vhost5 (asked by uid ", ": taken back: +", ": refused: command ")
        expect([(h["to"], h["result"]) for h in json.loads(a.ctl("history", "--json")[1])["history"]],
               [("vf1", "taken back"), ("vf2", "refused")], "history")


def test_taking_back_that_is_refused_too_is_said():
    with Agent() as a:
        vf1, vf2 = two(a)
        vf2.refuse = [None, "no room"]
        vf1.refuse = [None, None, "cannot go back"]
        out, err = patch(a, "--json", code=1)
        answer = json.loads(out)
        expect(answer["result"], "not taken back", "result")
        expect([p["result"] for p in answer["processes"]], ["not taken back", "refused"], "results")
        expect_in("vf1: not taken back: command ", err, "message")
        expect_in("cannot go back", err, "why")
        expect_in("not all is as it was before", err, "what is now")
        history = json.loads(a.ctl("history", "--json")[1])["history"]
        expect([h["result"] for h in history], ["not taken back", "refused"], "history")
        expect_in("not taken back", history[0]["detail"], "detail")


def test_one_that_does_not_answer_is_not_waited_for_and_its_late_answer_is_taken_back():
    with Agent() as a:
        vf1, vf2 = two(a)
        vf2.gate.clear()
        _, err = patch(a, "--timeout", "2", code=3)
        expect_in("vf2: no answer yet: no answer within", err, "message")
        expect_in("vf1: taken back", err, "the other")
        expect(vf1.wiring(), {}, "vf1")
        # the other one is free meanwhile
        expect(a.send("vf1", {"commands": [{"command": "status"}]})[0], 0, "a request to vf1")
        vf2.gate.set()
        wait_for("the late answer to be taken back", lambda: len(vf2.flushes) == 2 and
                 vf2.wiring() == {})
        a.logged("vf2: patch vhost0 vhost5 (asked by uid ", ": taken back: no answer within")


def test_one_that_is_lost_in_between_is_said_to_be_unknown():
    with Agent(timeout=1) as a:
        vf1, vf2 = two(a)
        vf2.gate.clear()
        _, err = patch(a, "--timeout", "20", code=3)
        expect_in("vf2: unknown: no reply within 1000 ms; what it made of the request is not known",
                  err, "message")
        expect(vf1.wiring(), {}, "vf1")
        vf2.gate.set()


def test_one_that_gives_no_status_changes_nothing():
    with Agent() as a:
        vf1, vf2 = two(a)
        patch(a)
        before = vf1.wiring()
        vf2.silent = True
        s = raw_request(a, {"request": "change", "change": "unpatch", "to": "vf1", "with": ["vf2"],
                            "port": "vhost0", "wait_ms": 1000})
        answer = json.loads(read_all(s))
        expect((answer["code"], answer["message"][:24]), ("unreachable", "vf2: no status in time; "),
               "answer")
        expect(vf1.wiring(), before, "vf1")
        expect(a.send("vf1", {"commands": [{"command": "status"}]})[0], 0, "vf1 is free again")
        vf2.process.close()
        wait_for("vf2 to be lost", lambda: a.states()["vf2"] == "lost")
        s = raw_request(a, {"request": "change", "change": "unpatch", "to": "vf1", "with": ["vf2"],
                            "port": "vhost0"})
        expect_in("vf2: not connected", json.loads(read_all(s))["message"], "answer")


def test_whoever_asks_may_go_and_it_is_brought_to_an_end():
    with Agent() as a:
        vf1, vf2 = two(a)
        vf2.gate.clear()
        s = raw_request(a, {"request": "change", "change": "patch", "to": "vf1", "with": ["vf2"],
                            "other_to": "vf2", "port": "vhost0", "other": "vhost5"})
        wait_for("the first step", lambda: vf2.flushes)
        s.close()
        vf2.gate.set()
        wait_for("both", lambda: len(vf1.wiring()) == 2 and len(vf2.wiring()) == 2)
        a.logged("vf2: patch vhost0 vhost5 (asked by uid ")


def test_two_changes_at_once_do_not_wait_for_each_other():
    """One names vf1 first, the other vf2; both are done, and nothing comes between their parts."""
    with Agent() as a:
        vfs = two(a, cores=tuple(range(2, 60)), rings=512)
        asked = []
        for i in range(10):
            to, other = ("vf1", "vf2") if i % 2 == 0 else ("vf2", "vf1")
            asked.append(raw_request(a, {
                "request": "change", "change": "patch", "to": to, "with": [other],
                "other_to": other, "port": f"vhost{2 * i}", "other": f"vhost{2 * i + 1}"}))
        for s in asked:
            answer = json.loads(read_all(s))
            expect(answer.get("reply", answer).get("result"), "done", f"answer {answer}")
        expect([len(vf.wiring()) for vf in vfs], [20, 20], "components")
        written = [p for vf in vfs for c in vf.components.values() for p in c["tx"]
                   if str(p).startswith("ring")]
        expect(len(written), len(set(written)), "rings with two writers")


def test_plug_to_the_nic_of_another_vf_and_back():
    with Agent() as a:
        vf1, vf2 = FakeVf(a, 1, nics=[0]), FakeVf(a, 2)
        code, out, err = a.ctl("plug", "vhost5", MAC, "--to", "vf2")
        expect((code, err), (0, ""), out)
        expect(out.splitlines(), [
            "vf1", "  + core 2   classifier nic0 -> ring10", "  + core 3   merge ring11 -> nic0",
            f"  + table    {MAC} -> ring10",
            "vf2", "  + core 2   forward ring10 -> vhost5",
            "  + core 3   forward vhost5-rsvd -> ring11", "vf1 vf2: done"], "what it prints")
        expect_in("nothing to do", a.ctl("plug", "vhost5", MAC)[1], "again")
        expect(a.ctl("address", "add", "vhost5", "02:00:00:00:00:06")[0], 0, "one more address")
        expect(vf1.table, {MAC: "ring10", "02:00:00:00:00:06": "ring10"}, "table")
        expect_in("vhost5", a.ctl("plug", "vhost6", MAC, "--to", "vf2")[2], "an address that is taken")
        code, out, err = a.ctl("unplug", "vhost5")
        expect((code, err), (0, ""), out)
        expect((vf1.wiring(), vf1.table, vf2.wiring()), ({}, {}, {}), "after unplug")


def test_unplug_ends_copies_in_a_vf_that_nobody_named():
    with Agent() as a:
        vf1, vf2 = FakeVf(a, 1, nics=[0]), FakeVf(a, 2)
        expect(a.ctl("plug", "vhost0", MAC, "--to", "vf1")[0], 0, "plug")
        plugged = vf1.wiring()
        mirror = ("mirror", "vhost0", "--to", "vhost7,vf1,vf2")
        expect(a.ctl(*mirror)[::2], (0, ""), "mirror")
        expect(len(vf2.wiring()), 1, "one that collects")
        expect(a.ctl("unmirror", "vhost0")[::2], (0, ""), "unmirror")
        expect((vf1.wiring(), vf2.wiring()), (plugged, {}), "after unmirror")
        expect(a.ctl(*mirror)[::2], (0, ""), "mirror again")
        expect(a.ctl("unplug", "vhost0")[::2], (0, ""), "unplug")
        expect(vf2.wiring(), {}, "after unplug")


def test_a_recorder_is_no_vf_and_keeps_its_ring():
    with Agent() as a:
        vf1, vf2 = two(a)
        vf1.rings = vf2.rings = 8
        a.connected(9, lambda text: {**SUCCESS, "info": {
            "process": 9, "process_type": "pcap", "nic": [0], "vhost": [0], "ring": list(range(8)),
            "core": [{"core": 2, "role": "receive", "rx_port": [{"port": "ring:7"}]}]}})
        patch(a)
        expect(vf1.wiring(), {2: "forward vhost0 -> ring6", 3: "forward ring5 -> vhost0"}, "rings")
        expect(a.ctl("unpatch", "vhost0")[::2], (0, ""), "whose vhost0 is")


def test_plug_beside_vms_of_the_nics_own_vf():
    with Agent() as a:
        vf1, vf2 = FakeVf(a, 1, nics=[0]), FakeVf(a, 2, nics=[1])
        expect(a.ctl("plug", "vhost0", "02:00:00:00:00:01", "--to", "vf1")[0], 0, "the first")
        before = vf1.wiring()
        code, _, err = a.ctl("plug", "vhost5", MAC, "--to", "vf2", "--nic", "nic0")
        expect((code, err), (0, ""), "exit code")
        wired = vf1.wiring()
        expect((wired[2], wired[3]), ("classifier nic0 -> ring0 ring10", "merge ring1 ring11 -> nic0"),
               "classifier and merge")
        expect_in("vhost5 is plugged to a NIC of vf1 (unplug it first)",
                  a.ctl("plug", "vhost5", MAC, "--nic", "nic1")[2], "to another NIC")
        expect(a.ctl("patch", "vhost0", "vhost5")[0], 0, "patch takes both away from the NIC")
        expect(vf1.table, {}, "table")
        expect(sorted(vf2.wiring().values()), ["forward ring31 -> vhost5", "forward vhost5 -> ring30"],
               "vf2")
        expect(a.ctl("unpatch", "vhost0")[0], 0, "unpatch")
        expect(a.ctl("plug", "vhost0", "02:00:00:00:00:01", "--to", "vf1")[0], 0, "back to the NIC")
        expect(sorted(vf1.wiring().values()), sorted(before.values()), "as before")


def test_what_cannot_be_is_refused_with_what_would_be_right():
    with Agent() as a:
        vf1, vf2 = FakeVf(a, 1, nics=[0]), FakeVf(a, 2, cores=(2,))
        vf3 = FakeVf(a, 3)
        vf3.components[2] = {"core": 2, "type": "forward", "status": "forward", "rx": ["ring10"],
                             "tx": ["ring31"]}
        for code, words, part in (
                (1, ["plug", "vhost5", MAC, "--to", "vf2,vf1"],
                 "vhost5 would need ring10 between vf1 and vf2, and another spp_vf uses it"),
                (1, ["plug", "vhost6", MAC, "--to", "vf2,vf1"], "sppctl: vf2 has too few free cores"),
                (2, ["plug", "vhost6", MAC, "--to", "vf2,vf1", "--switch"], "leave --switch out"),
                (2, ["plug", "vhost6", MAC, "--to", "vf2,vf4711"], "vf4711: not a process"),
                (3, ["plug", "vhost6", MAC, "--to", "vf1,vf4", "--nic", "nic0"], "vf4: not connected"),
                (1, ["patch", "vhost0", "vhost6", "--to", "vf1,vf2"], "vf2 has too few free cores"),
                (2, ["patch", "vhost0", "vhost0", "--to", "vf1,vf2"], "the same port")):
            seen, out, err = a.ctl(*words)
            expect(seen, code, f"{words}: {out}{err}")
            expect_in(part, err, f"{words}")
        # ring31 is vf3's: the next ones are taken
        vf4 = FakeVf(a, 4)
        code, _, err = a.ctl("patch", "vhost0", "vhost9", "--to", "vf1,vf4")
        expect((code, err), (0, ""), "exit code")
        expect(sorted(vf4.wiring().values()),
               ["forward ring30 -> vhost9", "forward vhost9 -> ring29"], "rings")
        expect((len(vf1.flushes), vf2.flushes, vf3.flushes), (2, [], []), "messages")


def test_dump_diff_and_apply_of_the_whole_host():
    with Agent() as a:
        vf1, vf2 = FakeVf(a, 1, nics=[0]), FakeVf(a, 2)
        patch(a)
        expect(a.ctl("plug", "vhost6", MAC, "--to", "vf2")[0], 0, "plug")
        code, dump, err = a.ctl("dump")
        expect((code, err), (0, ""), "dump")
        expect([p["process"] for p in json.loads(dump)["processes"]], [1, 2], "processes")
        expect(a.ctl("diff", "-", text=dump)[:2], (0, ""), "no difference")
        expect_in("vf1 vf2: nothing to do", a.ctl("apply", "-", text=dump)[1], "apply of the same")
        before = vf1.wiring(), vf2.wiring(), dict(vf1.table)
        for words in (["unpatch", "vhost0"], ["unplug", "vhost6"]):
            expect(a.ctl(*words)[0], 0, words)
        code, out, _ = a.ctl("diff", "-", text=dump)
        expect((code, [line for line in out.splitlines() if line.startswith("vf")]),
               (1, ["vf1", "vf2"]), "diff")
        expect([p["to"] for p in json.loads(a.ctl("diff", "-", "--json", text=dump)[1])["processes"]],
               ["vf1", "vf2"], "diff as JSON")
        expect_in("vf1 vf2: nothing was changed (--dry-run)",
                  a.ctl("apply", "-", "--dry-run", text=dump)[1], "dry run")
        vf1.refuse = [None, "no room"]
        code, _, err = a.ctl("apply", "-", text=dump)
        expect(code, 1, "exit code when one is refused")
        expect_in("vf2: taken back", err, "message")
        expect((vf1.wiring(), vf2.wiring()), ({}, {}), "taken back")
        code, out, err = a.ctl("apply", "-", text=dump)
        expect((code, err, out.splitlines()[-1]), (0, "", "vf1 vf2: done"), "apply")
        expect((vf1.wiring(), vf2.wiring(), vf1.table), before, "as it was dumped")
        one = a.ctl("dump", "vf1")[1]
        expect(json.loads(one)["process"], 1, "dump of one is as ever")
        expect(a.ctl("diff", "-", text=one)[:2], (0, ""), "a file of one")
        expect(a.ctl("diff", "-", "--to", "vf2", text=dump)[:2], (0, ""), "one of a file of both")
        for text, part in (('{"processes":[]}', "no array of 1 to 16"),
                           ('{"processes":[{"commands":[]}]}', "missing"),
                           ('{"version":2,"processes":[{}]}', "another version"),
                           (json.dumps({"processes": json.loads(dump)["processes"][:1] * 2}), "twice")):
            code, _, err = a.ctl("apply", "-", text=text)
            expect(code, 2, text)
            expect_in(part, err, text)


def test_apply_moves_an_end_to_another_vf():
    """What one lets go of goes before what the other takes."""
    with Agent() as a:
        vf1, vf2, vf3 = (FakeVf(a, number) for number in (1, 2, 3))
        patch(a)
        files = json.loads(a.ctl("dump")[1])
        moved = files["processes"]
        moved[2]["commands"], moved[1]["commands"] = moved[1]["commands"], moved[2]["commands"]
        order = []
        for vf in (vf1, vf2, vf3):
            vf.before_flush = lambda vf=vf: order.append(vf.number)
        code, out, err = a.ctl("apply", "-", text=json.dumps(files))
        expect((code, err), (0, ""), out)
        expect((vf2.wiring(), len(vf3.wiring())), ({}, 2), "wirings")
        expect(order, [2, 3], "order")


def test_topo_shows_where_a_ring_goes_on():
    with Agent() as a:
        FakeVf(a, 1, nics=[0])
        FakeVf(a, 2)
        patch(a)
        expect(a.ctl("plug", "vhost6", MAC, "--to", "vf2")[0], 0, "plug")
        code, out, err = a.ctl("topo", "-i", "0", env={"LC_ALL": "C"})
        expect((code, err), (0, ""), out)
        expect([" ".join(line.split()) for line in out.splitlines()], TOPO.splitlines(), out)
        graph = a.ctl("topo", "-i", "0", "--dot")[1]
        for edge in ('"vf1.0" -> "host.ring31"', '"host.ring31" -> "vf2.0"'):
            expect_in(edge, graph, "graph")


def test_trace_what_if_goes_on_in_the_other_vf():
    with Agent() as a:
        _, vf2 = two(a)
        patch(a)
        code, out, err = a.ctl("trace", "--what-if", "vhost0", MAC)
        expect((code, err), (0, ""), out)
        expect([" ".join(line.split()) for line in out.splitlines()], WHAT_IF.splitlines(), out)
        answer = json.loads(a.ctl("trace", "--what-if", "vhost0", MAC, "--json")[1])
        expect((answer["ends"][0]["result"], answer["ends"][0]["to"]), ("elsewhere", "vf2"), "end")
        expect([(p["process"], [e["result"] for e in p["ends"]]) for p in answer["then"]],
               [("vf2", ["sent"])], "then")
        vf2.components[2] = {**vf2.components[2], "tx": ["ring31"], "rx": ["ring29"]}
        expect_in("no_consumer", a.ctl("trace", "--what-if", "vhost0", MAC)[1], "no reader any more")


def test_topo_marks_what_goes_round():
    with Agent() as a:
        vf1, vf2 = two(a)
        for vf, rx, tx in ((vf1, "ring1", "ring2"), (vf2, "ring2", "ring3"), (vf2, "ring3", "ring1")):
            core = 2 + len(vf.components)
            vf.components[core] = {"core": core, "type": "forward", "status": "forward",
                                   "rx": [rx], "tx": [tx]}
        code, shown, _ = a.ctl("trace", "--what-if", "ring1", MAC, "--to", "vf1")
        expect((code, shown.count("vf2: in by ring2")), (1, 4), shown)
        expect_in("it is dropped there (loop)", " ".join(shown.split()), "the end of it")
        out = a.ctl("topo", "-i", "0")[1]
        expect(out.count("ring1 (to vf1) (loop: dropped after 8 such rings!)"), 1, out)
        expect(out.count("ring2 (to vf2) (loop: dropped after 8 such rings!)"), 1, out)
        vf2.components.pop(3)
        expect("loop" in a.ctl("topo", "-i", "0")[1], False, "a loop that is none")


def test_requests_that_are_wrong():
    with Agent() as a:
        two(a)
        for more, part in (({"with": ["vf0"]}, "vf0: not a spp_vf"), ({"with": [7]}, "not a spp_vf"),
                           ({"with": ["vf2"], "other_to": "vf9"}, "not in \"with\""),
                           ({"with": ["vf2"], "change": "juggle"}, "unknown \"change\""),
                           ({"with": ["vf2"], "change": "apply", "wirings": []}, "not one for each")):
            request = {"request": "change", "change": "patch", "to": "vf1", "port": "vhost0",
                       "other": "vhost1", **more}
            answer = json.loads(read_all(raw_request(a, request)))
            expect(answer.get("code"), "invalid", f"{more}: {answer}")
            expect_in(part, answer["message"], f"{more}")


if __name__ == "__main__":
    sys.exit(main(globals()))
