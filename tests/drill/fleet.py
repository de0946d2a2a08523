"""A cluster whose processes are started by hand: brokers, masters and workers, each a Member; on SQLite or another catalog."""
import base64
import json
import os
import subprocess
from dataclasses import dataclass

import keys
from cluster import ARGOSY, BUG, ROOT, Done, free_port, kill
from disk import Disk
from hosts import NETWORK, PEERS, VIRTUAL, Hosts
from member import Member
from moment import until
from pair import the_pair

PKCS8 = bytes.fromhex("302e020100300506032b656e04220420")   # what stands before the 32 bytes of an X25519 key
SCALED = {"broker": {"heartbeat": '"250ms"', "silence": '"2s"'},
          "master": {"lease": '"2s"', "catalog_grace": '"10s"', "kill_time": '"500ms"', "confirm_every": '"1s"'}}
SCALED_LEASE, DEFAULT_LEASE = 2, 60


@dataclass
class Plan:
    """What a drill needs."""
    brokers: int = 1
    masters: int = 1
    workers: int = 2
    hosts: bool = False              # each role on a host of its own, in network namespaces
    catalog: str = ""                # "": SQLite in the folder; "server": scripts/test-postgres; "pair": catalog-pair
    scaled: bool = True              # timers: lease 2 s instead of a minute
    small_disk: bool = False         # SQLite on a disk that can be full


def database(name):
    """A database of its own on the server of scripts/test-postgres; its address."""
    server = os.environ["ARGOSY_TEST_POSTGRES"]
    fresh = f"drill_{name.replace('-', '_')}_{os.urandom(4).hex()}"
    subprocess.run(["psql", "-X", "-q", server, "-c", f"create database {fresh}"], check=True)
    return server.rsplit("/", 1)[0] + "/" + fresh


def private(file, text):
    file.touch(mode=0o600)
    file.write_text(text)


