# SPDX-License-Identifier: BSD-3-Clause
"""The report: what the host is, each step with its figure, and for what failed the end of the logs. On the screen as
it grows, and in a file when all is done.
"""

import subprocess
import time


def version_of(path):
    done = subprocess.run([path, "--", "--version"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace", check=False, timeout=30)
    return done.stdout.strip().splitlines()[-1] if done.stdout.strip() else f"exit code {done.returncode}"


class Report:
    def __init__(self, path):
        self.path = path
        self.lines = []
        self.logs = []
        self.results = []

    def say(self, *lines):
        for line in lines:
            print(line, flush=True)
            self.lines.append(line)

    def host(self, host, programs, nics):
        self.say(f"spp-event, acceptance test of {time.strftime('%Y-%m-%d %H:%M:%S %z')}", *host,
                 *(f"{name}: {version_of(path)}" for name, path in programs.items()), *nics, "")

    def begin(self, name, about):
        print(f"... {name}: {about}", flush=True)

    def step(self, name, result, figure, seconds=0.0):
        self.results.append(result)
        first, *more = figure.splitlines()
        self.say(f"{result:9} {name:18} {seconds:6.1f} s  {first}", *(f"{'':28}{line}" for line in more))

    def add_logs(self, name, text):
        self.logs += ["", f"when \"{name}\" failed:", text]

    def close(self, good):
        count = {result: self.results.count(result) for result in ("PASS", "FAIL", "SKIP", "not tried")}
        self.say("", ", ".join(f"{n} {result}" for result, n in count.items() if n) +
                 (": all passed" if good and not count["SKIP"] else "" if good else ": FAILED"))
        if self.logs:
            self.say(*"\n".join(self.logs).splitlines())
        with open(self.path, "w", encoding="utf-8") as f:
            f.write("\n".join(self.lines) + "\n")
        print(f"report: {self.path}")
