# SPDX-License-Identifier: BSD-3-Clause
"""docs/protocol.md tells the truth: its requests are sent, its replies compared."""

import json
import os
import re

from bench import TREE
from spplib import SppTest

PAGE = os.path.join(TREE, "docs", "protocol.md")
# What differs from run to run, or from machine to machine: only its type is compared.
VARYING = {"commit_us", "retire_us", "vector_mean", "cycles_per_packet", "packets", "bytes",
           "vectors", "cycles", "busy_cycles", "idle_cycles", "asleep_cycles", "busy", "idle",
           "asleep", "time_us", "tsc_hz", "queue", "link", "last_us", "sum_us"}
VARYING_OF_PRIMARY = {"rx", "tx", "tx_drop", "rx_drop"}


def transcripts():
    """[(who is asked, request as text, reply as text, "part" or "")] in the page's order.

    ```json request, ```text request, and ```text request primary; each followed by ```json reply.
    """
    with open(PAGE, encoding="utf-8") as f:
        blocks = re.findall(r"^```(json|text) (request|reply) ?(part|primary|)\n(.*?)^```$",
                            f.read(), re.M | re.S)
    found = []
    for (_, kind, who, text), (_, kind2, part, reply) in zip(blocks[::2], blocks[1::2],
                                                             strict=True):
        if (kind, kind2) != ("request", "reply"):
            raise AssertionError(f"docs/protocol.md: request and reply do not alternate at {text}")
        found.append((0 if who == "primary" else 1, text, reply, part))
    return found


def differences(page, real, part, place="reply"):
    """Where the reply is not as on the page; "*" in a text stands for anything."""
    if isinstance(page, dict) and isinstance(real, dict):
        missing = page.keys() - real.keys()
        more = set() if part else real.keys() - page.keys()
        found = [f"{place}: without {k}" for k in missing]
        found += [f"{place}: the page does not have {k}" for k in more]
        for key in page.keys() & real.keys():
            varies = key in VARYING or (key in VARYING_OF_PRIMARY and isinstance(page[key], int))
            if varies and not isinstance(page[key], (dict, list)):
                if isinstance(page[key], bool) != isinstance(real[key], bool):
                    found.append(f"{place}.{key}: {real[key]!r}")
            else:
                found += differences(page[key], real[key], part, f"{place}.{key}")
        return found
    if isinstance(page, list) and isinstance(real, list):
        if len(page) != len(real) and not (part and len(page) < len(real)):
            return [f"{place}: {len(real)} elements instead of {len(page)}"]
        return [d for i, p in enumerate(page) for d in differences(p, real[i], part,
                                                                   f"{place}[{i}]")]
    if isinstance(page, str) and isinstance(real, str):
        pattern = ".*".join(re.escape(p) for p in page.split("*"))
        return [] if re.fullmatch(pattern, real, re.S) else [f"{place}: {real!r} is not {page!r}"]
    return [] if page == real else [f"{place}: {real!r} is not {page!r}"]


class Page(SppTest):
    def run_transcripts(self, ask):
        b = self.b
        b.start_controller()
        b.primary(["net_null0"])
        b.vf(1)
        pairs = transcripts()
        self.assertGreater(len(pairs), 20)
        for who, request, reply, part in pairs:
            real = ask(b.controller[who], request)
            found = differences(json.loads(reply), real, part)
            self.assertEqual(found, [], f"after {request}")

    def test_transcripts_are_what_happens(self):
        self.run_transcripts(lambda peer, request: peer.request(request))

    def test_transcripts_sent_byte_by_byte(self):
        """JSON comes as it likes; a text command ends where a segment does, so it goes whole."""
        def ask(peer, request):
            if not request.startswith("{"):
                return peer.request(request)
            for byte in request.encode():
                peer.send(bytes([byte]))
            return peer.reply()
        self.run_transcripts(ask)

    def test_drop_reasons_are_all_on_the_page(self):
        with open(os.path.join(TREE, "include", "spp", "drop.h"), encoding="utf-8") as f:
            reasons = re.findall(r"\tX\(\w+, \"(\w+)\"", f.read())
        with open(PAGE, encoding="utf-8") as f:
            page = f.read()
        self.assertGreater(len(reasons), 10)
        self.assertEqual([r for r in reasons if f"`{r}`" not in page], [])
