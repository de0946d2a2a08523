"""Times of a drill: microseconds of CLOCK_BOOTTIME, which every process of the host shares, namespaces too."""
import select
import time


def now():
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1000


def hold(seconds):
    """A fault lasts this long, or load runs on for it; nothing waits for an event by it."""
    select.select([], [], [], max(0, seconds))


def until(holds, what, seconds=60, every=0.02):
    """Asks until it holds, leaving the CPU to those who are watched; its value."""
    deadline = time.monotonic() + seconds
    while True:
        value = holds()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what() if callable(what) else what}")
        hold(every)


class Moment:
    """A fault that was done, and what ends it: the first fresh start of a task ("fresh"), or the next start of what
    the fault had interrupted ("rerun": `pids`, the processes that it took, and when they had begun), or of what could not be accepted until it was over
    ("waited": `since` is set to that moment). `since`: the takeover is measured from here."""

    def __init__(self, name, since, measure="fresh", pids=None, timers="scaled", note=""):
        self.name, self.since, self.measure, self.timers, self.note = name, since, measure, timers, note
        self.pids = pids or {}
        self.starts = self.accepted = None      # microseconds; the judge's figures

    def took(self, run):
        """Whether this run of a task was one of these processes, and has no end."""
        return run.pid in self.pids and self.pids[run.pid] <= run.started < self.since and not run.ended

    def json(self):
        return {"name": self.name, "at_us": self.since, "measure": self.measure, "timers": self.timers, "note": self.note,
                "task_start_ms": thousandth(self.starts), "accepted_ms": thousandth(self.accepted)}


def thousandth(value):
    return None if value is None else round(value / 1000, 1)
