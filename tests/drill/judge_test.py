#!/usr/bin/python3
"""The judge itself: a clean cluster is clean, and every kind of damage that it is there for is found, by its name."""
import json
import sqlite3
import sys
import tempfile
import unittest
from pathlib import Path
from types import SimpleNamespace

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "system")]
from judge import judge, takeovers       # noqa: E402
from ledger import Ledger                # noqa: E402
from load import Journal                 # noqa: E402
from moment import Moment                # noqa: E402

TABLES = """
CREATE TABLE executions(id, key, status);
CREATE TABLE attempts(execution, task, item, attempt, reason, ended_at, claimed_at, log_bytes, worker);
"""
LOST = 9                                 # any reason that is not "succeeded"


def log_of(attempt, lines=3):
    return "".join(f"line {n} of 1 t0 1 attempt {attempt} process 7\n" for n in range(1, lines + 1))


class Fleet:
    """What the judge asks of a fleet, with answers of our own."""

    def __init__(self, folder):
        self.folder, self.catalog = folder / "cluster", ""
        (self.folder / "catalog").mkdir(parents=True)
        self.db = sqlite3.connect(self.folder / "catalog" / "argosy.db")
        self.db.executescript(TABLES)
        self.logs, self.findings = {1: log_of(1, 1), 2: log_of(2)}, []

    def argosy(self, *words, **_):
        if "verify" in words:
            return SimpleNamespace(code=0, out=json.dumps({"clean": not self.findings, "problems": self.findings}), err="")
        return SimpleNamespace(code=0, out=self.logs[words[-1]], err="")

    def bugs(self):
        return []

    def set(self, *rows):
        for table, *values in rows:
            self.db.execute(f"insert into {table} values ({','.join('?' * len(values))})", values)
        self.db.commit()


class JudgeTest(unittest.TestCase):
    """One execution of one item: attempt 1 was lost with its worker, attempt 2 succeeded."""

    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = Path(temporary.name)
        self.fleet, self.ledger = Fleet(self.folder), Ledger(self.folder)
        self.addCleanup(self.fleet.db.close)
        self.fleet.set(("executions", 1, "k1", 7), ("attempts", 1, 0, 0, 1, LOST, 20, 1, len(log_of(1, 1)), "w1"),
                       ("attempts", 1, 0, 0, 2, 1, 60, 30, len(log_of(2)), "w2"))
        self.lines = ["S 1 t0 1 1 100 10", "S 1 t0 1 2 200 40", "E 1 t0 1 2 200 50"]
        self.told = ["S k1 5", "A k1 1 8"]

    def judged(self):
        self.ledger.file.write_text("".join(line + "\n" for line in self.lines))
        journal = self.folder / "journal"
        journal.write_text("".join(line + "\n" for line in self.told))
        self.journals = [Journal(journal)]
        return judge(self.fleet, self.ledger, self.journals, faults=1)

    def finds(self, kind):
        verdict = self.judged()
        self.assertTrue(any(p.startswith(kind + ":") for p in verdict.problems), verdict.problems)
        self.assertFalse(verdict.held())
        return verdict

    def sql(self, statement):
        self.fleet.db.execute(statement)
        self.fleet.db.commit()

    def test_clean(self):
        verdict = self.judged()
        self.assertEqual(verdict.problems, [])
        self.assertEqual((verdict.accepted, verdict.ended, verdict.tasks, verdict.reruns), (1, 1, 1, 1))

    def test_accepted_and_not_there(self):
        self.told.append("A k2 2 9")
        self.assertEqual(self.finds("lost").lost, 1)

    def test_accepted_and_never_ended(self):
        self.sql("update executions set status = 2")
        self.finds("lost")

    def test_recorded_as_succeeded_but_never_done(self):
        self.lines.pop()
        self.finds("lost")

    def test_succeeded_without_a_success(self):
        self.sql(f"update attempts set reason = {LOST}")
        self.finds("lost")

    def test_two_answers_for_a_key(self):
        self.told.append("A k1 2 9")
        self.finds("duplicated")

    def test_two_executions_of_a_key(self):
        self.fleet.set(("executions", 2, "k1", 7))
        self.finds("duplicated")

    def test_two_ends(self):
        self.sql("update attempts set reason = 1")
        self.finds("duplicated")

    def test_ran_twice_as_one_attempt(self):
        self.lines.insert(1, "S 1 t0 1 1 101 12")
        self.finds("duplicated")

    def test_ran_without_a_record(self):
        self.lines.append("S 1 t0 1 3 300 70")
        self.finds("duplicated")

    def test_claimed_before_the_end_of_the_one_before(self):
        self.sql("update attempts set ended_at = 31 where attempt = 1")
        self.finds("duplicated")

    def test_late_attempt(self):
        self.lines = [self.lines[1], self.lines[2], self.lines[0].replace("10", "70")]
        self.finds("duplicated")

    def test_overlap_by_lock(self):
        self.lines.insert(1, "O 1 t0 1 2 200 39")
        self.assertEqual(self.finds("overlapped").overlapped, 1)

    def test_overlap_by_times(self):
        self.lines.append("E 1 t0 1 1 100 45")
        self.finds("overlapped")

    def test_gap_in_a_log(self):
        self.fleet.logs[2] = self.fleet.logs[2].replace("line 2 of 1 t0 1 attempt 2 process 7\n", "")
        self.assertEqual(self.finds("log_gaps").log_gaps, 1)

    def test_end_of_a_log_is_missing(self):
        self.fleet.logs[2] = log_of(2, 2)
        self.finds("log_gaps")

    def test_gap_that_verify_tells(self):
        self.fleet.findings = [{"rule": "log", "text": "a gap"}]
        self.finds("log_gaps")

    def test_ended_otherwise(self):
        self.sql("update executions set status = 6")
        self.finds("ended_wrong")

    def test_work_in_circles(self):
        for number in range(3, 40):
            self.fleet.set(("attempts", 1, 0, 0, number, LOST, 60 + number, 60 + number, 0, "w1"))
        self.finds("churned")

    def test_never_answered(self):
        self.told += ["S k3 9", "U k3"]
        self.finds("unanswered")

    def test_takeovers(self):
        self.judged()
        rerun = Moment("kill", 15, measure="rerun", pids={100: 0})
        earlier, later = Moment("kill", 4), Moment("kill", 6)
        takeovers([rerun, earlier, later], self.ledger, self.journals)
        self.assertEqual((rerun.starts, earlier.starts, earlier.accepted), (25, 6, 4))
        self.assertEqual((later.starts, later.accepted), (None, None))     # nothing was said after it


if __name__ == "__main__":
    unittest.main()
