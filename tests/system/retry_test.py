#!/usr/bin/python3
"""A retry carries over what succeeded, and what it wrote to $ARGOSY_OUTPUT: a later task finds it, behind a new master too.
Attempts keep apart: what one wrote is neither another's output nor mixed into its log."""
import json
import os
import subprocess
import unittest

from cluster import ARGOSY, SLOW, Cluster, until


class RetryTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = Cluster(workers=1)

    @classmethod
    def tearDownClass(cls):
        cls.cluster.close()

    def deploy(self, name):
        folder = self.cluster.folder.parent / name
        folder.mkdir()
        (folder / "argosy.yaml").write_text(
            f"version: 1\nproject: {name}\npackages:\n  p:\n    tasks:\n"
            "      extract: {run: 'echo rows=42 >> \"$ARGOSY_OUTPUT\"'}\n"
            f"      load: {{after: [extract], run: [sh, -c, 'test -e {folder}/good && echo loads $0', '${{{{ tasks.extract.output.rows }}}}']}}\n"
            "      report: {after: [load], run: [echo, 'of ${{ tasks.extract.output.rows }} rows']}\n")
        self.cluster.must("project", "deploy", str(folder))
        return folder

    def retry(self, execution):
        return self.cluster.json("execution", "retry", str(execution))["execution"]

    def test_outputs_are_carried_over(self):
        folder = self.deploy("carried")
        first = self.cluster.submit("carried/p")
        self.assertEqual(self.cluster.wait(first), "failed")
        again = self.retry(first)
        self.assertEqual(self.cluster.wait(again), "failed")
        (folder / "good").touch()
        last = self.retry(again)
        self.assertEqual(self.cluster.wait(last), "succeeded")
        self.assertEqual(self.cluster.must("logs", str(last), "--task", "load").out, "loads 42\n")
        self.assertEqual(self.cluster.must("logs", str(last), "--task", "report").out, "of 42 rows\n")

    def test_the_failed_ones_of_a_selection(self):
        """One line each; the same again retries only what the last retry did not mend."""
        good = self.cluster.folder.parent / "mended"
        first = [self.cluster.submit("--", "test", "-e", path) for path in ("/", good, good)]
        for execution in first:
            self.cluster.wait(execution)
        chosen = f"{first[0]}-{first[-1]}"
        again = self.cluster.json("execution", "retry", chosen, "--status", "failed")
        self.assertEqual([row["retry_of"] for row in again], first[1:])
        for row in again:
            self.assertEqual(self.cluster.wait(row["execution"]), "failed")
        good.touch()
        last = self.cluster.json("execution", "retry", chosen)
        self.assertEqual([row["retry_of"] for row in last], [first[0]] + [row["execution"] for row in again])
        self.assertIn("succeeded: there is nothing to retry", last[0]["detail"])
        for row in last[1:]:
            self.assertEqual(self.cluster.wait(row["execution"]), "succeeded")
        done = self.cluster.argosy("execution", "retry", str(first[1]))
        self.assertEqual(done.code, 1, done)
        self.assertIn(f"execution {first[1]} was retried: execution {last[1]['execution']} succeeded", done.err)
        self.assertIn("had ended already", self.cluster.must("execution", "cancel", str(first[1])).out)
        self.assertTrue(all(row["execution"] is None for row in self.cluster.json("execution", "retry", chosen)))

    def test_a_selection_larger_than_an_answer(self):
        """What an answer cannot hold comes in pages, to all verbs that take a selection."""
        folder = self.cluster.folder.parent / "large"
        folder.mkdir()
        (folder / "argosy.yaml").write_text(
            "version: 1\nproject: large\npackages:\n  p:\n    parameters: {text: {type: string}}\n"
            f"    tasks: {{t: {{run: [test, -e, {folder}/good]}}}}\n")
        self.cluster.must("project", "deploy", str(folder))
        rows = (json.dumps({"text": "v" * 65_000}) + "\n") * 135
        sent = self.cluster.must("--output", "json", "submit", "large/p", "--batch", "-", stdin=rows).json
        first, last = sent[0]["execution"], sent[-1]["execution"]
        chosen = f"{first}-{last}"
        self.assertEqual(self.cluster.argosy("execution", "wait", chosen).code, 1)
        shown = self.cluster.json("execution", "show", str(last), chosen)
        self.assertEqual([row["id"] for row in shown], [last] + list(range(first, last + 1)))
        self.assertEqual(len(self.cluster.json("execution", "list", chosen)), 135)
        (folder / "good").touch()
        again = self.cluster.json("execution", "retry", chosen, "--status", "failed")
        self.assertEqual([row["retry_of"] for row in again], list(range(first, last + 1)))
        self.assertEqual(self.cluster.argosy("execution", "wait", *(str(row["execution"]) for row in again)).code, 0)
        missing = self.cluster.argosy("execution", "show", chosen, "999999")
        self.assertEqual(missing.code, 1, missing)
        self.assertIn("there is no execution 999999", missing.err)

    def test_a_master_that_adopts_finds_them(self):
        """The retry waits for a worker while the master is killed: the next one has the outputs from the catalog alone."""
        folder = self.deploy("adopted")
        first = self.cluster.submit("adopted/p")
        self.assertEqual(self.cluster.wait(first), "failed")
        (folder / "good").touch()
        self.cluster.must("worker", "drain", "w1")
        last = self.retry(first)
        self.cluster.until_reason(last, "draining")
        self.cluster.kill_role("master")
        self.cluster.must("worker", "enable", "w1")
        self.assertEqual(self.cluster.wait(last), "succeeded")
        self.assertEqual(self.cluster.must("logs", str(last), "--task", "report").out, "of 42 rows\n")

    def test_outputs_of_an_attempt_that_was_killed_are_gone(self):
        """The next attempt, in a new session of the worker, writes none: no later task may find those of the first."""
        folder = self.cluster.folder.parent / "killed"
        folder.mkdir()
        (folder / "argosy.yaml").write_text(
            "version: 1\nproject: killed\npackages:\n  p:\n    tasks:\n"
            "      first: {run: 'test $ARGOSY_ATTEMPT != 1 || { echo x=1 > \"$ARGOSY_OUTPUT\"; echo wrote; exec tail -f /dev/null; }'}\n"
            "      second: {after: [first], run: [echo, '${{ tasks.first.output.x }}']}\n")
        self.cluster.must("project", "deploy", str(folder))
        self.cluster.kill_role("w1")       # its next sessions begin with this task, and name its files alike
        execution = self.cluster.submit("killed/p")
        until(lambda: "wrote" in self.cluster.argosy("logs", str(execution), "--task", "first").out, "the first attempt wrote")
        self.cluster.kill_role("w1")
        self.assertEqual(self.cluster.wait(execution), "failed")
        self.assertIn("has no value", self.cluster.json("task", "show", str(execution), "second")["attempts"][-1]["detail"])

    def test_a_followed_log_shows_each_attempt_from_its_beginning(self):
        gate = self.cluster.folder.parent / "gate"
        os.mkfifo(gate)
        script = ('seq -f "$ARGOSY_ATTEMPT: %g" $((ARGOSY_ATTEMPT * 1000)); '
                  f'test $ARGOSY_ATTEMPT = 2 || {{ read line < {gate}; exit 1; }}')
        execution = self.cluster.submit("--retry", "1", "--", "sh", "-c", script)
        shown = self.cluster.folder.parent / "shown"
        with open(shown, "wb") as out:
            follower = subprocess.Popen([ARGOSY, "--dir", self.cluster.folder, "logs", str(execution), "--follow"], stdout=out)
        until(lambda: "1: 1000\n" in shown.read_text(), "the first attempt's log is shown")
        gate.write_text("go\n")
        self.assertEqual(self.cluster.wait(execution), "succeeded")
        self.assertEqual(follower.wait(60 * SLOW), 0)
        self.assertEqual(shown.read_text(), "".join(f"{a}: {n}\n" for a in (1, 2) for n in range(1, a * 1000 + 1)))

    def test_failures_are_followed_until_the_execution_ends(self):
        gate = self.cluster.folder.parent / "gate of failures"
        os.mkfifo(gate)
        script = f'echo item $0; test $0 != 1 || read line < "{gate}"; exit $(($0 < 2))'
        execution = self.cluster.submit("--array", "0-2", "--", "sh", "-c", script, "{}")
        words = [ARGOSY, "--dir", self.cluster.folder, "logs", str(execution), "--follow", "--failed"]
        shown = [self.cluster.folder.parent / name for name in ("as text", "as json")]
        with open(shown[0], "wb") as text, open(shown[1], "wb") as rows:
            followers = [subprocess.Popen(words, stdout=text), subprocess.Popen([*words, "--output", "json"], stdout=rows)]
        until(lambda: shown[0].read_text() == "==> 0 <==\nitem 0\n", "the first failure is shown while others run")
        gate.write_text("go\n")
        self.assertEqual([follower.wait(60) for follower in followers], [0, 0])
        self.assertEqual(shown[0].read_text(), "==> 0 <==\nitem 0\n==> 1 <==\nitem 1\n")
        self.assertEqual([(row["task"], row["stdout"]) for row in json.loads(shown[1].read_text())], [("0", "item 0\n"), ("1", "item 1\n")])


if __name__ == "__main__":
    unittest.main(verbosity=2)
