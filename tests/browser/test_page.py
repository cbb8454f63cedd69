# SPDX-License-Identifier: BSD-3-Clause
"""The live page in a browser: the founding scenario step by step, a wire that drops, 64 VMs, a monitor
that goes and comes back, a narrow window, keyboard and axe-core."""

import os
import signal
import time

import all_kinds
import scenario
from big_host import Host, switched_status
from browser import Browser, axe_findings, axe_source
from ctllib import Ctl
from monitorlib import Monitor
from selenium.webdriver.common.keys import Keys
from spplib import FLUSH, SppTest, commands, component, table

SCREENSHOTS = None  # a directory
STEP_S = 2.0  # a step shows on the page within
PAGE_MAX = 150_000
NODES_MAX = 3000


def browser(case, **more):
    made = Browser(case.b.path(f"chromium{len(case.b.closers)}"), **more)
    case.b.closers.append(made.close)
    return made


def picture(made, name, scroll=None):
    if SCREENSHOTS:
        os.makedirs(SCREENSHOTS, exist_ok=True)
        made.run("arguments[0] ? document.querySelector(arguments[0]).scrollIntoView() : scrollTo(0, 0)", scroll)
        made.picture(os.path.join(SCREENSHOTS, name + ".png"))


class Founding(SppTest):
    real = True  # spp_primary and spp_vf
    deadline = 180

    def shows(self, page, what, script):
        begin = time.monotonic()
        page.wait(what, script, deadline=10 * STEP_S)
        self.in_time(what, time.monotonic() - begin, STEP_S)

    def test_each_step_shows_within_two_seconds(self):
        b = self.b
        wire = b.wire(0)
        ctl = Ctl(b, listen=b.path("run/control.sock"))
        m = Monitor(b, ["--history", "60"])  # so that it fills lines of the pictures
        page = browser(self)
        page.open(m.address)
        b.primary(args=["-s", ctl.address])
        self.shows(page, "spp_primary", "return document.getElementById('headline').textContent.includes('spp_primaryup')")
        b.vf(1, args=["-s", ctl.address])
        self.shows(page, "the spp_vf", "return document.getElementById('panel').textContent.includes('vf1, generation 0')")
        vms = [scenario.vm(b, index) for index in (0, 1)]
        for index, vm in enumerate(vms):
            vm.start()
            self.shows(page, f"guest {index}", f"return document.getElementById('headline').textContent.includes('Guests up{index + 1} of')")
            ctl.ok("plug", f"vhost{index}", vm.mac, "--name", f"web{index}", "--reason", f"order {index}")
            self.shows(page, f"vhost{index} on the panel", f"""
                const text = document.querySelector('#panel svg')?.textContent || '';
                return text.includes('vhost{index}') && text.includes('ring{2 * index}')
                    && text.includes('{vm.mac}'.toUpperCase())""")
        self.shows(page, "the names of the guests", "return ['web0', 'web1'].every((name) => [...document.querySelectorAll('#panel svg text')].some((t) => t.textContent === name))")
        self.shows(page, "who asked, why, and what came of it", """
            return [...document.querySelectorAll('#events li')].some((li) => li.children[2].textContent === 'change'
                && /^plug vhost1 .*, by uid 0, pid \\d+, reason: order 1.*; generation 2: added \\d+, .* \\d+ us$/.test(li.lastChild.textContent))""")
        self.shows(page, "packets lost", """
            return [...document.querySelectorAll('#events li')].some((li) => li.children[2].textContent === 'flush'
                && / us, 0 packets lost$/.test(li.lastChild.textContent))""")
        self.shows(page, "the flush on the time line",
                   "return document.getElementById('events').textContent.includes('generation 2')")
        for vm in vms:
            wire.ns.wait_ping(vm.address)
            b.start(f"ping-{vm.name}", ["ping", "-q", "-i", "0.002", vm.address],
                    netns=wire.ns.name)
        self.shows(page, "packets on a wire",
                   "return document.querySelectorAll('#panel svg .wire:not(.still)').length >= 8")
        time.sleep(8)  # for the sparklines of the pictures
        picture(page, "page")
        picture(page, "page-panel", "#h-panel")
        vms[1].stop()
        self.shows(page, "the guest gone", "return document.getElementById('events').textContent.includes('vhost1: guest gone')")
        self.shows(page, "its drops marked", "return document.querySelector('#panel .drop')?.textContent.includes('no_guest')")
        picture(page, "page-drop")
        b.vfs[1].expected_end = True
        b.vfs[1].kill()
        self.shows(page, "the death", "return document.getElementById('down').textContent.includes('vf1 has not answered since')")
        self.assertEqual(page.complaints(), [])


