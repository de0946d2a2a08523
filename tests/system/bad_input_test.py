#!/usr/bin/python3
"""Bad input at the command line: refused with what, where and what to do, nothing stored; or the attempt fails with its reason."""
import contextlib
import json
import os
import pty
import re
import signal
import sqlite3
import subprocess
import tempfile
import termios
import unittest
from pathlib import Path

import words
from cluster import ARGOSY, SLOW, Cluster, kill, until
from keys import KeyPair
from submitter import Submitter

signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever started the test in the background had it ignored, and so would what we start

GOOD = "version: 1\nproject: p\npackages:\n  a:\n"
# Name -> (manifest, what its refusal must say). Each is refused by validate and by deploy, with file, line and column.
MANIFESTS = {
    "broken YAML": ("version: 1\nproject: [p\npackages: {}\n", "argosy.yaml:"),
    "wrong key": (GOOD + "    tasks:\n      t: {run: ['true'], retries: 3}\n", 'did you mean "retry"?'),
    "wrong type": (GOOD + "    tasks:\n      t: {run: ['true'], limits: {time: soon}}\n", "argosy.yaml:6:"),
    "cycle in after": (GOOD + "    tasks:\n      t: {run: ['true'], after: [u]}\n      u: {run: ['true'], after: [t]}\n", "wait for each other"),
    "sensitive in argv": (GOOD + "    parameters: {w: {type: string, sensitive: true}}\n    tasks:\n"
                          "      t: {run: [echo, '${{ params.w }}']}\n", "sensitive"),
    "path out of the project": (GOOD + "    tasks:\n      t: {run: ['true'], for_each: {l: {lines: ../../../etc/passwd}}}\n", "argosy.yaml:6:"),
    "empty array": (GOOD + "    tasks:\n      t: {run: ['true'], for_each: {l: []}}\n", "argosy.yaml:6:"),
    "duplicate names": (GOOD + "    tasks:\n      t: {run: ['true']}\n      t: {run: ['false']}\n", "argosy.yaml:7:"),
    "NUL": (GOOD + '    tasks:\n      t: {run: [echo, "a\\0b"]}\n', "argosy.yaml:6:"),
}

ONE_NUMBER = GOOD + "    parameters: {n: {type: integer, required: true}}\n    tasks: {t: {run: [echo, '${{ params.n }}']}}\n"


def catches(pid, number):
    """It blocks the signal, to hear of it between two words."""
    blocked = re.search(r"SigBlk:\s*(\w+)", Path(f"/proc/{pid}/status").read_text())
    return int(blocked[1], 16) >> (number - 1) & 1


class ManifestTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = Cluster(workers=1)

    @classmethod
    def tearDownClass(cls):
        cls.cluster.close()

    def refused_everywhere(self, content, says):
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "argosy.yaml").write_bytes(content)
            for verb in ("validate", "deploy"):
                done = self.cluster.argosy("project", verb, folder)
                self.assertNotIn(done.code, (0, 75), f"{verb}: {done}")
                self.assertIn("argosy.yaml", done.err + done.out, verb)
                self.assertIn(says, done.err + done.out, verb)
        self.assertEqual(self.cluster.json("project", "list"), [])

    def test_manifests(self):
        for name, (text, says) in MANIFESTS.items():
            with self.subTest(name):
                self.refused_everywhere(text.encode(), says)

    def test_bad_utf8(self):
        self.refused_everywhere(GOOD.encode() + b"    tasks:\n      t: {run: [echo, \"\xff\xfe\"]}\n", "argosy.yaml")


