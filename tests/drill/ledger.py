"""What happened, told by the tasks themselves in a file outside of Argosy; drill_task.cpp writes it."""
from collections import defaultdict, namedtuple
from pathlib import Path

Line = namedtuple("Line", "kind execution task item attempt pid at")


class Run:
    """One process of one attempt: when it started, and when it said that its work is done (None: never)."""

    def __init__(self, line):
        self.attempt, self.pid, self.started, self.ended = line.attempt, line.pid, line.at, None


class Ledger:
    def __init__(self, folder):
        self.file, self.locks = Path(folder) / "ledger", Path(folder) / "locks"
        self.locks.mkdir(parents=True)
        self.file.touch()
        self.read, self.lines = 0, []

    def news(self):
        """Lines written since the last call, in the order in which they were; a half line waits for its end."""
        with open(self.file, "rb") as text:
            text.seek(self.read)
            got = text.read()
        got = got[:got.rfind(b"\n") + 1]
        self.read += len(got)
        new = [parse(line) for line in got.decode().splitlines()]
        self.lines += new
        return new

    def runs(self):
        """(execution, task, item) -> its runs in order; and the lines that told of an overlap."""
        self.news()
        runs, overlaps = defaultdict(list), []
        for line in self.lines:
            item = (line.execution, line.task, line.item)
            if line.kind == "S":
                runs[item].append(Run(line))
            elif line.kind == "E":
                mine = [r for r in runs[item] if (r.attempt, r.pid) == (line.attempt, line.pid)]
                if mine:
                    mine[-1].ended = line.at
            else:
                overlaps.append(line)
        return runs, overlaps


def parse(text):
    kind, execution, task, item, attempt, pid, at = text.split()
    return Line(kind, int(execution), task, int(item), int(attempt), int(pid), int(at))