class Drop(SppTest):
    real = True

    def test_a_drop_is_marked_and_leads_to_what_to_do_and_back(self):
        b = self.b
        b.start_controller()
        b.primary(["net_null0"])
        b.vf(1)
        m = Monitor(b)
        self.send_ok(b.controller[1], commands(
            component(2, "classifier", ["nic0"], ["ring0"]),
            component(3, "forward", ["ring0"], ["vhost0"]), table("default", "ring0"), FLUSH))
        page = browser(self)
        page.open(m.address)
        page.wait("the mark", "return document.querySelector('#panel .drop')")
        self.assertIn("no_guest", page.text("#panel .drop"))
        self.assertIn("⚠", page.text("#panel .drop text"))
        mark = page.driver.find_element("css selector", "#panel .drop")
        page.run("arguments[0].focus()", mark)
        mark.send_keys(Keys.ENTER)
        self.assertIn("no_guest", page.run("return document.activeElement.textContent"))
        self.assertIn("the VM is off, or its driver is", page.text("#drops"))
        page.driver.find_element("css selector", "#drops button").send_keys(Keys.ENTER)
        self.assertEqual(page.run("return document.activeElement.getAttribute('class')"), "drop")
        page.wait("what a screen reader is told",
                  "return document.getElementById('speak').textContent.includes('no_guest')", deadline=15)


class Kinds(SppTest):
    real = True
    deadline = 120

    def wires(self, page):
        """Which box is joined to which, by spp_vf, as drawn: each wire ends at both."""
        return page.run("""
            const near = (boxes, x, y) => boxes.find((b) => x >= b.x - 1 && x <= b.x + b.w + 1 && y >= b.y - 1 && y <= b.y + b.h + 1)?.key;
            const out = {};
            for (const part of document.querySelectorAll('#panel [data-vf]')) {
              const boxes = [...part.querySelectorAll('svg g[data-key]:not(.drop)')].map((g) => {
                const [x, y] = g.getAttribute('transform').match(/[-\\d.]+/g).map(Number);
                const r = g.querySelector('.node');
                return {key: g.dataset.key, x, y, w: Number(r.getAttribute('width')), h: Number(r.getAttribute('height'))};
              });
              out[part.dataset.vf] = [...part.querySelectorAll('svg path.wire')].map((p) => {
                const n = p.getAttribute('d').match(/-?[\\d.]+/g).map(Number);
                return [near(boxes, n[0], n[1]), near(boxes, n.at(-2), n.at(-1))].join(' > ');
              }).sort();
            }
            return out;""")

    def box(self, page, vf, key):
        return page.text(f"#panel [data-vf='{vf}'] g[data-key='{key}'] text")

    def test_switch_uplink_mirror_and_recorder_are_drawn_as_they_are_wired(self):
        b = self.b
        kinds = all_kinds.Kinds(b)
        m = Monitor(b)
        page = browser(self, height=1500)
        page.open(m.address)
        kinds.record("start")
        kinds.begin()
        page.wait("packets on every wire", """
            const wires = [...document.querySelectorAll('#panel svg path.wire')];
            return wires.length === 14 && wires.every((w) => !w.classList.contains('still'))""")
        self.assertEqual(self.wires(page), {
            "vf1": sorted(["port uplink0 > component switch", "port vhost0 > component switch",
                           "component switch > port uplink0", "component switch > port vhost0",
                           "port nic2 > component mirror", "component mirror > port ring1",
                           "component mirror > port ring0", "port ring1 > component core4",
                           "port ring2 > component core4", "component core4 > port vhost1"]),
            "vf2": sorted(["port ring0 > component core12", "component core12 > port ring2",
                           "component core12 > port ring3"]),
            "vf3": ["port ring3 > component spp_pcap"]})
        for vf, key, words in (("vf1", "port ring0", "to vf2"), ("vf1", "port ring2", "from vf2"),
                               ("vf2", "port ring0", "from vf1"), ("vf2", "port ring2", "to vf1"),
                               ("vf2", "port ring3", "to vf3"), ("vf3", "port ring3", "from vf2"),
                               ("vf1", "port uplink0", "link up, by nic0"),
                               ("vf3", "component spp_pcap", "records"),
                               ("vf2", "component core12", "mirror [12]"),
                               ("vf1", "component switch", "switch [2]")):
            self.assertIn(words, self.box(page, vf, key), (vf, key))
        heads = page.text("#panel h3")
        self.assertIn("vf2 (spp_mirror), generation 1", heads)
        self.assertRegex(heads, r"vf3 \(spp_pcap\), records: .* packets written, 0 lost")
        self.assertIn("spp_vf up2 of 2", page.text("#headline div"))
        self.assertIn("spp_pcap up1 of 1", page.text("#headline div"))
        # Two ways between the same two boxes have two numbers, one above the other.
        self.assertEqual(page.run("""
            const texts = [...document.querySelectorAll("#panel [data-vf='vf1'] svg text.rate")].filter((t) => t.textContent);
            const boxes = texts.map((t) => t.getBoundingClientRect());
            return boxes.flatMap((a, i) => boxes.slice(i + 1).filter((b) => a.left < b.right && b.left < a.right
                && a.top + 3 < b.bottom && b.top + 3 < a.bottom).map((b, k) => texts[i].textContent)).join()"""), "")
        self.assertNotIn("Not connected", page.text("#panel .key"))
        # From left to right, and no wire goes through a box that is not its own.
        self.assertEqual(page.run("""
            const wrong = [];
            for (const part of document.querySelectorAll('#panel [data-vf]')) {
              const boxes = [...part.querySelectorAll('svg g[data-key]:not(.drop)')].map((g) => {
                const [x, y] = g.getAttribute('transform').match(/[-\\d.]+/g).map(Number);
                return {key: g.dataset.key, x, y};
              });
              for (const path of part.querySelectorAll('svg path.wire'))
                for (let at = 8; at < path.getTotalLength() - 8; at += 4) {
                  const p = path.getPointAtLength(at);
                  const hit = boxes.find((b) => p.x > b.x + 1 && p.x < b.x + 127 && p.y > b.y + 1 && p.y < b.y + 33);
                  if (hit) { wrong.push(part.dataset.vf + ' ' + hit.key); break; }
                }
            }
            return wrong;"""), [])
        place = lambda vf, key: page.run("""return Number(document.querySelector(
            `#panel [data-vf='${arguments[0]}'] g[data-key='${arguments[1]}']`).getAttribute('transform').match(/\\d+/)[0])""", vf, key)
        for vf, *way in (("vf1", "port uplink0", "component switch", "port vhost0"),
                         ("vf1", "port ring2", "component core4", "port vhost1"),
                         ("vf2", "port ring0", "component core12", "port ring3"),
                         ("vf3", "port ring3", "component spp_pcap")):
            places = [place(vf, key) for key in way]
            self.assertEqual(places, sorted(set(places)), (vf, way))
        picture(page, "page-kinds", "#h-panel")
        kinds.tool.quiet()
        kinds.record("stop")
        page.wait("its end", "return document.querySelector('#events').textContent.includes('ended;')")
        self.assertEqual(page.complaints(), [])


