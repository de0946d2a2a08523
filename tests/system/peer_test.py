#!/usr/bin/python3
"""A submitter and a worker written from schemas/ alone work against the real broker and master."""
import base64
import threading
import time
import unittest

import words
from cluster import Cluster, until
from keys import KeyPair
from mini_worker import MiniWorker
from peer import Refused
from submitter import Submitter


class Serving(threading.Thread):
    """Runs a worker until told to stop."""

    def __init__(self, worker):
        super().__init__(daemon=True)
        self.worker, self.stopping = worker, False
        self.start()

    def run(self):
        while not self.stopping:
            self.worker.step(time.monotonic() + 0.2)
        self.worker.close()

    def stop(self):
        self.stopping = True
        self.join()


class PeerTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = Cluster(workers=1)
        cls.submitter = Submitter(cls.cluster.folder, KeyPair.load(cls.cluster.folder / "keys/submitter-submitter.key"),
                                  cls.cluster.endpoint())
        cls.key = KeyPair.generate()
        cls.cluster.must("worker", "add", "python", "--key", cls.key.public.hex())
        cls.cluster.must("worker", "enable", "python")
        cls.serving = Serving(MiniWorker(cls.cluster.folder, cls.key, cls.cluster.endpoint(), slots=2))

    @classmethod
    def tearDownClass(cls):
        cls.serving.stop()
        cls.submitter.close()
        cls.cluster.close()

    def run_package(self, tasks, **more):
        accepted = self.submitter.submit(words.package("p", tasks), **more)
        return accepted[1], self.submitter.wait(accepted[1])

    def tasks(self, execution):
        return self.submitter.ask("task.list", execution=execution)

    def log_of(self, execution, task):
        return base64.b64decode(self.submitter.ask("logs.read", execution=execution, task=task)["data"])

    def test_submitter_on_the_real_worker(self):
        execution, status = self.run_package([words.task("hello", ["echo", "from python"])], workers=["w1"])
        self.assertEqual(status, "succeeded")
        self.assertEqual(self.tasks(execution)[0]["worker"], "w1")
        self.assertEqual(self.log_of(execution, "hello"), b"from python\n")

    def test_worker_runs_a_graph_with_an_array(self):
        tasks = [words.task("first", ["sh", "-c", "echo first"]),
                 words.task("each", ["sh", "-c", 'echo "item ${{ item }}"; echo "$ARGOSY_ITEM" >&2'], after=[0],
                            for_each=words.range_of(1, 20)),
                 words.task("last", ["true"], after=[1])]
        execution, status = self.run_package(tasks, workers=["python"])
        self.assertEqual(status, "succeeded")
        rows = self.tasks(execution)
        self.assertEqual(len(rows), 22)
        self.assertEqual({r["worker"] for r in rows}, {"python"})
        self.assertEqual({r["status"] for r in rows}, {"succeeded"})
        log = self.log_of(execution, "each[7]")
        self.assertEqual(sorted(log.split(b"\n")), [b"", b"7", b"item 7"])

    def test_worker_reports_how_tasks_fail(self):
        tasks = [words.task("code", ["sh", "-c", "echo why >&2; exit 7"]), words.task("signal", ["sh", "-c", "kill -9 $$"]),
                 words.task("missing", ["/no/such/command"])]
        execution, status = self.run_package(tasks, workers=["python"])
        self.assertEqual(status, "failed")
        by_name = {r["name"]: r for r in self.tasks(execution)}
        self.assertEqual(by_name["code"]["exit_code"], 7)
        self.assertEqual(by_name["signal"]["signal"], 9)
        self.assertEqual(by_name["missing"]["reason"], "command not found")
        shown = self.submitter.ask("task.show", execution=execution, task="code")
        self.assertEqual(shown["attempts"][0]["stderr_tail"], "why\n")

    def test_worker_streams_a_large_log(self):
        execution, status = self.run_package([words.task("big", ["sh", "-c", "seq 1 300000"])], workers=["python"])
        self.assertEqual(status, "succeeded")
        expected = "".join(f"{n}\n" for n in range(1, 300001)).encode()
        got = b""
        while len(got) < len(expected):
            page = self.submitter.ask("logs.read", execution=execution, task="big", offset=len(got), limit=1 << 20)
            got += base64.b64decode(page["data"])
        self.assertEqual(got, expected)

    def test_key_once_for_all(self):
        package = words.package("p", [words.task("t", ["true"])])
        first = self.submitter.submit(package, key="same key")
        again = self.submitter.submit(package, key="same key")
        self.assertEqual((again[1], again[2]), (first[1], True))
        with self.assertRaises(Refused) as refused:
            self.submitter.submit(words.package("p", [words.task("t", ["false"])]), key="same key")
        self.assertEqual(refused.exception.reason, "conflict")

    def test_worker_is_canceled(self):
        accepted = self.submitter.submit(words.package("p", [words.task("long", ["sleep", "600"])]), workers=["python"])
        until(lambda: self.tasks(accepted[1])[0]["status"] == "running", "the task runs")
        self.submitter.ask("execution.cancel", select=[str(accepted[1])])
        self.assertEqual(self.submitter.wait(accepted[1]), "canceled")

    def test_goes_on_behind_a_restarted_broker(self):
        accepted = self.submitter.submit(words.package("p", [words.task(
            "each", ["sh", "-c", "echo ${{ item }}"], for_each=words.range_of(1, 200))]), workers=["python"])
        self.cluster.kill_role("broker")
        self.assertEqual(self.submitter.wait(accepted[1]), "succeeded")
        self.assertEqual({r["attempt"] for r in self.tasks(accepted[1])}, {1})

    def test_zz_catalog_is_clean(self):
        self.assertTrue(self.cluster.verify()["clean"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
