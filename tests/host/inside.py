#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Runs in the box: command lines come in over a virtio port, each with a number, and what became of
them goes out. One JSON object a line, both ways. Started by box.service; needs only Python.
"""

import glob
import json
import os
import subprocess
import threading
import time

PORT = "box"
OUTPUT_MAX = 1 << 20


def find_port():
    while True:
        for name in glob.glob("/sys/class/virtio-ports/*/name"):
            with open(name, encoding="ascii") as f:
                if f.read().strip() == PORT:
                    return "/dev/" + name.split("/")[-2]
        time.sleep(0.05)


class Port:
    def __init__(self, path):
        self.fd = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        self.lock = threading.Lock()

    def say(self, **what):
        data = (json.dumps(what) + "\n").encode()
        with self.lock:
            while data:
                data = data[os.write(self.fd, data):]

    def lines(self):
        rest = b""
        while True:
            data = os.read(self.fd, 65536)
            if not data:  # nobody has the other end
                time.sleep(0.05)
            rest += data
            *whole, rest = rest.split(b"\n")
            yield from whole


def serve(port, request):
    begun = time.monotonic()
    try:
        done = subprocess.run(["bash", "-c", request["run"]], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
                              timeout=request["deadline"])
        code, output = done.returncode, done.stdout
    except subprocess.TimeoutExpired as e:
        code, output = None, e.stdout or b""
    port.say(id=request["id"], code=code, seconds=time.monotonic() - begun,
             output=output[-OUTPUT_MAX:].decode(errors="replace"))


def main():
    port = Port(find_port())
    with open("/proc/uptime", encoding="ascii") as f:
        port.say(hello=float(f.read().split()[0]))
    for line in port.lines():
        threading.Thread(target=serve, args=(port, json.loads(line)), daemon=True).start()


main()
