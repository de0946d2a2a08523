"""Hosts made of network namespaces: a bridge in a namespace of its own, and for each host a namespace with a veth to it.

Needs root (CAP_NET_ADMIN, CAP_SYS_ADMIN). All names bear a prefix that no other drill has; close() removes what was made, and
it runs at exit too. Nothing of this touches the interfaces of the machine itself.
"""
import atexit
import os
import subprocess

NETWORK = "10.77.0"                  # seen in these namespaces alone
PEERS = "10.78.0"                    # a second network, between the brokers
VIRTUAL = f"{NETWORK}.100"           # the address that moves


class Unavailable(Exception):
    """This machine gives us no namespaces; the text says why."""


def ip(*words, check=True):
    done = subprocess.run(["ip", *map(str, words)], text=True, capture_output=True)
    if check and done.returncode != 0:
        raise RuntimeError(f"ip {' '.join(map(str, words))}: {done.stderr.strip()}")
    return done


def missing():
    """Why there can be no namespaces here; empty if there can."""
    if os.geteuid() != 0:
        return "not root"
    name = f"argosy-try-{os.getpid()}"
    try:
        done = ip("netns", "add", name, check=False)
    except OSError as error:
        return f"ip: {error}"
    if done.returncode != 0:
        return done.stderr.strip()
    try:
        done = ip("-n", name, "link", "add", "v0", "type", "veth", "peer", "name", "v1", check=False)
        return done.stderr.strip()
    finally:
        ip("netns", "del", name, check=False)


class Hosts:
    def __init__(self):
        why = missing()
        if why:
            raise Unavailable(why)
        self.prefix = f"ad{os.getpid()}"
        self.names = []
        self.hub = self._namespace("hub")
        atexit.register(self.close)
        for bridge in ("br0", "br1"):
            ip("-n", self.hub, "link", "add", bridge, "type", "bridge")
            ip("-n", self.hub, "link", "set", bridge, "up")

    def _namespace(self, name):
        full = f"{self.prefix}-{name}"
        ip("netns", "add", full)
        self.names.append(full)
        ip("-n", full, "link", "set", "lo", "up")
        return full

    def add(self, name, number):
        """A host with the addresses NETWORK.number on eth0 and PEERS.number on eth1; the first of them."""
        inside = self._namespace(name)
        for port, network in enumerate((NETWORK, PEERS)):
            cable = f"{name}-{port}"
            ip("-n", self.hub, "link", "add", cable, "type", "veth", "peer", "name", f"eth{port}", "netns", inside)
            ip("-n", self.hub, "link", "set", cable, "master", f"br{port}")
            ip("-n", self.hub, "link", "set", cable, "up")
            ip("-n", inside, "link", "set", f"eth{port}", "up")
            ip("-n", inside, "address", "add", f"{network}.{number}/24", "dev", f"eth{port}")
        return f"{NETWORK}.{number}"

    def inside(self, name):
        """The words that run a command on this host, by exec."""
        return ["nsenter", f"--net=/run/netns/{self.prefix}-{name}", "--"]

    def cut(self, name, ports=(0, 1)):
        """Packets to and from this host are dropped from now on; nobody gets a reset. Port 1: the brokers' own network."""
        for port in ports:
            ip("-n", self.hub, "link", "set", f"{name}-{port}", "nomaster")

    def heal(self, name, ports=(0, 1)):
        for port in ports:
            ip("-n", self.hub, "link", "set", f"{name}-{port}", "master", f"br{port}")

    def close(self):
        for name in reversed(self.names):
            ip("netns", "del", name, check=False)
        self.names = []
