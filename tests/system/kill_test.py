#!/usr/bin/python3
"""kill -9 of worker, keeper, master and broker in turn while tasks append to a ledger outside of Argosy; each is started again.

Each attempt holds an flock of its item's while any process of it lives, and writes "S", then "E" (or "O" where another
attempt of the item still held the lock). Then ledger and catalog are compared: all ended, nothing ran twice without a
recorded end of the attempt before, no two attempts overlapped. Environment: ARGOSY_KILL_TASKS, how many tasks (5000).
"""
import os
import sqlite3
import unittest
from collections import defaultdict
from pathlib import Path

from cluster import Cluster, until

TASKS = int(os.environ.get("ARGOSY_KILL_TASKS", "5000"))
STEP = TASKS * 18 // 20              # bytes of the ledger from kill to kill: some twenty kills, fewer than budgets allow
ROLES = ("w1", "keeper", "master", "broker")

# Every 50th item works for a while, so that each kill meets attempts that run.
SCRIPT = """
name="$ARGOSY_ITEM $ARGOSY_ATTEMPT"
exec 9>"$LEDGER.locks/$ARGOSY_ITEM"
flock -n 9 || echo "O $name" >> "$LEDGER"
echo "S $name" >> "$LEDGER"
echo "output of $ARGOSY_ITEM"
if [ $((ARGOSY_ITEM % 50)) = 0 ]; then work=0; while [ $work -lt 60000 ]; do work=$((work + 1)); done; fi
echo "E $name" >> "$LEDGER"
"""


class Ledger:
    """What happened, told by the tasks themselves, in the order in which it happened."""

    def __init__(self, file):
        self.file = Path(file)
        Path(f"{file}.locks").mkdir()
        self.file.touch()

    def size(self):
        return self.file.stat().st_size

    def lines(self):
        return [(kind, int(item), int(attempt)) for kind, item, attempt in
                (line.split() for line in self.file.read_text().splitlines())]


def attempts_of(cluster, execution):
    """item's number -> [(attempt, reason, claimed at, ended at)] by attempt; straight from the database."""
    db = sqlite3.connect(f"file:{cluster.folder}/catalog/argosy.db?mode=ro", uri=True)
    rows = db.execute("select item, attempt, reason, claimed_at, ended_at from attempts where execution = ? "
                      "order by item, attempt", (execution,)).fetchall()
    out = defaultdict(list)
    for item, *attempt in rows:
        out[item + 1].append(tuple(attempt))
    return out


def compare(test, ledger, catalog, tasks):
    """Ledger and catalog tell the same: each item ran, succeeded once, and never again without a recorded end in between."""
    lines = ledger.lines()
    test.assertEqual([l for l in lines if l[0] == "O"], [], "attempts overlapped")
    started, ended, latest = defaultdict(list), defaultdict(list), {}
    for kind, item, attempt in lines:
        if kind == "S":
            test.assertGreater(attempt, latest.get(item, 0), f"item {item}: attempt {attempt} started behind a later one")
            latest[item] = attempt
            started[item].append(attempt)
        else:
            test.assertEqual(latest.get(item), attempt, f"item {item}: attempt {attempt} ended behind the start of another")
            ended[item].append(attempt)
    test.assertEqual(sorted(started), list(range(1, tasks + 1)), "items that never ran")
    succeeded = 1
    for item, attempts in catalog.items():
        numbers = [a[0] for a in attempts]
        test.assertEqual(numbers, list(range(1, len(numbers) + 1)), f"item {item}")
        test.assertEqual([a[0] for a in attempts if a[1] == succeeded], [numbers[-1]],
                         f"item {item}: one success, at the end: {attempts}")
        for (_, _, _, ended_at), (_, _, claimed_at, _) in zip(attempts, attempts[1:]):
            test.assertLessEqual(ended_at, claimed_at, f"item {item}: claimed before the attempt before had ended: {attempts}")
        test.assertTrue(set(started[item]) <= set(numbers), f"item {item} ran as {started[item]}, the catalog has {numbers}")
        test.assertIn(numbers[-1], ended[item], f"item {item}: succeeded without having ended")
    again = [item for item, attempts in started.items() if len(attempts) > 1]
    print(f"{len(again)} items were interrupted and ran again, each after a recorded end", flush=True)


class KillTest(unittest.TestCase):
    def run_drill(self, cluster):
        ledger = Ledger(cluster.folder.parent / "ledger")
        execution = cluster.submit("--array", f"1-{TASKS}", "--env", f"LEDGER={ledger.file}", "--", "sh", "-c", SCRIPT)
        kills = 0
        while cluster.show(execution)["ended_at"] is None:
            before = ledger.size()
            cluster.kill_role(ROLES[kills % len(ROLES)])
            kills += 1
            # The next kill only after work went on: so every role dies while tasks run.
            until(lambda: ledger.size() > before + STEP or cluster.show(execution)["ended_at"],
                  f"work goes on after kill {kills} ({ROLES[(kills - 1) % len(ROLES)]}); {cluster.json('status')}", 120)
        return execution, ledger, kills

    def test_nothing_lost_twice_or_overlapping(self):
        with Cluster(workers=1) as cluster:
            execution, ledger, kills = self.run_drill(cluster)
            print(f"{kills} kills during {TASKS} tasks", flush=True)
            self.assertGreaterEqual(kills, len(ROLES), "too fast: not every role was killed")
            shown = cluster.show(execution)
            self.assertEqual((shown["status"], shown["tasks"]["succeeded"]), ("succeeded", TASKS))
            compare(self, ledger, attempts_of(cluster, execution), TASKS)
            verified = cluster.verify()
            self.assertTrue(verified["clean"], verified["problems"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
