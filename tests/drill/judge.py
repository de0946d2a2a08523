"""Compares three witnesses: the catalog, the ledger outside of Argosy, and what the submitters were told."""
import csv
import io
import json
import re
import sqlite3
import subprocess
from collections import defaultdict, namedtuple

LINE = re.compile(r"line (\d+) of (\d+) (\S+) (\d+) attempt (\d+) process (\d+)")
ENDED = (3, 4, 6, 7, 9)              # statuses of executions; 7: succeeded
SUCCEEDED = 1                        # a reason of an attempt's end
ATTEMPTS_MOST = 20                   # of one item, besides one for each fault; more is work that goes in circles
LOGS_MOST = 60                       # executions whose logs are read line by line; all others are proved by verify alone

Attempt = namedtuple("Attempt", "number reason ended_at claimed_at log_bytes worker")


class Catalog:
    """The tables as they stand, past Argosy's own reading."""

    def __init__(self, fleet):
        self.fleet = fleet
        self.url = fleet.catalog

    def rows(self, sql):
        if not self.url:
            with sqlite3.connect(f"file:{self.fleet.folder}/catalog/argosy.db?mode=ro", uri=True, timeout=30) as db:
                return db.execute(sql).fetchall()
        done = subprocess.run(["psql", "-X", "-q", "-t", "--csv", self.url, "-c", f"set search_path to argosy; {sql}"],
                              check=True, capture_output=True, text=True)
        return [tuple(int(v) if v.lstrip("-").isdigit() else v for v in row) for row in csv.reader(io.StringIO(done.stdout)) if row]

    def executions(self):
        """id -> (key, status)"""
        return {row[0]: (row[1], row[2]) for row in self.rows("select id, key, status from executions")}

    def unended(self):
        return self.rows("select count(*) from executions where status in (1, 2, 5, 8)")[0][0]

    def attempts(self):
        """(execution, task, item) -> its ended attempts by number; tasks by name, items from 1, as the ledger tells them."""
        out = defaultdict(list)
        for execution, task, item, *rest in self.rows(
                "select execution, task, item, attempt, reason, ended_at, claimed_at, log_bytes, worker from attempts "
                "order by execution, task, item, attempt"):
            out[(execution, f"t{task}", item + 1)].append(Attempt(*rest))
        return out


class Verdict:
    COUNTS = ("accepted", "ended", "lost", "duplicated", "overlapped", "log_gaps")

    def __init__(self):
        self.accepted = self.ended = self.lost = self.duplicated = self.overlapped = self.log_gaps = 0
        self.tasks = self.reruns = 0
        self.problems = []           # one text for everything that is not as promised

    def problem(self, kind, text):
        self.problems.append(f"{kind}: {text}")
        if kind in self.COUNTS:
            setattr(self, kind, getattr(self, kind) + 1)

    def held(self):
        return not self.problems

    def json(self):
        return {**{name: getattr(self, name) for name in (*self.COUNTS, "tasks", "reruns")}, "problems": self.problems[:200]}


def judge(fleet, ledger, journals, faults):
    """When all is quiet again: all that was accepted has had its time to end. faults: how many there were."""
    verdict, catalog = Verdict(), Catalog(fleet)
    executions, attempts = catalog.executions(), catalog.attempts()
    runs, overlaps = ledger.runs()
    check_told(verdict, journals, executions)
    check_ends(verdict, executions, attempts, runs, ATTEMPTS_MOST + faults)
    check_runs(verdict, attempts, runs, overlaps)
    check_verify(verdict, fleet)
    check_logs(verdict, fleet, executions, attempts)
    for line in fleet.bugs()[:5]:
        verdict.problem("bug", line)
    return verdict


def check_told(verdict, journals, executions):
    """Each key has one answer, and that execution is there under this key, and ended."""
    for journal in journals:
        told = defaultdict(set)
        for answer in journal.answers:
            told[answer.key].add(answer.execution)
        verdict.accepted += len(told)
        for key, numbers in told.items():
            if len(numbers) > 1:
                verdict.problem("duplicated", f"key {key} was answered with executions {sorted(numbers)}")
            for number in numbers:
                key_there, status = executions.get(number, (None, None))
                if key_there != key:
                    verdict.problem("lost", f"execution {number} was accepted for key {key}; the catalog has {key_there}")
                elif status not in ENDED:
                    verdict.problem("lost", f"execution {number} ({key}) was accepted and has not ended: status {status}")
                else:
                    verdict.ended += 1
        for key in journal.unanswered:
            verdict.problem("unanswered", f"key {key} was never answered")
    by_key = defaultdict(list)
    for number, (key, _) in executions.items():
        by_key[key].append(number)
    for key, numbers in by_key.items():
        if len(numbers) > 1:
            verdict.problem("duplicated", f"key {key} has executions {sorted(numbers)}")


def check_ends(verdict, executions, attempts, runs, attempts_most):
    """Nothing of this load fails by itself: every item has one success, as its last attempt, and ran to its end in it."""
    for number, (key, status) in executions.items():
        if status in ENDED and status != 7:
            verdict.problem("ended_wrong", f"execution {number} ({key}) ended with status {status}, not 7")
    for item, ended in attempts.items():
        verdict.tasks += 1
        numbers = [a.number for a in ended]
        if len(numbers) > attempts_most:
            verdict.problem("churned", f"{item}: {len(numbers)} attempts, reasons {sorted({a.reason for a in ended})}")
        if numbers != list(range(1, len(numbers) + 1)):
            verdict.problem("duplicated", f"{item}: attempts {numbers}")
        successes = [a.number for a in ended if a.reason == SUCCEEDED]
        if len(successes) > 1:
            verdict.problem("duplicated", f"{item}: recorded as succeeded in attempts {successes}")
        if executions.get(item[0], (0, 0))[1] == 7 and successes != numbers[-1:]:
            verdict.problem("lost", f"{item}: its execution succeeded, its attempts are {ended}")
        for number in successes:
            if not any(r.attempt == number and r.ended for r in runs.get(item, [])):
                verdict.problem("lost", f"{item}: attempt {number} is recorded as succeeded, the ledger has no end of it")


