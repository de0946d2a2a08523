#!/usr/bin/python3
"""Every wait has a reason: `argosy execution explain` says the right one."""
import re
import signal
import unittest

from cluster import Cluster, kill, until


class ExplainTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = Cluster(workers=1, cpu_milli=1000)

    @classmethod
    def tearDownClass(cls):
        cls.cluster.close()

    def cancel(self, *executions):
        for execution in executions:
            self.cluster.must("execution", "cancel", str(execution))
            self.assertEqual(self.cluster.wait(execution), "canceled")

    def running(self):
        """An execution that runs until it is canceled."""
        execution = self.cluster.submit("--", "tail", "-f", "/dev/null")
        self.cluster.until_reason(execution, "running on w1")
        return execution

    def test_needs_not_met(self):
        big = self.cluster.submit("--resources", "cpu=64", "--", "true")
        self.cluster.until_reason(big, "cpu 64 needed, w1 has 1")
        tagged = self.cluster.submit("--worker-tag", "gpu", "--", "true")
        self.cluster.until_reason(tagged, "tag gpu needed, w1 does not have it")
        self.cancel(big, tagged)

    def test_no_worker(self):
        other = self.cluster.submit("--worker", "elsewhere", "--", "true")
        self.cluster.until_reason(other, "0 of 1 allowed workers online: elsewhere is not known")
        self.cancel(other)

    def test_of_several(self):
        executions = [self.cluster.submit("--worker", "elsewhere", "--", "true") for _ in range(2)]
        both = f"{executions[0]}-{executions[1]}"
        self.assertEqual([d["execution"] for d in self.cluster.json("execution", "explain", both)], executions)
        self.assertEqual(self.cluster.must("execution", "explain", both).out.count("is not known"), 2)
        self.assertIn(" 2 created,", self.cluster.must("status").out)
        self.cancel(*executions)

    def test_slots_busy(self):
        runs = self.running()
        # One waits at the worker (prefetch); those behind it say why.
        waits = self.cluster.submit("--array", "1-5000", "--", "true")
        self.cluster.until_reason(runs, "running on w1")
        self.cluster.until_reason(waits, "all slots are busy")
        self.assertEqual([worker["running"] for worker in self.cluster.json("worker", "list")], [1])
        self.cancel(waits, runs)

    def test_dependency(self):
        folder = self.cluster.folder.parent / "graph"
        folder.mkdir()
        (folder / "argosy.yaml").write_text("version: 1\nproject: graph\npackages:\n  p:\n    tasks:\n"
                                            "      first: {for_each: {n: 1-3}, run: [tail, -f, /dev/null]}\n"
                                            "      second: {after: [first], run: ['true']}\n")
        self.cluster.must("project", "deploy", str(folder))
        execution = self.cluster.submit("graph/p")
        self.cluster.until_reason(execution, "waiting for first: 3 of 3 left")
        self.cancel(execution)

    def test_back_off(self):
        folder = self.cluster.folder.parent / "again"
        folder.mkdir()
        (folder / "argosy.yaml").write_text("version: 1\nproject: again\npackages:\n  p:\n    tasks:\n"
                                            "      t: {run: ['false'], retry: {limit: 1, backoff: 1h..1h}}\n")
        self.cluster.must("project", "deploy", str(folder))
        execution = self.cluster.submit("again/p")
        self.cluster.until_reason(execution, "back-off until ")
        utc = re.search(r"until (\d+):(\d+):\d+ UTC", " ".join(self.cluster.reasons(execution)))
        for words in (["execution", "explain", str(execution)], ["task", "explain", str(execution), "t"]):
            shown = self.cluster.must(*words, env={"TZ": "HERE-3"}).out
            self.assertIn(f"until {(int(utc[1]) + 3) % 24:02}:{utc[2]}:", shown)
            self.assertNotIn("UTC", shown)
        self.cancel(execution)

    def test_canceled_while_the_worker_is_away(self):
        runs = self.running()
        worker = self.cluster.pid("w1")
        kill(worker, signal.SIGSTOP)
        try:
            self.cluster.must("execution", "cancel", str(runs))
            self.cluster.until_reason(runs, "stopping: waiting for worker w1, silent since")
            self.assertEqual(self.cluster.show(runs)["status"], "stopping")
        finally:
            kill(worker, signal.SIGCONT)
        self.assertEqual(self.cluster.wait(runs), "canceled")

    def test_unknown_execution(self):
        done = self.cluster.argosy("execution", "explain", "999999")
        self.assertNotEqual(done.code, 0)
        self.assertIn("999999", done.err)


if __name__ == "__main__":
    unittest.main(verbosity=2)
