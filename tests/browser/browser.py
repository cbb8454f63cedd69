# SPDX-License-Identifier: BSD-3-Clause
"""Debian's chromium, headless, and what the cases ask of a page."""

import json
import os
import shutil
import subprocess

from selenium import webdriver
from selenium.webdriver.chrome.service import Service

from proc import wait_for

# Tasks that held the page up (Long Tasks API: above 50 ms), and shifts of its layout.
OBSERVE = """
window.longTasks = [];
window.shifts = 0;
new PerformanceObserver((list) => window.longTasks.push(...list.getEntries().map((e) => e.duration)))
  .observe({entryTypes: ["longtask"]});
new PerformanceObserver((list) => { for (const e of list.getEntries()) if (!e.hadRecentInput) window.shifts += e.value; })
  .observe({type: "layout-shift", buffered: true});
"""


class Browser:
    def __init__(self, directory, width=1280, height=1100, dark=False, reduced=False):
        options = webdriver.ChromeOptions()
        options.binary_location = "/usr/bin/chromium"
        for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                         f"--window-size={width},{height}", f"--user-data-dir={directory}"):
            options.add_argument(argument)
        if dark:
            options.add_argument("--force-dark-mode")
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
        # --window-size ends at 500: the page is told another width.
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": False})
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"},
            {"name": "prefers-reduced-motion", "value": "reduce" if reduced else "no-preference"}]})
        self.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": OBSERVE})

    def open(self, url):
        self.driver.get(url)
        self.wait("the first state", "return document.getElementById('fresh').className === 'good'")

    def run(self, script, *args):
        return self.driver.execute_script(script, *args)

    def wait(self, what, script, *args, deadline=10.0):
        return wait_for(what, lambda: self.run(script, *args), deadline, step=0.05)

    def text(self, selector):
        """Text of the page, of SVG as well."""
        return self.run("return [...document.querySelectorAll(arguments[0])].map((n) => n.textContent).join('\\n')",
                        selector)

    def complaints(self):
        return [line["message"] for line in self.driver.get_log("browser")
                if line["level"] == "SEVERE"]

    def picture(self, path):
        self.driver.save_screenshot(path)

    def close(self):
        self.driver.quit()


def axe_source(directory):
    """axe-core of npm, or None without npm."""
    if shutil.which("npm") is None:
        return None
    os.makedirs(directory, exist_ok=True)
    subprocess.run(["npm", "install", "--no-save", "--no-audit", "--no-fund", "--ignore-scripts",
                    "--prefix", directory, "axe-core@4"], check=True, timeout=120,
                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    with open(os.path.join(directory, "node_modules/axe-core/axe.min.js"), encoding="utf-8") as f:
        return f.read()


def axe_findings(browser, source):
    """What axe-core has to say against the page."""
    # By the driver: the page's own policy lets no foreign script in.
    browser.run(source)
    browser.driver.set_script_timeout(60)
    found = browser.driver.execute_async_script(
        "const done = arguments[0]; axe.run().then((r) => done(JSON.stringify(r.violations)));")
    return [f"{v['id']}: {v['help']}: {[n['html'][:150] for n in v['nodes']][:3]}"
            for v in json.loads(found)]
