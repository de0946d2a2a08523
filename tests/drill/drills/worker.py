"""Drills of workers: killed, frozen past the lease, cut off past it, and a second one with the same key."""
import os
import shutil

from cluster import ARGOSY, words_of
from drills import Drill
from member import Member, exists
from moment import Moment, hold, now, until


def past_lease(stage):
    """Seconds in which every lease has run out, and the master has given the attempts away."""
    return stage.lease_s * 2 if stage.plan.scaled else stage.lease_s * 1.02 + 4


def until_busy(stage, worker, lasts_s=0.5):
    """Until a task runs there that still has so many seconds to go; the processes below the worker."""
    def running():
        here = Moment("", now(), pids=stage.tasks_of(worker))
        return [r for r in stage.taken(here) if run_s(r.pid) - (here.since - r.started) / 1e6 > lasts_s]
    until(running, f"a task runs on {worker} for {lasts_s} s more", 120)
    return stage.tasks_of(worker)


def run_s(pid):
    """How long a drill_task runs, by its arguments; 0: it is gone."""
    words = words_of(pid)
    return int(words[3]) / 1000 if len(words) > 5 else 0


def kill(stage):
    """Killed with SIGKILL and started again at once, as a service manager does it."""
    worker = stage.rng.choice(stage.fleet.workers())
    pids = until_busy(stage, worker)
    moment = stage.fault("worker-kill", measure="rerun", pids=pids, note=worker)
    stage[worker].kill()
    stage[worker].start()
    stage.until_again(moment)


def freeze(stage):
    """The worker alone, or with its keeper, is stopped past its lease; its tasks stay alive; then it goes on."""
    worker, with_keeper = stage.rng.choice(stage.fleet.workers()), len(stage.moments) % 2 == 1
    pids = until_busy(stage, worker, past_lease(stage))
    frozen = [stage[worker].pid, *([stage[worker].keeper()] if with_keeper else [])]
    moment = stage.fault("worker-freeze", measure="rerun", pids=pids, note=f"{worker}{' and its keeper' if with_keeper else ''}")
    stage[worker].freeze(frozen)
    hold(past_lease(stage))
    stage[worker].cont()
    stage.until_again(moment)
    stage.fleet.until_whole()


def cut(stage):
    """Its host is cut off without a reset past its lease, and healed."""
    worker = stage.rng.choice(stage.fleet.workers())
    pids = until_busy(stage, worker, past_lease(stage))
    moment = stage.fault("worker-cut", measure="rerun", pids=pids, note=worker)
    stage.fleet.hosts.cut(worker)
    hold(past_lease(stage))
    stage.fleet.hosts.heal(worker)
    stage.until_again(moment)
    stage.fleet.until_whole()


def twin(stage):
    """A second host with the same key comes: it is refused by name, and nobody's session or task is touched."""
    worker = stage.rng.choice(stage.fleet.workers())
    pids = until_busy(stage, worker)
    before, second = stage[worker].pid, Twin(stage, worker)
    moment = stage.fault("worker-twin", note=worker)
    try:
        second.member.start()
        until(second.refused, lambda: f"the twin is refused: {second.said()[-2000:]}", 30)
        stage.run_on()
    finally:
        second.member.kill()
        second.remove()
    stage.until_again(moment)
    assert stage[worker].pid == before and exists(before), f"{worker} was ended by its twin"
    gone = {r.pid for r in stage.taken(Moment("", now(), pids=pids)) if not exists(r.pid)}
    taken = [r.pid for r in stage.taken(Moment("", now(), pids=pids)) if r.pid in gone]   # gone, and still without an end
    assert not taken, f"the twin cost attempts: processes {taken}"


class Twin:
    """The same worker's key and settings on what says that it is another machine: a mount namespace with another machine-id."""

    def __init__(self, stage, worker):
        self.folder = stage.folder / f"twin-{len(stage.moments)}"
        shutil.copytree(stage.fleet.folder, self.folder, ignore=shutil.ignore_patterns("workers", "log", "catalog", "run", "broker"))
        (self.folder / "log").mkdir()
        (self.folder / "workers").mkdir()
        (self.folder / "machine-id").write_text(os.urandom(16).hex() + "\n")
        script = f'mount --bind "{self.folder}/machine-id" /etc/machine-id && exec "$@"'
        command = [ARGOSY, "worker", "start", "--dir", self.folder, "--name", worker]
        self.log = self.folder / "log" / "twin.log"
        self.member = Member("twin", command, self.log, [*stage.fleet.inside("client"), "unshare", "-m", "sh", "-c", script, "sh"])

    def said(self):
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def refused(self):
        return "is connected from host" in self.said()

    def remove(self):
        shutil.rmtree(self.folder, ignore_errors=True)


DRILLS = [
    Drill("worker-kill", "a killed worker's tasks run again as soon as it is back", kill, in_storm=True),
    Drill("worker-freeze", "a stopped worker's tasks die at its lease; none runs beside its successor", freeze, outlast=True, in_storm=True),
    Drill("worker-cut", "a cut-off worker's tasks die at its lease; it comes back and goes on", cut, hosts=True, outlast=True, in_storm=True),
    Drill("worker-twin", "a second host with the same key is refused and costs nothing", twin, quick=1, in_storm=True),
]