class ManyRowsTest(unittest.TestCase):
    def test_more_rows_than_the_broker_hears_at_once(self):
        """Refused as busy, a client pauses and says them again: each row is accepted, once."""
        with Cluster(workers=1, settings={"broker": "bounds.client_words_per_second = 100\n"}) as cluster:
            rows = "".join(json.dumps({"n": row}) + "\n" for row in range(600))
            with tempfile.TemporaryDirectory() as folder:
                (Path(folder) / "argosy.yaml").write_text(ONE_NUMBER)
                cluster.must("project", "deploy", folder)
            sent = cluster.must("--output", "json", "submit", "p/a", "--batch", "-", stdin=rows).json
            self.assertEqual(len({row["execution"] for row in sent}), 600)
            busy = cluster.counters()["busy"]
            self.assertGreater(busy, 0, "the bound was never met")
            self.assertLess(busy, 6 * 600, "words are said again though they will be refused")


    def test_more_executions_to_cancel_than_one_answer_holds(self):
        """The command tells each of them; who asks for all at once hears as many as a document holds, and where to go on."""
        with Cluster(workers=1) as cluster:
            runs = cluster.submit("--", "tail", "-f", "/dev/null")
            until(lambda: cluster.show(runs)["status"] == "running", "it runs")
            with contextlib.closing(sqlite3.connect(f"{cluster.folder}/catalog/argosy.db", timeout=60)) as db, db:
                columns = [column[1] for column in db.execute("PRAGMA table_info(executions)")]
                values = ["i" if name == "id" else "8" if name == "status" else "x." + name for name in columns]
                db.execute("WITH n(i) AS (SELECT 100001 UNION ALL SELECT i + 1 FROM n WHERE i < 220000) INSERT INTO executions "
                           f"SELECT {', '.join(values)} FROM n, executions x WHERE x.id = ?", (runs,))
            rows = cluster.json("execution", "cancel", "all", timeout=300)
            self.assertEqual([row["execution"] for row in rows], [runs, *range(100001, 220001)])
            self.assertEqual([row["execution"] for row in rows if row["changed"]], [runs])
            self.assertEqual(cluster.wait(runs), "canceled")
            submitter = Submitter(cluster.folder, KeyPair.load(cluster.folder / "keys/submitter-submitter.key"), cluster.endpoint())
            told, page = [], {}
            while page is not None:
                request = f"page {len(told)}"
                body = [request, "execution.cancel", json.dumps({"select": ["all"], **page})]
                _, document, following = submitter.request(words.ASK, body, request)
                self.assertLessEqual(len(document), 8 << 20)
                told.append([row["execution"] for row in json.loads(document)])
                page = {"page": following} if following else None
            submitter.close()
            self.assertEqual(sum(told, []), list(range(100001, 220001)))
            self.assertEqual(len(told), 2)


class TerminalTest(unittest.TestCase):
    """A sensitive value that is typed is not seen, and Ctrl-C at the prompt leaves the terminal as it was."""

    def ask(self, cluster):
        child, terminal = pty.fork()
        if child == 0:
            os.execv(ARGOSY, [ARGOSY, "--dir", str(cluster.folder), "environment", "set", "e", "x", "--sensitive"])
        shown = b""
        while not shown.endswith(b"value: "):
            shown += os.read(terminal, 1024)
        self.assertFalse(termios.tcgetattr(terminal)[3] & termios.ECHO)
        return child, terminal

    def test_prompt(self):
        with Cluster(workers=1) as cluster:
            child, terminal = self.ask(cluster)
            os.write(terminal, b"\x03")
            _, status = os.waitpid(child, 0)
            self.assertTrue(os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGINT, status)
            self.assertTrue(termios.tcgetattr(terminal)[3] & termios.ECHO, "the terminal is left without echo")
            child, terminal = self.ask(cluster)
            os.write(terminal, b"dragon\n")
            _, status = os.waitpid(child, 0)
            self.assertEqual(status, 0)
            self.assertNotIn(b"dragon", os.read(terminal, 4096))


class SubmitTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = Cluster(workers=1)
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "argosy.yaml").write_text(ONE_NUMBER)
            cls.cluster.must("project", "deploy", folder)
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "argosy.yaml").write_text(
                "version: 1\nproject: s\npackages:\n  p:\n    parameters: {pw: {type: string, sensitive: true}}\n"
                "    tasks:\n      t:\n        cwd: package\n        secrets: {PW: '${{ params.pw }}'}\n"
                "        run: '. \"$ARGOSY_SECRETS\"; cat gżegżółka.txt; echo \"${#PW} bytes\"'\n")
            (Path(folder) / "gżegżółka.txt").write_text("a name of more than ASCII\n")
            cls.cluster.must("project", "deploy", folder)

    @classmethod
    def tearDownClass(cls):
        cls.cluster.close()

    def refused(self, *words, says=(), code=None, **more):
        done = self.cluster.argosy("submit", *words, **more)
        self.assertNotIn(done.code, (0, 75), done)
        if code is not None:
            self.assertEqual(done.code, code, done)
        for part in says:
            self.assertIn(part, done.err)

    def test_refusals(self):
        before = len(self.cluster.json("execution", "list"))
        self.refused("p/b", says=["no package b"])
        self.refused("nowhere/x", says=["nowhere"])
        self.refused("p/a", says=["n", "required"])
        self.refused("p/a", "-p", "n=many", says=["n", "many"])
        self.refused("p/a", "-p", "n=1", "-p", "m=2", says=["m"])
        self.refused("p/a", "-p", "n=1", "-p", "n=2", says=["n", "twice"])
        for option in (["--retry", "2"], ["--max-failures", "5%"], ["--array", "1-3"]):
            self.refused("p/a", "-p", "n=1", *option, says=["bare commands"], code=2)
        self.refused("--array", "9-1", "--", "true", says=["9-1"])
        self.refused("--array", "", "--", "true", says=["--array", "empty"])
        self.refused("--each-line", "/dev/null", "--", "true", says=["/dev/null"])
        self.assertEqual(len(self.cluster.json("execution", "list")), before, "something was stored")

    def batch(self, *rows, key=(), more=()):
        """Submits these values of n to p/a; None: a row without it."""
        return self.cluster.argosy("--output", "json", "submit", "p/a", "--batch", "-", *key, *more, stdin="".join(json.dumps({"n": row}) + "\n" for row in rows))

    def count(self):
        return len(self.cluster.json("execution", "list"))

    def test_a_batch_with_a_bad_row_sends_none(self):
        before = self.count()
        done = self.batch(41, 42, None, "x", 45)
        self.assertEqual(done.code, 2, done)
        for part in ("row 3: params.n: it is required", "row 4: params.n: \"x\" is not an integer", "2 of 5 rows cannot be submitted"):
            self.assertIn(part, done.err)
        self.assertEqual(self.count(), before, "something was stored")

    def test_rows_that_the_master_refuses_are_told_apart(self):
        key = ("--idempotency-key", "rows")
        first = self.batch(1, 2, key=key).json
        self.assertEqual([row["row"] for row in first], [1, 2])
        before = self.count()
        done = self.batch(1, 5, 3, key=key, more=["--wait"])
        self.assertEqual(done.code, 1, done)
        self.assertIn("row 2: key rows-2 was used for another request", done.err)
        self.assertIn("2 of 3 rows accepted, 1 refused", done.err)
        self.assertIn("do not move or remove any row", done.err)
        self.assertEqual([(row["row"], row["status"]) for row in done.json], [(1, "succeeded"), (3, "succeeded")])
        self.assertEqual(done.json[0]["execution"], first[0]["execution"])
        self.assertEqual(self.count(), before + 1)
        self.assertEqual(self.batch(1, 2, 3, key=key).code, 0)
        self.assertEqual(self.count(), before + 1, "the mended batch ran a row twice")

    def start(self, *words, **more):
        return subprocess.Popen([ARGOSY, "--dir", str(self.cluster.folder), *words], stderr=subprocess.PIPE, text=True, **more)

    def test_interrupted_before_it_was_accepted(self):
        """What was on its way has a key, and who says it again with that key runs it once."""
        before = self.count()
        master = self.cluster.pid("master")
        kill(master, signal.SIGSTOP)
        try:
            submit = self.start("submit", "--", "true")
            until(lambda: catches(submit.pid, signal.SIGINT), "submit tells of an interruption")
            submit.send_signal(signal.SIGINT)
            said = submit.communicate(timeout=60 * SLOW)[1]
        finally:
            kill(master, signal.SIGCONT)
        self.assertIn(submit.returncode, (130, -signal.SIGINT), said)
        key = re.search(r"--idempotency-key (\S+) adds no second execution", said)
        self.assertTrue(key, said)
        first = self.cluster.submit("--idempotency-key", key[1], "--", "true")
        self.assertEqual(self.cluster.submit("--idempotency-key", key[1], "--", "true"), first)
        self.assertEqual(self.count(), before + 1)

    def test_interrupted_while_rows_come_from_standard_input(self):
        submit = self.start("submit", "p/a", "--batch", "-", "--wait", stdin=subprocess.PIPE)
        submit.stdin.write("n\n" + "1\n" * 100_000)  # more than a pipe holds: it reads
        submit.stdin.flush()
        submit.send_signal(signal.SIGINT)
        self.assertEqual(submit.wait(60 * SLOW), -signal.SIGINT)
        submit.communicate()

    def test_a_limit_of_zero_lists_all(self):
        self.batch(*range(101))
        rows = lambda *more: len(self.cluster.must("execution", "list", *more).out.splitlines()) - 1
        self.assertEqual(rows(), 100)
        self.assertEqual(rows("--limit", "0"), self.count())
        self.assertGreater(self.count(), 100)

    def test_bad_utf8_in_an_argument(self):
        for words in (["submit", "--", b"echo", b"\xff\xfe"], ["submit", "--idempotency-key", b"\xff", "--", "true"],
                      ["submit", "p/a", "-p", b"n=\xff"], ["submit", "p/a", "--environment", b"\xff"]):
            done = subprocess.run([ARGOSY, "--dir", str(self.cluster.folder), *words], capture_output=True)
            self.assertNotIn(done.returncode, (0, 75), done)
            self.assertIn(b"UTF-8", done.stderr)
        done = subprocess.run([ARGOSY, "--dir", str(self.cluster.folder), "project", "show", b"\xff"], capture_output=True)
        self.assertEqual(done.returncode, 1, done)
        self.assertIn(b"there is no project", done.stderr)

    def test_nul_in_a_sensitive_value(self):
        with tempfile.TemporaryDirectory() as folder:
            value = Path(folder) / "value"
            value.write_bytes(b"quite\0secret")
            self.refused("s/p", "-p", f"pw=@{value}", code=2, says=["params.pw", "NUL"])
        done = self.cluster.argosy("environment", "set", "f/e", "PW", "--sensitive", stdin="quite\0secret")
        self.assertEqual(done.code, 2, done)
        self.assertIn("NUL", done.err)

    def test_remove_what_is_not_there(self):
        self.cluster.must("environment", "set", "f/there", "DAY=monday")
        for words, says in ((["submit", "--environment", "f/nope", "--", "true"], "f/nope; `argosy environment list` shows"),
                            (["environment", "remove", "f/nope"], "no environment f/nope"), (["worker", "remove", "nope"], "no worker nope"),
                            (["environment", "remove", "f/there", "NOPE"], "no variable NOPE in an environment f/there"),
                            (["project", "remove", "f/nope"], "no project f/nope")):
            done = self.cluster.argosy(*words)
            self.assertEqual(done.code, 1, done)
            self.assertIn(says, done.err)
        self.assertTrue(self.cluster.json("environment", "remove", "f/there", "DAY")["removed"])
        self.assertEqual(self.cluster.argosy("environment", "remove", "f/there").code, 1)

    def test_verify_of_an_execution_that_is_not_there(self):
        done = self.cluster.argosy("catalog", "verify", "--execution", 9999)
        self.assertEqual(done.code, 1, done)
        self.assertIn("no execution 9999", done.err)
        self.assertEqual(self.cluster.argosy("catalog", "verify", "--execution", 0).code, 2)

    def test_more_problems_than_verify_lists(self):
        with contextlib.closing(sqlite3.connect(f"{self.cluster.folder}/catalog/argosy.db", timeout=60)) as db:
            with db:
                db.executemany("INSERT INTO open_attempts VALUES (9999999, 0, ?, 1, 4, 'w1', 7, 1, 1, 0, 0, 0)", [(item,) for item in range(1001)])
            try:
                told = self.cluster.argosy("catalog", "verify")
                document = self.cluster.argosy("-o", "json", "catalog", "verify").json
            finally:
                with db:
                    db.execute("DELETE FROM open_attempts WHERE execution = 9999999")
        self.assertIn("there are more problems than these 1000", told.out)
        self.assertEqual((len(document["problems"]), document["more"], document["clean"]), (1000, True, False))
        self.assertFalse(self.cluster.verify()["more"])

    def test_clean_tells_all_that_it_removed(self):
        self.assertEqual(set(self.cluster.json("catalog", "clean")), {"executions", "versions", "operations", "contents"})

    def test_migrate_to_an_address_that_cannot_be_right(self):
        folder = self.cluster.folder
        for address, says in (("mysql://db1/argosy", "sqlite:"), ("postgresql://db1/argosy?nonsense=1", "nonsense"),
                              ("postgresql://db1:99999/argosy", "99999"), (f"sqlite:{folder}", "is a folder"),
                              (f"sqlite:{folder}/nowhere/x.db", "nowhere")):
            done = self.cluster.argosy("catalog", "migrate", "--catalog", address)
            self.assertEqual(done.code, 2, done)
            self.assertIn(says, done.err)
        done = self.cluster.argosy("catalog", "migrate", "--catalog", "postgresql://127.0.0.1:1/argosy")  # later there may be one
        self.assertEqual(done.code, 75, done)

    def test_same_key(self):
        first = self.cluster.submit("--idempotency-key", "k", "--", "echo", "1")
        self.assertEqual(self.cluster.submit("--idempotency-key", "k", "--", "echo", "1"), first)
        self.refused("--idempotency-key", "k", "--", "echo", "2", says=["another request"])

    def test_same_key_after_the_project_changed(self):
        """The answer of then, whatever the newest version wants."""
        with tempfile.TemporaryDirectory() as folder:
            manifest = Path(folder) / "argosy.yaml"
            text = "version: 1\nproject: v\npackages:\n  a:\n%s    tasks: {t: {run: ['true']}}\n"
            manifest.write_text(text % "")
            self.cluster.must("project", "deploy", folder)
            first = self.cluster.submit("--idempotency-key", "then", "v/a")
            manifest.write_text(text % "    parameters: {n: {type: integer, required: true}}\n")
            self.cluster.must("project", "deploy", folder)
        self.assertEqual(self.cluster.submit("--idempotency-key", "then", "v/a"), first)
        self.refused("--idempotency-key", "now", "v/a", says=["n", "required"])

    def test_a_batch_again_after_the_project_changed(self):
        with tempfile.TemporaryDirectory() as folder:
            manifest = Path(folder) / "argosy.yaml"
            text = "version: 1\nproject: b\npackages:\n  a:\n    parameters: {n: {type: %s}}\n    tasks: {t: {run: ['true']}}\n"
            manifest.write_text(text % "string")
            self.cluster.must("project", "deploy", folder)
            words = ["--output", "json", "submit", "b/a", "--batch", "-", "--idempotency-key", "rows of then"]
            first = self.cluster.argosy(*words, stdin="n\nx\n")
            manifest.write_text(text % "integer")
            self.cluster.must("project", "deploy", folder)
        self.assertEqual(self.cluster.argosy(*words, stdin="n\nx\n").json, first.json)
        self.refused("b/a", "--batch", "-", "--idempotency-key", "rows of now", stdin="n\nx\n", code=2, says=["row 1", "integer"])

    def test_same_key_with_a_sensitive_value(self):
        """Sealed anew each time; what it holds is compared."""
        words = ["--idempotency-key", "sealed", "s/p", "-p"]
        first = self.cluster.submit(*words, "pw=swordfish")
        self.assertEqual(self.cluster.submit(*words, "pw=swordfish"), first)
        self.refused(*words, "pw=tunafish", says=["another request"])

    def test_sensitive_value_that_is_not_given_is_empty(self):
        execution = self.cluster.submit("s/p")
        self.assertEqual(self.cluster.wait(execution), "succeeded")
        self.assertEqual(self.cluster.must("logs", str(execution)).out, "a name of more than ASCII\n0 bytes\n")

    def end_of(self, *words):
        """How the one attempt of a bare command ended: its task, with attempts."""
        execution = self.cluster.submit(*words)
        self.assertEqual(self.cluster.wait(execution), "failed")
        return self.cluster.json("task", "show", str(execution), "command"), execution

    def test_attempts_that_fail(self):
        with tempfile.TemporaryDirectory() as folder:
            plain = Path(folder) / "plain"
            plain.write_text("no program")
            cases = [(["--", "/no/such/command"], "command not found"), (["--", str(plain)], "not executable"),
                     (["--", "sh", "-c", "echo bye; kill -SEGV $$"], "signal"), (["--time", "300ms", "--", "tail", "-f", "/dev/null"], "time limit"),
                     (["--cwd", "/no/such/folder", "--", "true"], None)]
            for words, reason in cases:
                with self.subTest(reason):
                    shown, execution = self.end_of(*words)
                    attempt = shown["attempts"][-1]
                    if reason:
                        self.assertIn(reason, attempt["reason"])
                    else:
                        self.assertIn("/no/such/folder", attempt["detail"])
        done = self.cluster.submit("--wait", "--", "echo", "healthy")
        self.assertEqual(self.cluster.must("logs", str(done)).out, "healthy\n")

    def test_who_waits_reads_why(self):
        slow = ["submit", "--wait", "--time", "300ms", "--", "tail", "-f", "/dev/null"]
        self.assertIn("task command, time limit on w1", self.cluster.argosy(*slow).err)
        for words, says in ((["false"], ["failed, task command, exit status 1 on w1", "`argosy task show"]),
                            (["sh", "-c", "echo no; exit 3"], ["exit status 3", "`argosy logs"]),
                            (["/no/such/command"], ["command not found"])):
            execution = self.cluster.submit("--", *words)
            for verb in (["execution", "wait", str(execution)], ["submit", "--wait", "--", *words]):
                done = self.cluster.argosy(*verb)
                self.assertEqual(done.code, 1, done)
                self.assertEqual(len(done.err.splitlines()), 1, done)
                for part in says:
                    self.assertIn(part, done.err)

    def test_items_of_a_bare_array_have_one_name(self):
        execution = self.cluster.submit("--array", "1-2", "--", "false")
        self.cluster.wait(execution)
        listed = {row["task"] for row in self.cluster.json("task", "list", str(execution))}
        self.assertEqual({row["task"] for row in self.cluster.json("execution", "show", str(execution))["failures"]}, listed)

    def test_filters_that_nothing_meets(self):
        self.cluster.submit("--wait", "--", "true")
        for words in (["--status", "stopping"], ["--package", "zzz"]):
            self.assertIn("no execution is like that", self.cluster.must("execution", "list", *words).out)

    def test_memory_and_log_limits(self):
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "argosy.yaml").write_text(
                "version: 1\nproject: limits\npackages:\n  m:\n    tasks:\n      t:\n        limits: {memory: 20MiB}\n"
                "        run: [sh, -c, 'echo begins; tail /dev/zero']\n"
                "  l:\n    tasks:\n      t:\n        limits: {log: 64KiB}\n        run: [sh, -c, 'yes']\n")
            self.cluster.must("project", "deploy", folder)
        for package, reason in (("limits/m", "memory limit"), ("limits/l", "log limit")):
            with self.subTest(reason):
                execution = self.cluster.submit(package)
                self.assertEqual(self.cluster.wait(execution), "failed")
                self.assertIn(reason, self.cluster.json("task", "show", str(execution), "t")["attempts"][0]["reason"])
                self.assertNotEqual(self.cluster.must("logs", str(execution)).out, "")


if __name__ == "__main__":
    unittest.main(verbosity=2)
