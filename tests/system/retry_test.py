#!/usr/bin/python3
"""A retry carries over what succeeded, and what it wrote to $ARGOSY_OUTPUT: a later task finds it, behind a new master too."""
import unittest

from cluster import Cluster

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


if __name__ == "__main__":
    unittest.main(verbosity=2)
