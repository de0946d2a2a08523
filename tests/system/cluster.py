"""A cluster of `argosy up` in a folder of its own on a free port, for one test. It is stopped and removed at the end.

Environment: ARGOSY, the program (default: build/release/argosy); ARGOSY_TEST_KEEP=1 leaves the folder for people to look at;
ARGOSY_TEST_SLOW=5 waits five times as long for everything: instrumented programs, loaded machines.
Nothing here sleeps: `until` asks the cluster again until it says what is waited for, or the deadline is over.
"""
import contextlib
import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
ARGOSY = os.environ.get("ARGOSY") or str(ROOT / "build" / "release" / "argosy")
SLOW = float(os.environ.get("ARGOSY_TEST_SLOW") or 1)
SKIPPED = 77                         # what ctest takes for "skipped"
BUG = re.compile(r"check failed|terminate called|AddressSanitizer|LeakSanitizer|ThreadSanitizer|UndefinedBehavior|runtime error:|"
                 r"ended by signal (4|6|7|8|11);", re.IGNORECASE)


class Done:
    """How a command ended."""

    def __init__(self, done):
        self.code, self.out, self.err = done.returncode, done.stdout, done.stderr

    @property
    def json(self):
        return json.loads(self.out)

    def __repr__(self):
        return f"exit {self.code}\nstdout: {self.out[-2000:]}\nstderr: {self.err[-2000:]}"


def argosy(*words, env=None, cwd=None, timeout=120, stdin=None):
    patience = ["--patience", 10 * SLOW] if SLOW > 1 and "--patience" not in words else []
    return Done(subprocess.run([ARGOSY, *map(str, [*patience, *words])], text=True, capture_output=True, timeout=timeout * SLOW, cwd=cwd, input=stdin,
                               env={**os.environ, **(env or {})}))


def until(holds, what, seconds=60):
    """Asks until it holds; its value."""
    deadline = time.monotonic() + seconds * SLOW
    while True:
        value = holds()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what() if callable(what) else what}")


def lines_of(file):
    """Those that are whole: who reads while another writes may meet the beginning of one (where a page of the file ends)."""
    return Path(file).read_text().rpartition("\n")[0].splitlines()


def children_of(pid):
    try:
        return [int(p) for t in Path(f"/proc/{pid}/task").iterdir() for p in (t / "children").read_text().split()]
    except OSError:
        return []


