"""What a drill showed: one line for people, and a JSON file with commit and machine."""
import json
import os
import platform
import subprocess
import time

from cluster import ROOT
from moment import thousandth

FOLDER = ROOT / "build" / "drills"


def quantiles(values):
    """p50, p99, worst in milliseconds; "-" where nothing was measured."""
    if not values:
        return {"p50": None, "p99": None, "worst": None}
    ordered = sorted(values)
    at = lambda q: thousandth(ordered[min(len(ordered) - 1, int(q * len(ordered)))])
    return {"p50": at(0.5), "p99": at(0.99), "worst": thousandth(ordered[-1])}


def measured(moments, timers="scaled"):
    """Quantiles of task starts and of accepted submits, over the rounds with these timers."""
    mine = [m for m in moments if m.timers == timers]
    return {"rounds": len(mine), "task_starts_ms": quantiles([m.starts for m in mine if m.starts is not None]),
            "accepted_ms": quantiles([m.accepted for m in mine if m.accepted is not None])}


def commit():
    done = subprocess.run(["git", "-C", ROOT, "rev-parse", "--short", "HEAD"], text=True, capture_output=True)
    return done.stdout.strip() or "?"


def machine():
    with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as text:
        cpu = next((line.split(":")[1].strip() for line in text if line.startswith("model name")), "?")
    return f"{cpu}, {os.cpu_count()} cores, Linux {platform.release()}"


class Report:
    def __init__(self, name, seed):
        self.name, self.seed, self.began = name, seed, time.time()
        self.moments, self.verdicts, self.problems = [], [], []
        self.stages = []             # of each: its timers, its rounds, seconds for all of them and for setting up and judging
        self.not_run = ""            # why
        self.cpu_busy = None
        self.kept = []

    def sum(self, count):
        return sum(getattr(v, count) for v in self.verdicts)

    def held(self):
        return not self.not_run and not self.problems and all(v.held() for v in self.verdicts)

    def all_problems(self):
        return self.problems + [p for v in self.verdicts for p in v.problems]

    def line(self):
        if self.not_run:
            return f"{self.name:15} NOT RUN: {self.not_run}"
        shown = [f"{m['rounds']} rounds{how}  tasks start again {text(m['task_starts_ms'])}  submits accepted {text(m['accepted_ms'])}"
                 for how, m in (("", measured(self.moments)), (", default timers", measured(self.moments, "default"))) if m["rounds"]]
        counts = " ".join(f"{name.replace('_', ' ')} {self.sum(name)}" for name in
                          ("accepted", "ended", "lost", "duplicated", "overlapped", "log_gaps"))
        return f"{self.name:15} {'  '.join(shown) or 'no rounds'}  {counts}{'' if self.held() else '  FAILED'}"

    def json(self):
        counts = {}
        for verdict in self.verdicts:
            for name, value in verdict.json().items():
                counts[name] = counts.get(name, [] if name == "problems" else 0) + value
        return {"drill": self.name, "held": self.held(), "not_run": self.not_run, "seed": self.seed, "commit": commit(),
                "machine": machine(), "began": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self.began)),
                "seconds": round(time.time() - self.began, 1), "cpu_busy": self.cpu_busy, "scaled": measured(self.moments),
                "default": measured(self.moments, "default"), **counts, "stages": self.stages, "kept": self.kept,
                "problems": self.all_problems()[:200], "moments": [m.json() for m in self.moments]}

    def minutes(self, runs, minutes):
        """How long so many rounds of it would take here, by those that it has done; minutes: of what goes by the clock."""
        seconds = 0
        for stage in self.stages:
            share = {"scaled": runs - runs // 10, "default": runs // 10}[stage["timers"]]
            share = min(share or 1, stage["most"] or share or 1)
            seconds += stage["around_s"] + (60 * minutes * stage["timed"] if stage["timed"] else share * stage["rounds_s"] / max(1, stage["rounds"]))
        return seconds / 60

    def save(self):
        FOLDER.mkdir(parents=True, exist_ok=True)
        stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime(self.began))
        file = FOLDER / f"{self.name}-{stamp}-{os.getpid()}.json"
        file.write_text(json.dumps(self.json(), indent=1) + "\n")
        return file


def text(quantile):
    if quantile["p50"] is None:
        return "p50 - p99 - worst - ms"
    return f"p50 {quantile['p50']:.0f} p99 {quantile['p99']:.0f} worst {quantile['worst']:.0f} ms"
