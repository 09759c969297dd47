"""Bodies that a response needs so that a page can use it: an image, a script, a font."""

import base64
import struct

# One transparent pixel.
PNG = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")

# A page sees the text of this error only if it can read the script.
SCRIPT = b"throw Error('secret')"


def of(initiator, answer):
    """The body of an answer to a request of this initiator, with the length that the answer declares."""
    content = {
        "img": PNG,
        "script": SCRIPT,
        "module": SCRIPT,
        "css": b"b{color:red}",
        "eventsource": b"data: hi\n\n",
    }.get(initiator, b"hello")
    length = declared_length(answer)
    if initiator == "font":
        return font(length or 1256)
    if length is None:
        return content
    return content[:length].ljust(length, b" ")


def empty(answer):
    """The body of a preflight's answer: spaces, as many as the answer declares."""
    return b" " * (declared_length(answer) or 0)


def declared_length(answer):
    for name, value in answer.get("headers") or []:
        if name.lower() == "content-length" and value.isdigit():
            return int(value)
    return None


def font(length):
    """A TrueType font with one empty glyph, of this many bytes."""
    name_records = [(1, "corsac"), (2, "Regular"), (4, "corsac"), (6, "corsac")]
    names, strings = b"", b""
    for identifier, text in name_records:
        encoded = text.encode("utf-16-be")
        names += struct.pack(">6H", 3, 1, 0x409, identifier, len(encoded), len(strings))
        strings += encoded
    subtable = struct.pack(">7H", 4, 24, 0, 2, 2, 0, 0) + struct.pack(">5H", 0xFFFF, 0, 0xFFFF, 1, 0)
    tables = {
        b"OS/2": struct.pack(
            ">Hh3H11h10s4L4s3H3h2H", 3, 500, 400, 5, 0, *[100] * 8, 10, 250, 0, bytes(10), 0, 0, 0, 0, b"none", 64, 32, 32, 800, -200, 0, 800, 200
        )
        + struct.pack(">2L2h3H", 1, 0, 400, 700, 0, 32, 0),
        b"cmap": struct.pack(">4HL", 0, 1, 3, 1, 12) + subtable,
        b"glyf": struct.pack(">5h", 1, 0, 0, 10, 10) + struct.pack(">2H", 2, 0) + bytes([1, 1, 1]) + struct.pack(">6h", 0, 10, 0, 0, 0, 10) + b"\0",
        b"head": struct.pack(">4L2H2Q4h2H3h", 0x10000, 0x10000, 0, 0x5F0F3CF5, 3, 1000, 0, 0, 0, 0, 10, 10, 0, 8, 2, 1, 0),
        b"hhea": struct.pack(">L3h H11hH".replace(" ", ""), 0x10000, 800, -200, 0, 500, 0, 0, 10, 1, 0, 0, 0, 0, 0, 0, 0, 1),
        b"hmtx": struct.pack(">Hh", 500, 0),
        b"maxp": struct.pack(">L14H", 0x10000, 1, 3, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0),
        b"name": struct.pack(">3H", 0, len(name_records), 6 + 12 * len(name_records)) + names + strings,
        b"post": struct.pack(">2L2h5L", 0x30000, 0, 0, 0, 0, 0, 0, 0, 0),
    }
    tables[b"glyf"] += b"\0" * (-len(tables[b"glyf"]) % 4)
    tables[b"loca"] = struct.pack(">2L", 0, len(tables[b"glyf"]))
    padded = sum(len(data) + -len(data) % 4 for data in tables.values())
    # Browsers ignore a table that they do not know, so it can contain any number of bytes.
    filler = length - (12 + 16 * (len(tables) + 1) + padded)
    tables[b"zzzz"] = bytes(max(filler, 0))
    offset, directory, data = 12 + 16 * len(tables), b"", b""
    for tag in sorted(tables):
        table = tables[tag]
        directory += tag + struct.pack(">3L", checksum(table), offset + len(data), len(table))
        data += table + b"\0" * (-len(table) % 4)
    power = len(tables).bit_length() - 1
    return struct.pack(">L4H", 0x10000, len(tables), 16 << power, power, 16 * len(tables) - (16 << power)) + directory + data


def checksum(table):
    table += b"\0" * (-len(table) % 4)
    return sum(struct.unpack(f">{len(table) // 4}L", table)) & 0xFFFFFFFF