def words_of(pid):
    """The command line; empty for what has ended, a zombie too."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").rstrip("\0").split("\0")
    except OSError:
        return [""]


def kill(pid, number=signal.SIGKILL):
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass


def keeper_of(worker):
    """The keeper's pid, by its worker's: a child of its guard, which bears the same command line; 0 if there is none."""
    guards = [p for p in children_of(worker) if "keeper" in " ".join(words_of(p)[:2])]
    return next((p for guard in guards for p in children_of(guard) if "keeper" in " ".join(words_of(p)[:2])), 0)


class Cluster:
    def __init__(self, workers=1, cpu_milli=2000, catalog="", up=True, folder=None, settings=None, more=()):
        """settings: {"master": "key = value\\n"…}, put in front of a role's file before it starts. more: words for `cluster init`."""
        self.temporary = tempfile.mkdtemp(prefix="argosy-system-")
        self.folder = Path(folder or self.temporary) / "cluster"
        self.workers = workers
        self.more = more
        self.init(catalog, cpu_milli, settings or {})
        if up:
            self.up()

    def init(self, catalog, cpu_milli, settings):
        words = ["cluster", "init", "--dir", self.folder, "--workers", self.workers]
        words += ["--endpoint", f"tcp://127.0.0.1:{free_port()}"] + (["--catalog", catalog] if catalog else []) + [*self.more]
        self.must(*words)
        if catalog:
            settings = {**settings, "master": "migrate = true\n" + settings.get("master", "")}
        for n in range(1, self.workers + 1):
            self.edit(f"worker-w{n}", lambda text: "\n".join(
                f"cpu_milli = {cpu_milli}" if line.startswith("cpu_milli") else line for line in text.splitlines()) + "\n")
        for role, lines in settings.items():
            keys = [line.split("=")[0].strip() for line in lines.splitlines()]
            self.edit(role, lambda text: lines + "".join(
                line for line in text.splitlines(True) if line.split("=")[0].strip() not in keys))

    def edit(self, role, change):
        file = self.folder / f"{role}.toml"
        file.write_text(change(file.read_text()))

    # -- Its processes.

    def up(self, *more):
        done = argosy("up", "--dir", self.folder, "--workers", self.workers, "--background", *more)
        if done.code != 0:
            raise AssertionError(f"argosy up: {done}\n{self.logs()}")
        return self

    def down(self):
        return argosy("down", "--dir", self.folder)

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind:
            print(self.logs(), file=sys.stderr)
        self.close()

    def close(self):
        self.down()
        self.kill_all()
        bugs = [line for file in (self.folder / "log").glob("*.log") for line in file.read_text(errors="replace").splitlines()
                if BUG.search(line)]
        if bugs:                     # a role that died of a bug was started again: the test itself may not have noticed
            print(self.logs(), file=sys.stderr)
            raise AssertionError(f"a bug of ours: {bugs[:5]}")
        if os.environ.get("ARGOSY_TEST_KEEP"):
            print(f"kept: {self.folder}", file=sys.stderr)
        else:
            shutil.rmtree(self.temporary, ignore_errors=True)

    def supervisor(self):
        try:
            pid = int((self.folder / "run" / "up.lock").read_text() or 0)
        except (OSError, ValueError):
            return 0
        return pid if str(self.folder) in words_of(pid) else 0

    def pid(self, name):
        """Of "broker", "b2", "master", "m2", "w1" …, "keeper" (the first worker's); 0: not running."""
        if name == "keeper":
            worker = self.pid("w1")
            return keeper_of(worker) if worker else 0
        role = {"b": "broker", "m": "master", "w": "worker"}[name[0]]
        for pid in children_of(self.supervisor()):
            words = words_of(pid)
            if words[1:3] == [role, "start"] and (words[-1] == name or (name == role and "--name" not in words)):
                return pid
        return 0

    def all_pids(self):
        """Supervisor, roles, keepers and whatever tasks run below them."""
        found, todo = [], [self.supervisor()] if self.supervisor() else []
        while todo:
            found.append(todo.pop())
            todo += children_of(found[-1])
        return found

    def kill_all(self):
        """SIGKILL for the whole cluster at once, tasks left to their keeper's care when that is dead too."""
        for pid in self.all_pids():
            kill(pid)

    def kill_role(self, role):
        """SIGKILL; returns when another process has taken its place."""
        before = until(lambda: self.pid(role), f"{role} runs")
        kill(before)
        until(lambda: self.pid(role) not in (0, before), f"{role} was started again")

    def logs(self):
        out = []
        for file in sorted((self.folder / "log").glob("*.log")):
            out.append(f"--- {file.name}\n" + "\n".join(file.read_text(errors="replace").splitlines()[-40:]))
        return "\n".join(out)

    # -- Its command line.

    def argosy(self, *words, **more):
        return argosy("--dir", self.folder, *words, **more)

    def must(self, *words, **more):
        done = argosy(*words, **more) if "--dir" in words else self.argosy(*words, **more)
        if done.code != 0:
            raise AssertionError(f"argosy {' '.join(map(str, words))}: {done}")
        return done

    def json(self, *words, **more):
        return self.must("--output", "json", "--dir", self.folder, *words, **more).json

    def submit(self, *words, **more):
        """Its execution's number."""
        return int(self.must("--output", "quiet", "--dir", self.folder, "submit", *words, **more).out.split()[0])

    def show(self, execution):
        shown = self.json("execution", "show", str(execution))
        return shown[0] if isinstance(shown, list) else shown

    def wait(self, execution, seconds=120):
        """Until it has ended; its status."""
        argosy("--dir", self.folder, "execution", "wait", str(execution), timeout=seconds)
        return self.show(execution)["status"]

    def reasons(self, execution):
        """What explain says, one text a task."""
        return [r["reason"] for r in self.json("execution", "explain", str(execution))["reasons"]]

    def until_reason(self, execution, part, seconds=60):
        return until(lambda: any(part in r for r in self.reasons(execution)),
                     lambda: f"explain {execution} says \"{part}\"; it says {self.reasons(execution)}", seconds)

    def endpoint(self):
        line = next(l for l in (self.folder / "cluster.toml").read_text().splitlines() if l.startswith("endpoint"))
        return line.split('"')[1]

    def port(self):
        return int(self.endpoint().rsplit(":", 1)[1])

    def verify(self):
        return self.json("catalog", "verify")

    def counters(self):
        """Of the broker, by name."""
        return self.json("broker", "list")[0]["counters"]


def candidate_ports():
    """Below those that the kernel gives to outgoing connections: one of these might take a port before it is bound. In another order each time."""
    first = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    ports = list(range(first // 2, first))
    random.shuffle(ports)
    return iter(ports)


PORTS = candidate_ports()


def free_port():
    """Another one each time."""
    for port in PORTS:
        with socket.socket() as tried, contextlib.suppress(OSError):
            tried.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no port is free")
