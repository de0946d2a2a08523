"""One process of a fleet: started by hand, known by its pid, killed, stopped and started again by it."""
import os
import signal
import subprocess

from cluster import children_of, keeper_of, kill
from moment import until


class Member:
    """`prefix`: words in front of the command that put it into a namespace; they exec, so that the pid stays."""

    def __init__(self, name, command, log, prefix=()):
        self.name, self.command, self.log, self.prefix = name, [str(w) for w in command], log, [str(w) for w in prefix]
        self.running = None
        self.stopped = []

    @property
    def pid(self):
        return self.running.pid if self.running else 0

    def start(self, stdin=subprocess.DEVNULL):
        with open(self.log, "ab") as log:
            self.running = subprocess.Popen([*self.prefix, *self.command], stdin=stdin, stdout=log, stderr=log,
                                            start_new_session=True)
        return self

    def alive(self):
        return self.running is not None and self.running.poll() is None

    def kill(self, number=signal.SIGKILL):
        """Returns when the process is gone."""
        if self.running:
            self.cont()
            kill(self.pid, number)
            self.running.wait(timeout=120)

    def stop(self):
        """Orderly, as a service manager does it; what it ended with."""
        self.kill(signal.SIGTERM)
        return self.running.returncode if self.running else 0

    def freeze(self, pids=None):
        """SIGSTOP for it, or for the pids given; returns when it is stopped (a keeper is let go on by its guard)."""
        self.stopped = list(pids or [self.pid])
        for pid in self.stopped:
            kill(pid, signal.SIGSTOP)
        until(lambda: state_of(self.pid) in "TZX", f"{self.name} is stopped", 30)

    def cont(self):
        for pid in self.stopped:
            kill(pid, signal.SIGCONT)
        self.stopped = []

    def keeper(self):
        """A worker's keeper; 0 if there is none."""
        return keeper_of(self.pid) if self.alive() else 0

    def tree(self):
        """Its pid and those of all that runs below it."""
        found, todo = [], [self.pid] if self.alive() else []
        while todo:
            found.append(todo.pop())
            todo += children_of(found[-1])
        return found


def state_of(pid):
    """R, S, D, T, Z of /proc; X: gone."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as text:
            return text.read().rsplit(")", 1)[1].split()[0]
    except OSError:
        return "X"


def began(pid):
    """When it did, in microseconds of moment.now(), rounded down; None: it is gone. Numbers of processes come again, these do not."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as text:
            return int(text.read().rsplit(")", 1)[1].split()[19]) * 1_000_000 // os.sysconf("SC_CLK_TCK")
    except OSError:
        return None


def exists(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return state_of(pid) not in "ZX"