def check_runs(verdict, attempts, runs, overlaps):
    """No attempt ran twice, none without a record, none before the end of the one before was recorded, no two at once."""
    for line in overlaps:
        verdict.problem("overlapped", f"{line}: another attempt of it was alive")
    for item, ran in runs.items():
        recorded = {a.number: a for a in attempts.get(item, [])}
        numbers = [r.attempt for r in ran]
        verdict.reruns += len(ran) - 1
        if len(set(numbers)) != len(numbers):
            verdict.problem("duplicated", f"{item}: ran as attempts {numbers}, processes {[r.pid for r in ran]}")
        elif numbers != sorted(numbers):
            verdict.problem("duplicated", f"{item}: a late attempt started: {numbers}")
        for run in ran:
            if run.attempt not in recorded:
                verdict.problem("duplicated", f"{item}: attempt {run.attempt} ran, the catalog has attempts {sorted(recorded)}")
        for earlier, later in zip(attempts.get(item, []), attempts.get(item, [])[1:]):
            if earlier.ended_at > later.claimed_at:
                verdict.problem("duplicated", f"{item}: attempt {later.number} was claimed before the end of {earlier.number} was recorded")
        for earlier, later in zip(ran, ran[1:]):
            if earlier.ended and earlier.ended > later.started:
                verdict.problem("overlapped", f"{item}: attempt {earlier.attempt} ended behind the start of {later.attempt}")


def check_verify(verdict, fleet):
    done = fleet.argosy("--patience", "120", "--output", "json", "catalog", "verify", timeout=300)
    try:
        told = json.loads(done.out)
    except ValueError:
        verdict.problem("verify", f"argosy catalog verify: {done}")
        return
    for finding in told["problems"]:
        text = finding if isinstance(finding, str) else json.dumps(finding)
        rule = finding.get("rule", "") if isinstance(finding, dict) else ""
        verdict.problem({"log": "log_gaps", "overlap": "overlapped", "one end": "lost"}.get(rule, "verify"), text)


def check_logs(verdict, fleet, executions, attempts):
    """The numbered lines of the longest logs, and of those that ran again, as `argosy logs` prints them: 1, 2, 3 … to the last."""
    again = [item for item, ended in attempts.items() if len(ended) > 1]
    long = sorted(attempts, key=lambda item: -attempts[item][-1].log_bytes)
    for item in list(dict.fromkeys([*again[:LOGS_MOST // 2], *long]))[:LOGS_MOST]:
        for attempt in [a for a in attempts[item] if a.log_bytes]:
            done = fleet.argosy("--patience", "60", "logs", item[0], "--task", f"{item[1]}[{item[2]}]", "--attempt", attempt.number)
            if done.code != 0:
                verdict.problem("log_gaps", f"{item} attempt {attempt.number}: {done}")
            else:
                check_lines(verdict, item, attempt, done.out)


def check_lines(verdict, item, attempt, text):
    lines = text.split("\n")
    whole = lines[:-1]
    if lines[-1] and attempt.reason == SUCCEEDED:
        verdict.problem("log_gaps", f"{item} attempt {attempt.number}: its last line is cut: {lines[-1]!r}")
    for number, line in enumerate(whole, 1):
        found = LINE.fullmatch(line)
        wanted = (number, item[0], item[1], item[2], attempt.number)
        if not found or (int(found[1]), int(found[2]), found[3], int(found[4]), int(found[5])) != wanted:
            verdict.problem("log_gaps", f"{item} attempt {attempt.number}: line {number} is {line!r}")
            return
    if attempt.reason == SUCCEEDED and len(text.encode()) != attempt.log_bytes:
        verdict.problem("log_gaps", f"{item} attempt {attempt.number}: {len(text.encode())} bytes, the catalog says {attempt.log_bytes}")


def takeovers(moments, ledger, journals):
    """Fills in each moment's figures: when tasks started again, and when submits were accepted. What counts was said after it;
    with "waited" what was accepted after it, since nothing could be accepted before."""
    runs, _ = ledger.runs()
    said, accepted = {}, {}
    for journal in journals:
        for s in journal.said:
            said[s.key] = s.at
        for a in journal.answers:
            accepted.setdefault(a.key, a)
    asked = {False: lambda a: said[a.key], True: lambda a: a.at}
    starts = sorted((ran[0].started, item) for item, ran in runs.items())
    for moment in moments:
        told = {a.execution: a.at for a in accepted.values() if asked[moment.measure == "waited"](a) > moment.since}
        moment.accepted = min(told.values()) - moment.since if told else None
        moment.starts = rerun(moment, runs) if moment.measure == "rerun" else fresh(moment, starts, told)


def fresh(moment, starts, executions):
    """The first start of a task of these executions: its whole way was gone after the fault."""
    times = [at for at, item in starts if at > moment.since and item[0] in executions]
    return min(times) - moment.since if times else None


def rerun(moment, runs):
    """The last of the processes that this fault took away whose item has started again; None while one has not."""
    again = []
    for ran in runs.values():
        for number, run in enumerate(ran):
            if moment.took(run):
                if number + 1 == len(ran):
                    return None
                again.append(ran[number + 1].started - moment.since)
    return max(again) if again else None
