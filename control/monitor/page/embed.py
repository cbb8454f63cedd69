#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Writes the files of the live page as a C source: embed.py OUTPUT FILE...

Called by meson. Each file once as it is and once compressed; see ../page.h.
"""

import gzip
import hashlib
import os
import sys

TYPES = {".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8",
         ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}


def array(name, data):
    lines = [", ".join(f"0x{b:02x}" for b in data[i:i + 16]) for i in range(0, len(data), 16)]
    return f"static const unsigned char {name}[] = {{\n\t" + ",\n\t".join(lines) + ",\n};\n"


def main():
    out, files = sys.argv[1], sys.argv[2:]
    parts, rows = [], []
    for number, path in enumerate(files):
        with open(path, "rb") as f:
            data = f.read()
        packed = gzip.compress(data, 9, mtime=0)
        name = os.path.basename(path)
        where = "/" if name == "index.html" else "/" + name
        etag = hashlib.sha256(data).hexdigest()[:16]
        parts += [array(f"plain_{number}", data), array(f"gzip_{number}", packed)]
        rows.append(f'\t{{"{where}", "{TYPES[os.path.splitext(name)[1]]}", "\\"{etag}\\"", '
                    f"plain_{number}, gzip_{number}, sizeof(plain_{number}), "
                    f"sizeof(gzip_{number})}},\n")
    with open(out, "w", encoding="utf-8") as f:
        f.write("/* Made by control/monitor/page/embed.py. */\n#include \"monitor/page.h\"\n\n")
        f.write("\n".join(parts))
        f.write("\nconst struct monitor_asset monitor_assets[] = {\n" + "".join(rows) +
                "\t{NULL, NULL, NULL, NULL, NULL, 0, 0},\n};\n")


if __name__ == "__main__":
    main()
