# SPDX-License-Identifier: BSD-3-Clause
"""A pcapng file, block by block, checked against draft-ietf-opsawg-pcapng as it is read.

    read(path) -> File: .interfaces, .packets, .statistics
"""

import struct
import types

SECTION, INTERFACE, STATISTICS, PACKET = 0x0a0d0d0a, 1, 5, 6
RX, TX = 1, 2  # epb_flags


def options(data):
    found, at = {}, 0
    while at < len(data):
        code, size = struct.unpack_from("<HH", data, at)
        found[code] = data[at + 4:at + 4 + size]
        at += 4 + (size + 3) // 4 * 4
        if code == 0:
            break
    if data and (at != len(data) or 0 not in found):
        raise AssertionError("options do not end as they should")
    return found


def blocks(data):
    at = 0
    while at < len(data):
        kind, size = struct.unpack_from("<II", data, at)
        if size % 4 or size < 12 or at + size > len(data):
            raise AssertionError(f"a block of {size} bytes at {at} of {len(data)}")
        if struct.unpack_from("<I", data, at + size - 4)[0] != size:
            raise AssertionError(f"the block at {at} has two lengths")
        yield kind, data[at + 8:at + size - 4]
        at += size


def parse(data):
    """.interfaces: name, about, snaplen; .packets: port, time (ns), data, length, way, comment;
    .statistics: port -> (seen, lost)."""
    file = types.SimpleNamespace(interfaces=[], packets=[], statistics={})
    for number, (kind, body) in enumerate(blocks(data)):
        if (kind == SECTION) != (number == 0):
            raise AssertionError(f"block {number} is of type {kind:#x}")
        if kind == INTERFACE:
            more = options(body[8:])
            if more[9] != b"\x09":
                raise AssertionError("not nanoseconds")
            file.interfaces.append(types.SimpleNamespace(
                name=more[2].decode(), about=more.get(3, b"").decode(),
                snaplen=struct.unpack_from("<I", body, 4)[0]))
        elif kind == PACKET:
            port, high, low, captured, length = struct.unpack_from("<IIIII", body)
            more = options(body[20 + (captured + 3) // 4 * 4:])
            file.packets.append(types.SimpleNamespace(
                port=file.interfaces[port].name, time=high << 32 | low, length=length,
                data=body[20:20 + captured], comment=more.get(1, b"").decode(),
                way=struct.unpack("<I", more.get(2, bytes(4)))[0]))
        elif kind == STATISTICS:
            more = options(body[12:])
            file.statistics[file.interfaces[struct.unpack_from("<I", body)[0]].name] = tuple(
                struct.unpack("<Q", more[code])[0] for code in (4, 5))
    return file


def read(path):
    with open(path, "rb") as f:
        return parse(f.read())
