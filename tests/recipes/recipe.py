"""A recipe: the commands of its README, and the results that its description expects."""

import re
import shlex
import shutil
import socket
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RECIPES = ROOT / "examples" / "recipes"
DESCRIPTIONS = Path(__file__).resolve().parent / "descriptions"
# As deep as `examples/recipes`, so that `../../../bindings-node` in a package.json leads to the same folder.
INSTALLED = ROOT / "target" / "recipes"

CONSOLE = re.compile(r"^```console\n(.*?)^```$", re.M | re.S)
# Commands that the set-up has run already.
INSTALLS = ("npm ci", "pip install ", "cargo build")
# Commands that end by themselves: builds, and requests to servers that have to run. Every other command starts a server.
BUILDS = ("mkdir ", "npx next build", "npx tsc", "npx esbuild ", "cc ", "python manage.py check")
ASKS = ("corsac ", "curl ")


@dataclass
class Command:
    """A line of a README that begins with `$`, and the output that the README shows."""

    typed: str
    shown: list = field(default_factory=list)
    # The exit status that a comment promises: `# exit status 1`.
    status: int = 0

    @property
    def is_installation(self):
        return self.typed.startswith(INSTALLS)

    @property
    def builds(self):
        return self.typed.startswith(BUILDS)

    @property
    def asks(self):
        return self.typed.startswith(ASKS)

    def words(self):
        return shlex.split(self.typed)


class Recipe:
    """A copy of a recipe's folder in which the ports that people read are replaced by ports from the kernel.

    The description has: `ports`, which are the numbers in the files; `exchanges`, requests and what the response has to be;
    `pages`, what a page in a browser shows; `api`, the name of exchanges that several recipes have; `provided`, files of the
    recipe that were built from this repository; and `slow`, for a recipe that takes much longer than the others.
    """

    def __init__(self, name):
        self.name = name
        self.readme = RECIPES / name / "README.md"
        self.description = tomllib.loads((DESCRIPTIONS / f"{name}.toml").read_text())
        if "api" in self.description:
            shared = tomllib.loads((DESCRIPTIONS.parent / f"{self.description['api']}_api.toml").read_text())
            self.description["exchanges"] = shared["exchanges"] + self.description.get("exchanges", [])
        self.folder = INSTALLED / name
        self.ports = dict(zip(self.description["ports"], free_ports(len(self.description["ports"])), strict=True))

    def prepare(self):
        """Writes the copy. Everything that was installed and built in it stays."""
        for source in sorted((RECIPES / self.name).rglob("*")):
            target = self.folder / source.relative_to(RECIPES / self.name)
            if source.is_dir():
                target.mkdir(parents=True, exist_ok=True)
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                written = self.with_ports(source.read_text()).encode()
            except UnicodeDecodeError:
                written = source.read_bytes()
            # Compilers look at the time at which a file was changed, so a file with the same content is not written again.
            if not target.exists() or target.read_bytes() != written:
                target.write_bytes(written)
        for name, built in self.description.get("provided", {}).items():
            (self.folder / name).parent.mkdir(exist_ok=True)
            shutil.copyfile(ROOT / built, self.folder / name)

    def with_ports(self, text):
        numbers = "|".join(map(str, self.ports))
        return re.sub(rf"\b(?:{numbers})\b", lambda found: str(self.ports[int(found[0])]), text)

    def commands(self):
        """The commands of the README, in its order."""
        found = []
        for block in CONSOLE.findall(self.readme.read_text()):
            for line in block.splitlines():
                if line.startswith("$ "):
                    text, _, comment = line[2:].partition("  #")
                    status = re.search(r"exit status (\d+)", comment)
                    found.append(Command(self.with_ports(text.strip()), status=int(status[1]) if status else 0))
                elif found:
                    found[-1].shown.append(self.with_ports(line))
        return found

    def exchanges(self):
        return self.with_kernel_ports(self.description.get("exchanges", []))

    def pages(self):
        return self.with_kernel_ports(self.description.get("pages", []))

    def with_kernel_ports(self, value):
        if isinstance(value, dict):
            return {name: self.with_kernel_ports(inner) for name, inner in value.items()}
        if isinstance(value, list):
            return [self.with_kernel_ports(inner) for inner in value]
        return self.with_ports(value) if isinstance(value, str) else value

    def server(self):
        """The address of the server, which precedes the paths in the table of `corsac test`."""
        return self.table().get("url", f"http://localhost:{next(iter(self.ports.values()))}")

    def table(self):
        """The expectations of `corsac test`, with which a browser has to agree."""
        path = self.folder / "cors.test.toml"
        return tomllib.loads(path.read_text()) if path.exists() else {"requests": []}


def free_ports(count):
    """Ports that are free. They are different, since all are bound until the last is known."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


def names():
    """The names of all recipes. Each has a description, a README and a line in docs/recipes.md."""
    described = {path.stem for path in DESCRIPTIONS.glob("*.toml")}
    folders = {path.parent.name for path in RECIPES.glob("*/README.md")}
    listed = set(re.findall(r"examples/recipes/([\w-]+)/README\.md", (ROOT / "docs" / "recipes.md").read_text()))
    if unequal := (described ^ folders) | (folders ^ listed):
        raise SystemExit(f"these need a description, a README and a line in docs/recipes.md: {', '.join(sorted(unequal))}")
    # Those that take a long time are started first, so that the others run meanwhile.
    is_slow = lambda name: tomllib.loads((DESCRIPTIONS / f"{name}.toml").read_text()).get("slow", False)  # noqa: E731
    return sorted(described, key=lambda name: (not is_slow(name), name))
