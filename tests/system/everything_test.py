#!/usr/bin/python3
"""All processes killed at once, tasks and keepers included, and started again: every accepted task goes on to its one end."""
import unittest

from cluster import Cluster, until
from kill_test import SCRIPT, Ledger, attempts_of, compare


class EverythingTest(unittest.TestCase):
    def test_goes_on_to_its_end(self):
        with Cluster(workers=2, cpu_milli=1000) as cluster:
            ledger = Ledger(cluster.folder.parent / "ledger")
            array = cluster.submit("--array", "1-400", "--env", f"LEDGER={ledger.file}", "--", "sh", "-c", SCRIPT)
            waits = cluster.submit("--resources", "cpu=64", "--", "true")       # needs that nobody meets: waits on
            for round_ in range(3):
                before = ledger.size()
                until(lambda: ledger.size() > before, "tasks run")
                cluster.kill_all()
                until(lambda: not cluster.supervisor(), "the supervisor is gone")
                cluster.up()
            self.assertEqual(cluster.wait(array), "succeeded")
            compare(self, ledger, attempts_of(cluster, array), 400)
            cluster.must("execution", "cancel", str(waits))
            self.assertEqual(cluster.wait(waits), "canceled")
            self.assertTrue(cluster.verify()["clean"])

    def test_stopped_and_started_again_loses_nothing(self):
        with Cluster(workers=1) as cluster:
            first = cluster.submit("--wait", "--", "echo", "kept")
            waits = cluster.submit("--resources", "cpu=64", "--", "true")
            self.assertEqual(cluster.down().code, 0)
            cluster.up()
            self.assertEqual(cluster.must("logs", str(first)).out, "kept\n")
            self.assertEqual(cluster.show(waits)["status"] in ("pending", "created", "running"), True)


if __name__ == "__main__":
    unittest.main(verbosity=2)