class Fleet:
    def __init__(self, folder, name, plan):
        self.folder, self.name, self.plan = folder / "cluster", name, plan
        self.lease_s = SCALED_LEASE if plan.scaled else DEFAULT_LEASE
        self.hosts = Hosts() if plan.hosts else None
        self.pair = the_pair() if plan.catalog == "pair" else None
        self.catalog = self.pair.database(name) if self.pair else database(name) if plan.catalog == "server" else ""
        self.disk = None
        self.members = {}
        self.endpoint = f"tcp://{VIRTUAL}:7433" if plan.hosts else f"tcp://127.0.0.1:{free_port()}"
        if self.hosts:
            self._make_hosts()
        self._init()
        if plan.small_disk:
            self.disk = Disk(self.folder / "catalog")
        self._define()

    # -- Making it.

    def _make_hosts(self):
        names = ["client", *self.brokers(), *self.masters(), *self.workers()]
        self.addresses = {name: self.hosts.add(name, number) for number, name in enumerate(names, 1)}
        # One broker: its address stays where it is.
        if self.plan.brokers == 1:
            subprocess.run([*self.inside("b1"), "ip", "address", "add", f"{VIRTUAL}/24", "dev", "eth0"], check=True)

    def brokers(self):
        return [f"b{n}" for n in range(1, self.plan.brokers + 1)]

    def masters(self):
        return [f"m{n}" for n in range(1, self.plan.masters + 1)]

    def workers(self):
        return [f"w{n}" for n in range(1, self.plan.workers + 1)]

    def inside(self, host):
        return self.hosts.inside(host) if self.hosts else []

    def _init(self):
        words = ["cluster", "init", "--workers", self.plan.workers, "--endpoint", self.endpoint]
        self.must(*words, *(["--catalog", self.catalog] if self.catalog else []))
        timers = SCALED if self.plan.scaled else {}
        self._add_masters()
        masters = ["master", *(f"master-{m}" for m in self.masters()[1:])]
        for role in ("broker", *masters, *(f"worker-{w}" for w in self.workers())):
            settings = dict(timers.get(role.split("-")[0], {}))
            if role.startswith("worker"):
                settings["cpu_milli"] = "4000"
            self.set(role, settings)
        if self.plan.brokers > 1:
            self._add_brokers()
        self.must("catalog", "migrate")  # before masters meet at an empty one

    def _add_masters(self):
        """Each with a key of its own in the roster, and a file like the first one's."""
        for name in self.masters()[1:]:
            pair = keys.KeyPair.generate()
            pem = base64.b64encode(PKCS8 + pair.secret).decode()
            private(self.folder / "keys" / f"master-{name}.key", f"-----BEGIN PRIVATE KEY-----\n{pem}\n-----END PRIVATE KEY-----\n")
            with open(self.folder / "roster", "a", encoding="ascii") as roster:
                roster.write(f"master {name} {pair.public.hex()}\n")
            private(self.folder / f"master-{name}.toml", (self.folder / "master.toml").read_text())
            self.set(f"master-{name}", {"name": f'"{name}"', "key": f'"keys/master-{name}.key"'})

    def _add_brokers(self):
        """A file for each: its own name, folder and address, and all the others as peers."""
        first = (self.folder / "broker.toml").read_text()
        at = {name: f"tcp://{self.addresses[name].replace(NETWORK, PEERS)}:7434" if self.hosts else f"tcp://127.0.0.1:{free_port()}"
              for name in self.brokers()}
        for name in self.brokers():
            (self.folder / f"broker-{name}.toml").write_text(first)
            (self.folder / f"broker-{name}").mkdir(mode=0o700)
            self.set(f"broker-{name}", {"name": f'"{name}"', "directory": f'"broker-{name}"', "peer_listen": f'"{at[name]}"',
                                        "watch": f'"{self.endpoint}"'})
            with open(self.folder / f"broker-{name}.toml", "a", encoding="ascii") as file:
                if self.hosts:
                    hook = ROOT / "scripts" / "hooks" / "virtual-address"
                    for key, verb in (("on_activate", "up"), ("on_deactivate", "down")):
                        file.write(f'hooks.{key} = ["{hook}", "{verb}", "{VIRTUAL}/24", "eth0"]\n')
                for other in self.brokers():
                    if other != name:
                        file.write(f'\n[[peers]]\nname = "{other}"\nendpoint = "{at[other]}"\n')
                        file.write("" if self.hosts else f'directory = "broker-{other}"\n')

    def set(self, role, settings):
        """Keys of a role's file; what stands there is replaced where it stands, what does not goes to the top."""
        file = self.folder / f"{role}.toml"
        lines, left = [], dict(settings)
        for line in file.read_text().splitlines():
            key = line.split("=")[0].strip()
            lines.append(f"{key} = {left.pop(key)}" if key in left else line)
        file.write_text("\n".join([f"{k} = {v}" for k, v in left.items()] + lines) + "\n")

    def _define(self):
        for name in self.brokers():
            more = ["--config", self.folder / f"broker-{name}.toml"] if self.plan.brokers > 1 else []
            self._member(name, "broker", "start", *more)
        for name in self.masters():
            self._member(name, "master", "start", *(["--name", name] if name != "m1" else []))
        for name in self.workers():
            self._member(name, "worker", "start", "--name", name)

    def _member(self, name, *words):
        command = [ARGOSY, *words, "--dir", self.folder]
        self.members[name] = Member(name, command, self.folder / "log" / f"{name}.log", self.inside(name))

    # -- Its life.

    def __getitem__(self, name):
        return self.members[name]

    def up(self):
        """Returns when all workers are connected."""
        self.start(*self.brokers(), *self.masters())
        for worker in self.workers():
            self.must("worker", "add", worker, "--key", self.key_of(worker))
            self.must("worker", "enable", worker)
        self.start(*self.workers())
        self.until_whole()
        self.until_standby()
        assert not self.died(), f"ended by itself: {self.died()}; see {self.folder / 'log'}"
        return self

    def key_of(self, worker):
        return keys.KeyPair.load(self.folder / "keys" / f"worker-{worker}.key").public.hex()

    def start(self, *names):
        for name in names:
            self[name].start()

    def connected(self):
        done = self.argosy("--patience", "5", "--output", "json", "worker", "list")
        return [w["worker"] for w in done.json if w["online"]] if done.code == 0 else []

    def until_whole(self, seconds=120):
        until(lambda: sorted(self.connected()) == sorted(self.workers()), lambda: f"all workers connected: {self.connected()}", seconds)

    def alive(self):
        return [name for name, member in self.members.items() if member.alive()]

    def died(self):
        """Members that ended though nobody ended them."""
        return [name for name, member in self.members.items() if member.running and not member.alive()]

    def kill_all(self):
        """SIGKILL for everything of it at once, keepers and tasks too."""
        for pid in [pid for member in self.members.values() for pid in member.tree()]:
            kill(pid)
        for member in self.members.values():
            member.kill()

    def down(self):
        """Orderly: workers first."""
        for name in [*self.workers(), *self.masters(), *self.brokers()]:
            self[name].kill(15)

    def close(self):
        self.kill_all()
        if self.hosts:
            self.hosts.close()
        if self.disk:
            self.disk.close()

    def bugs(self):
        """Lines of its logs that tell of a failed CHECK or a sanitizer's finding."""
        return [f"{file.name}: {line}" for file in sorted((self.folder / "log").glob("*.log"))
                for line in file.read_text(errors="replace").splitlines() if BUG.search(line)]

    # -- Its command line.

    def argosy(self, *words, timeout=120):
        command = [*self.inside("client"), ARGOSY, "--dir", self.folder, *words]
        return Done(subprocess.run([str(w) for w in command], text=True, capture_output=True, timeout=timeout))

    def must(self, *words, **more):
        done = self.argosy(*words, **more)
        if done.code != 0:
            raise AssertionError(f"argosy {' '.join(map(str, words))}: {done}")
        return done

    def json(self, *words, **more):
        return json.loads(self.must("--output", "json", *words, **more).out)

    def status_of(self, execution):
        return self.json("execution", "show", execution)["status"]

    def active(self):
        """The broker that serves; waits until one does."""
        if self.plan.brokers == 1:
            return "b1"
        return until(lambda: next((b["broker"] for b in self.told("broker", "list") if b["active"]), ""), "a broker serves")

    def standbys(self):
        active = self.active()
        return [name for name in self.brokers() if name != active]

    def until_standby(self, seconds=60):
        """Until one broker serves and all others stand by, heard a moment ago: only then is a takeover to be had."""
        if self.plan.brokers == 1:
            return
        def duties():
            return sorted(b["duty"] or "" for b in self.told("broker", "list") if (b["heard_ago_ms"] or 0) < 1000)
        wanted = ["active", *["standby"] * (len(self.brokers()) - 1)]
        until(lambda: duties() == wanted, lambda: f"one serves, the others stand by; they say {duties()}", seconds, 0.1)

    def told(self, *words):
        """What it says; nothing where it cannot say it now."""
        done = self.argosy("--patience", "5", "--output", "json", *words)
        return json.loads(done.out) if done.code == 0 else []

    def holder(self):
        """The master that holds the first shard; waits until one does."""
        if self.plan.masters == 1:
            return "m1"
        return until(lambda: next((m["master"] for m in self.told("master", "list") if m["shards"]), ""), "a master holds the shard")
