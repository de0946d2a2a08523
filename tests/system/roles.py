"""The roles of one cluster started by hand, one process each, so that a test may kill, stop and start any of them."""
from signal import SIGCONT, SIGKILL, SIGTERM
import subprocess

from cluster import ARGOSY, SLOW, Cluster, kill, until


class Roles(Cluster):
    """A cluster without `argosy up`. Names: "b1", "m1", "w1" …; start() returns when the role has said that it is ready."""

    def __init__(self, masters=2, shards=1, workers=2, settings=None, **more):
        self.running = {}
        names = ["master"] + [f"master-m{n}" for n in range(2, masters + 1)]
        common = (settings or {}).get("master", "")
        settings = {**(settings or {}), **{name: common for name in names if common}}
        super().__init__(workers=workers, up=False, settings=settings,
                         more=("--masters", masters, "--shards", shards), **more)
        if more.get("catalog"):          # before any of several masters looks at it
            self.must("catalog", "migrate", "--dir", self.folder, "--catalog", more["catalog"])

    def launch(self, name):
        """Without waiting."""
        role = {"b": "broker", "m": "master", "w": "worker"}[name[0]]
        words = [role, "start"] + (["--name", name] if role != "broker" else [])
        with open(self.folder / "log" / f"{name}.log", "ab") as log, open(self.ready_file(name), "wb") as ready:
            self.running[name] = subprocess.Popen([ARGOSY, "--dir", self.folder, *words], stdout=ready, stderr=log,
                                                  start_new_session=True)
        return self

    def ready_file(self, name):
        return self.folder / "run" / f"{name}.ready"

    def is_ready(self, name):
        process = self.running[name]
        assert process.poll() is None, f"{name} ended with {process.returncode}:\n{self.log_of(name)}"
        return "ready" in self.ready_file(name).read_text()

    def start(self, *names):
        for name in names:
            self.launch(name)
        for name in names:
            until(lambda: self.is_ready(name), lambda: f"{name} is ready:\n{self.log_of(name)}", 120)
        return self

    def start_all(self, masters=("m1", "m2")):
        self.start("b1", *masters)
        for n in range(1, self.workers + 1):
            self.must("worker", "add", f"w{n}", "--here")
            self.must("worker", "enable", f"w{n}")
        return self.start(*[f"w{n}" for n in range(1, self.workers + 1)])

    def log_of(self, name):
        return (self.folder / "log" / f"{name}.log").read_text(errors="replace")

    def signal(self, name, number):
        kill(self.running[name].pid, number)

    def is_gone(self, name):
        return self.running[name].poll() is not None

    def end(self, name, number=SIGKILL):
        """Sends the signal and waits for its end."""
        self.signal(name, number)
        self.running[name].wait(60 * SLOW)

    def all_pids(self):
        found = super().all_pids()
        for process in self.running.values():
            if process.poll() is None:
                found.append(process.pid)
        return found

    def close(self):
        for name in sorted(self.running, reverse=True):           # workers first: their tasks end with them
            kill(self.running[name].pid, SIGCONT)
            kill(self.running[name].pid, SIGTERM)
            try:
                self.running[name].wait(20)
            except subprocess.TimeoutExpired:
                self.end(name)
        super().close()

    # -- Who holds what.

    def masters(self):
        """name -> its row of `master list`."""
        return {row["master"]: row for row in self.json("master", "list")}

    def holders(self):
        """shard -> name."""
        return {s["shard"]: name for name, row in self.masters().items() for s in row["shards"]}
