"""Every link of the built site leads to a file of the site, and to an anchor that exists."""

import posixpath
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

# rustdoc checks the links of its own pages.
FOREIGN = "api/rust/"
ADDRESSES = {"a": "href", "link": "href", "img": "src", "script": "src", "source": "srcset"}


class Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.links, self.anchors = [], set()

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.anchors |= {attributes.get("id"), attributes.get("name")}
        if address := attributes.get(ADDRESSES.get(tag, "")):
            self.links.append(address)


@cache
def read(path):
    reader = Reader()
    reader.feed(path.read_text(encoding="utf-8"))
    return reader


def broken(folder):
    """How many links were checked, and those that lead nowhere, each with its page."""
    count, found = 0, []
    for path in sorted(folder.rglob("*.html")):
        page = str(path.relative_to(folder))
        if page.startswith(FOREIGN):
            continue
        for link in read(path).links:
            parts = urlsplit(link)
            if parts.scheme in ("https", "http", "mailto", "data"):
                continue
            count += 1
            name = unquote(parts.path)
            target = posixpath.normpath(posixpath.join(posixpath.dirname(page), name)) if name and not name.startswith("/") else name.lstrip("/") or page
            if name == "/":
                target = "index.html"
            file = folder / target
            if file.is_dir():
                file /= "index.html"
            if not file.is_file():
                found.append(f"{page}: {link}")
            elif parts.fragment and file.suffix == ".html" and unquote(parts.fragment) not in read(file).anchors and not target.startswith("playground/"):
                found.append(f"{page}: {link} (no such anchor)")
    return count, sorted(set(found))


if __name__ == "__main__":
    links, nowhere = broken(Path(__file__).resolve().parents[2] / "target" / "docs")
    print("\n".join(nowhere))
    print(f"{links} links, {len(nowhere)} broken")
