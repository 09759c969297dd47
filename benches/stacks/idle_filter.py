"""A WebAssembly filter for Envoy that does nothing: what every filter of this kind costs at least.

`module()` returns the module. Envoy calls it for each request and for each response, and it lets both continue.
"""

# The types of the functions that Envoy calls, as parameters and results, each a 32-bit number (proxy-wasm, ABI 0.2.1).
I32 = b"\x7f"
TYPES = [(0, 0), (1, 1), (2, 0), (2, 1), (3, 1)]
# For each exported function its type, and the number that it returns.
FUNCTIONS = {
    "proxy_abi_version_0_2_1": (0, None),
    "proxy_on_memory_allocate": (1, 4096),
    "proxy_on_context_create": (2, None),
    "proxy_on_vm_start": (3, 1),
    "proxy_on_configure": (3, 1),
    "proxy_on_request_headers": (4, 0),
    "proxy_on_response_headers": (4, 0),
}


def number(value):
    """LEB128, as WebAssembly writes numbers. A signed one must not end in a byte whose bit 6 is set."""
    written = b""
    while value >= 0x40:
        written += bytes([value & 0x7F | 0x80])
        value >>= 7
    return written + bytes([value])


def listed(items):
    return number(len(items)) + b"".join(items)


def section(kind, items):
    content = listed(items)
    return bytes([kind]) + number(len(content)) + content


def module():
    types = [b"\x60" + listed([I32] * parameters) + listed([I32] * results) for parameters, results in TYPES]
    functions = [number(kind) for kind, _ in FUNCTIONS.values()]
    memory = [b"\x00" + number(1)]
    name = lambda text: listed([bytes([byte]) for byte in text.encode()])  # noqa: E731
    exports = [name("memory") + b"\x02\x00", *(name(export) + b"\x00" + number(index) for index, export in enumerate(FUNCTIONS))]
    bodies = [b"\x00" + (b"" if result is None else b"\x41" + number(result)) + b"\x0b" for _, result in FUNCTIONS.values()]
    codes = [number(len(body)) + body for body in bodies]
    sections = [(1, types), (3, functions), (5, memory), (7, exports), (10, codes)]
    return b"\x00asm\x01\x00\x00\x00" + b"".join(section(kind, items) for kind, items in sections)
