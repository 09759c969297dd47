"""Network namespaces, which act like separate machines on one network. The link of each can be cut."""

import os
import subprocess


class Unavailable(Exception):
    """This machine does not allow network namespaces."""


def ip(*arguments):
    done = subprocess.run(["ip", *map(str, arguments)], capture_output=True, text=True)
    if done.returncode != 0:
        raise Unavailable(f"ip {' '.join(map(str, arguments))}: {done.stderr.strip()}")


class Network:
    """A bridge with an address for this machine, and a namespace for each node."""

    def __init__(self, nodes):
        # Two runs at the same time have different names and addresses.
        self.tag, self.prefix = f"cs{os.getpid() % 100_000}", f"10.{100 + os.getpid() % 100}.{os.getpid() // 100 % 250}"
        self.address = f"{self.prefix}.254"
        self.bridge, self.nodes = f"{self.tag}b", []
        try:
            ip("link", "add", self.bridge, "type", "bridge")
            ip("address", "add", f"{self.address}/24", "dev", self.bridge)
            ip("link", "set", self.bridge, "up")
            for number in range(1, nodes + 1):
                self.add_node(number)
        except FileNotFoundError as error:
            raise Unavailable("the command `ip` is missing; type: apt-get install iproute2") from error
        except Unavailable:
            self.remove()
            raise

    def add_node(self, number):
        space, link, inside = f"{self.tag}n{number}", f"{self.tag}v{number}", f"{self.tag}w{number}"
        ip("netns", "add", space)
        self.nodes.append(space)
        ip("link", "add", link, "type", "veth", "peer", "name", inside)
        ip("link", "set", inside, "netns", space)
        ip("link", "set", link, "master", self.bridge, "up")
        ip("-n", space, "address", "add", f"{self.node_address(number)}/24", "dev", inside)
        ip("-n", space, "link", "set", inside, "up")
        ip("-n", space, "link", "set", "lo", "up")

    def node_address(self, number):
        return f"{self.prefix}.{number}"

    def inside(self, number):
        """The prefix of a command that runs on this node."""
        return ["ip", "netns", "exec", self.nodes[number - 1]]

    def cut(self, number):
        ip("link", "set", f"{self.tag}v{number}", "down")

    def restore(self, number):
        ip("link", "set", f"{self.tag}v{number}", "up")

    def remove(self):
        for space in self.nodes:
            subprocess.run(["ip", "netns", "del", space], capture_output=True)
        subprocess.run(["ip", "link", "del", self.bridge], capture_output=True)


class Loopback:
    """The fallback without namespaces: nodes are addresses of this machine, and no link can be cut."""

    address = "127.0.2.254"

    def __init__(self, nodes):
        pass

    def node_address(self, number):
        return f"127.0.2.{number}"

    def inside(self, number):
        return []

    def remove(self):
        pass
