"""The load of a drill: submitters in processes of their own, with a mix of tasks that makes about half of the CPU busy."""
import json
import subprocess
import sys
from collections import namedtuple
from pathlib import Path

from member import Member

HERE = Path(__file__).resolve().parent
Said = namedtuple("Said", "key at")
Answer = namedtuple("Answer", "key execution at")

# words: RUN_MS CPU_MS LINES [child], as drill_task takes them. cpu_milli is what it reserves, not what it uses.
MIX = {
    "short": {"weight": 60, "items": 2, "cpu_milli": 250, "words": [0, 4, 3]},
    "chain": {"weight": 15, "items": 2, "steps": 2, "cpu_milli": 250, "words": [10, 2, 3]},
    "chatty": {"weight": 8, "items": 1, "cpu_milli": 250, "words": [600, 2, 6000]},
    "medium": {"weight": 12, "items": 1, "cpu_milli": 50, "words": [1500, 2, 150, "child"]},
    "long": {"weight": 6, "items": 1, "cpu_milli": 50, "words": [8000, 2, 800, "child"]},
}
# Tells how soon tasks start again, by so many Submits a second that cost next to nothing.
PROBES = 50
PROBE = {"probe": {"weight": 1, "items": 1, "cpu_milli": 50, "words": [0, 0, 1]}}


def mix_for(lease_s):
    """The longest tasks outlast this lease, so that a fault beyond it meets them."""
    run_ms = (8 if lease_s < 5 else lease_s + 25) * 1000
    return {**MIX, "long": {**MIX["long"], "words": [run_ms, 2, run_ms // 10, "child"]}}


class Journal:
    """What one submitter said and was told."""

    def __init__(self, file):
        self.said, self.answers, self.refusals, self.unanswered = [], [], [], []
        for line in file.read_text().splitlines() if file.exists() else []:
            kind, key, *rest = line.split()
            if kind == "S":
                self.said.append(Said(key, int(rest[0])))
            elif kind == "A":
                self.answers.append(Answer(key, int(rest[0]), int(rest[1])))
            elif kind == "R":
                self.refusals.append((key, rest[0], int(rest[1])))
            else:
                self.unanswered.append(key)


class Load:
    def __init__(self, fleet, ledger, seed, outlast_s=0, submitters=2, rate=8):
        """outlast_s: a lease that the longest tasks outlast; rate: Submits a second of each submitter."""
        self.fleet, self.ledger, self.seed = fleet, ledger, seed
        self.members, self.files = [], []
        for _ in range(submitters):
            self.add(mix_for(outlast_s), rate)

    def add(self, mix, rate, most=0, blind=False):
        """One more submitter, not yet started. most: so many Submits, 0 for no end; blind: each is said again until the
        load stops, whatever is answered. Its place in journals()."""
        fleet, name = self.fleet, f"s{len(self.members) + 1}"
        journal = fleet.folder.parent / f"journal-{name}"
        plan = {"folder": str(fleet.folder), "key": str(fleet.folder / "keys" / "submitter-submitter.key"),
                "endpoint": fleet.endpoint, "name": f"{fleet.name}-{name}", "rate": rate, "journal": str(journal),
                "program": str(drill_task()), "ledger": str(self.ledger.file), "locks": str(self.ledger.locks), "mix": mix,
                "lease_s": fleet.lease_s, "seed": f"{self.seed}-{name}", "most": most, "blind": blind}
        command = ["/usr/bin/python3", HERE / "blind_submitter.py", json.dumps(plan)]
        self.members.append(Member(name, command, fleet.folder / "log" / f"{name}.log", fleet.inside("client")))
        self.files.append(journal)
        return len(self.members) - 1

    def start(self):
        for member in self.members:
            if not member.running:
                member.start(subprocess.PIPE)
        return self

    def stop(self):
        """No new Submits; returns when all are answered or given up."""
        for member in self.members:
            member.running.stdin.close()
        for member in self.members:
            member.running.wait(timeout=180)
            if member.running.returncode != 0:
                raise AssertionError(f"submitter {member.name} ended {member.running.returncode}: see {member.log}")

    def kill(self):
        for member in self.members:
            member.kill()

    def journals(self):
        return [Journal(file) for file in self.files]


def drill_task():
    from cluster import ROOT
    program = ROOT / "build" / "release" / "drill_task"
    if not program.exists():
        sys.exit("drill: build first: cmake --preset release && cmake --build --preset release")
    return program