class Large(SppTest):
    """64 VMs: fake processes, for this machine could not run them."""

    real = False
    deadline = 240

    @classmethod
    def prepare(cls, b):
        b.closers.append(Host(b.run_dir, vfs=2, vhosts=64).close)
        cls.monitor = Monitor(b)

    def test_64_guests_hold_nothing_up(self):
        page = browser(self)
        page.open(self.monitor.address)
        page.wait("64 guests", "return [...document.querySelectorAll('#panel svg text')].filter((t) => /^vhost\\d+$/.test(t.textContent)).length === 64")
        page.run("window.longTasks.length = 0")
        time.sleep(8)
        nodes = page.run("return document.querySelectorAll('*').length")
        self.assertLess(nodes, NODES_MAX)
        tasks = page.run("return window.longTasks")
        if tasks:
            self.slow.append(f"tasks of {tasks} ms at 64 guests (at most 50)")
        picture(page, "page-64", "#h-panel")
        box = page.driver.find_element("id", "search")
        box.send_keys("vhost33")
        page.wait("only what is searched", "return [...document.querySelectorAll('#panel svg text')].filter((t) => /^vhost\\d+$/.test(t.textContent)).map((t) => t.textContent).join() === 'vhost33'")
        box.clear()
        box.send_keys("33:00:07")
        page.wait("a guest by its address", "return [...document.querySelectorAll('#panel svg text')].filter((t) => /^vhost\\d+$/.test(t.textContent)).map((t) => t.textContent).join() === 'vhost7'")
        guest = page.driver.find_element("css selector", "#panel g[data-key='port vhost7']")
        page.run("arguments[0].focus()", guest)
        guest.send_keys(Keys.ENTER)
        page.wait("its way unfolded", "return document.querySelector(\"#panel g[data-key='port ring14']\")")
        self.assertEqual(page.run("return document.activeElement.dataset.key"), "port vhost7")
        self.assertEqual(page.complaints(), [])

    def test_a_folded_switch_shows_both_ways_of_each_guest(self):
        b = self.b
        directory = b.path("switched")
        os.makedirs(directory)
        b.closers.append(Host(directory, vfs=2, vhosts=64, status=switched_status).close)
        env, b.env = b.env, {**b.env, "SPP_RUN_DIR": directory}
        page = browser(self)
        page.open(Monitor(b).address)
        b.env = env
        page.wait("both ways with a number each", """
            const texts = [...document.querySelectorAll('#panel svg text.rate')].map((t) => t.textContent);
            return ['▸', '◂'].every((way) => texts.filter((t) => t.startsWith(way) && /[\\d.]+k?\\/s$/.test(t)).length === 64)""")
        self.assertLess(page.run("return document.querySelectorAll('*').length"), NODES_MAX)
        picture(page, "page-switch", "#h-panel")
        guest = page.driver.find_element("css selector", "#panel g[data-key='port vhost7']")
        page.run("arguments[0].focus()", guest)
        guest.send_keys(Keys.ENTER)
        page.wait("its two wires", """
            return document.querySelector("#panel g[data-key='port vhost7']").getAttribute('aria-expanded') === 'true'""")
        self.assertEqual(page.complaints(), [])

    def test_the_page_is_small(self):
        sizes = [len(self.monitor.get(path)[2]) for path in
                 ("/", "/page.css", "/icon.svg", *(f"/{n}.js" for n in (
                     "main", "words", "graph", "panel", "lists", "past")))]
        self.assertLess(sum(sizes), PAGE_MAX)

    def test_a_narrow_window_and_no_jumps(self):
        for dark in (False, True):
            page = browser(self, width=360, height=740, dark=dark)
            page.open(self.monitor.address)
            page.wait("the drawing", "return document.querySelector('#panel svg')")
            time.sleep(4)
            self.assertLessEqual(page.run("return document.documentElement.scrollWidth"), 360)
            page.run("window.shifts = 0")
            time.sleep(4)
            self.assertLess(page.run("return window.shifts"), 0.01, "shift of the layout")
            picture(page, "page-narrow" + ("-dark" if dark else ""))
            page.close()

    def test_nothing_moves_for_those_who_asked_for_that(self):
        """prefers-reduced-motion: no transition runs, and no scrolling glides."""
        moving = """return [...document.querySelectorAll('*')].filter((n) => {
            const s = getComputedStyle(n);
            return s.scrollBehavior === 'smooth' || s.animationName !== 'none'
                || s.transitionDuration.split(',').some((d) => parseFloat(d) > 0);
        }).length"""
        seen = {}
        for reduced in (True, False):
            page = browser(self, reduced=reduced)
            page.open(self.monitor.address)
            page.wait("a busy core", "return Number(document.querySelector('#panel svg .fill')?.getAttribute('width')) > 0")
            seen[reduced] = page.run(moving)
            self.assertEqual(page.run("return document.getAnimations().length") if reduced else 0, 0)
            page.close()
        self.assertEqual(seen[True], 0)
        self.assertGreater(seen[False], 0)

    def test_light_and_dark_have_colours_of_their_own(self):
        colours = {}
        for dark in (False, True):
            page = browser(self, dark=dark)
            page.open(self.monitor.address)
            page.wait("the drawing", "return document.querySelector('#panel svg .node')")
            colours[dark] = page.run("""
                const light = (c) => c.match(/[\\d.]+/g).slice(0, 3).reduce((sum, n) => sum + Number(n), 0) / 3;
                return [light(getComputedStyle(document.body).backgroundColor), light(getComputedStyle(document.body).color),
                        light(getComputedStyle(document.querySelector('#panel svg .node')).fill)]""")
            page.close()
        (ground, ink, node), (dark_ground, dark_ink, dark_node) = colours[False], colours[True]
        self.assertGreater(ground - ink, 150)
        self.assertGreater(dark_ink - dark_ground, 150)
        self.assertGreater(node - dark_node, 100)

    def test_axe_finds_nothing(self):
        source = axe_source(os.path.join(os.environ.get("BUILD_DIR", "build"), "axe"))
        if source is None:
            self.skipTest("axe-core comes by npm, which is not installed")
        for dark in (False, True):
            page = browser(self, dark=dark)
            page.open(self.monitor.address)
            page.wait("the drawing", "return document.querySelector('#panel svg .drop')")
            page.run("document.getElementById('all').open = true")
            time.sleep(2)
            self.assertEqual(axe_findings(page, source), [], f"dark: {dark}")
            page.close()

    def test_old_figures_are_said_to_be_old(self):
        m = Monitor(self.b, listen="127.0.0.1:0")
        page = browser(self)
        page.open(m.address)
        self.assertEqual(m.proc.stop(signal.SIGTERM), 0)
        page.wait("the word that it is old", "return document.getElementById('fresh').textContent.startsWith('No news since')")
        Monitor(self.b, listen=f"127.0.0.1:{m.port}")
        page.wait("news", "return document.getElementById('fresh').textContent.startsWith('Live')", deadline=15)
