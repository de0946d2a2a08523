#!/usr/bin/python3
"""PostgreSQL goes away, or takes no writes, and comes back: submits are refused with that reason, running work goes on,
results wait in the workers, all is recorded afterwards. Run it by scripts/test-postgres run."""
import os
import pwd
import subprocess
import sys
import unittest

from cluster import SKIPPED, Cluster, until

URL = os.environ.get("ARGOSY_TEST_POSTGRES", "")
DATA = os.environ.get("ARGOSY_TEST_POSTGRES_DATA", "")
BIN = os.environ.get("ARGOSY_PG_BIN", "/usr/lib/postgresql/15/bin")


def stop():
    server("stop", "-m", "immediate")


def start():
    if not os.path.exists(f"{DATA}/postmaster.pid"):
        port = URL.rsplit(":", 1)[1].split("/")[0]
        server("start", "-o", f"-p {port}", "-l", f"{DATA}/again.log")


def server(*words):
    """pg_ctl, as whoever owns the data."""
    owner = pwd.getpwuid(os.stat(DATA).st_uid)
    before = [] if os.geteuid() == owner.pw_uid else ["setpriv", "--reuid", str(owner.pw_uid), "--regid", str(owner.pw_gid), "--clear-groups"]
    subprocess.run([*before, f"{BIN}/pg_ctl", "-D", DATA, "-w", *words], check=True, stdout=subprocess.DEVNULL, cwd="/")


def sql(statement):
    subprocess.run(["psql", "-X", "-q", URL, "-c", statement], check=True, capture_output=True)


class CatalogAwayTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = Cluster(workers=1, cpu_milli=2000, catalog=URL)

    @classmethod
    def tearDownClass(cls):
        cls.cluster.close()

    def drill(self, leave, come_back):
        """Two run when the catalog goes and end while it is away; what comes afterwards is refused and then served."""
        cluster = self.cluster
        gate = cluster.folder.parent / f"gate-{self.id()}"
        ledger = cluster.folder.parent / f"ledger-{self.id()}"
        os.mkfifo(gate)
        runs = cluster.submit("--array", "1-2", "--", "sh", "-c", f"read line < {gate}; echo out {{}}; echo done >> {ledger}")
        until(lambda: cluster.show(runs)["tasks"]["running"] == 2, "both run")
        until(lambda: cluster.reasons(runs) == ["running on w1"], lambda: f"both were started: {cluster.reasons(runs)}")
        waits = cluster.submit("--array", "1-5", "--", "true")
        self.addCleanup(come_back)
        leave()
        held = os.open(gate, os.O_RDWR)                          # to the end: one of the two may open it only after the other has read
        self.addCleanup(os.close, held)
        os.write(held, b"go\ngo\n")
        until(lambda: ledger.exists(), "running work goes on")
        until(lambda: cluster.json("status")["catalog"]["state"] != "available", "status says that the catalog is away")
        refused = cluster.argosy("--patience", "15", "submit", "--", "true")
        self.assertEqual(refused.code, 75, refused)
        self.assertIn("catalog", refused.err)
        cluster.until_reason(waits, "the catalog is away since")
        come_back()
        self.assertEqual(cluster.wait(runs), "succeeded")
        self.assertEqual(cluster.wait(waits), "succeeded")
        self.assertEqual(ledger.read_text(), "done\ndone\n")
        self.assertEqual([t["attempt"] for t in cluster.json("task", "list", str(runs))], [1, 1])
        self.assertEqual(cluster.must("logs", str(runs), "--task", "2").out, "out 2\n")
        self.assertEqual(cluster.submit("--wait", "--", "true") > waits, True)
        self.assertTrue(cluster.verify()["clean"])

    def test_server_stopped(self):
        self.drill(stop, start)

    def test_read_only(self):
        def read_only(value):
            sql(f"alter system set default_transaction_read_only = {value}")   # no transaction of its own: never refused
            sql("select pg_reload_conf()")
        self.drill(lambda: read_only("on"), lambda: read_only("off"))


if __name__ == "__main__":
    if not URL or not DATA:
        print("SKIPPED: no PostgreSQL; run it by scripts/test-postgres run -- tests/system/catalog_away_test.py")
        sys.exit(SKIPPED)
    unittest.main(verbosity=2)
