#!/usr/bin/python3
"""Workflow traces of others (WfFormat), a hundred times as fast: all tasks end, and the catalog's times respect every edge.

The traces are the .json files in ARGOSY_WORKLOADS, or in ../shared/workloads beside the repository; without them this test
is skipped, and says so. With ARGOSY_TEST_POSTGRES the catalog is that PostgreSQL, else SQLite.
"""
import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from cluster import ROOT, SKIPPED, Cluster

URL = os.environ.get("ARGOSY_TEST_POSTGRES", "")


def workloads():
    named = os.environ.get("ARGOSY_WORKLOADS")
    for folder in [Path(named)] if named else [ROOT.parent / "shared" / "workloads", ROOT.parent.parent / "shared" / "workloads"]:
        found = sorted(f for f in folder.glob("*.json"))
        if found:
            return found
    return []


def edges_of(trace):
    """Pairs of names, as the trace has them: not as the importer understood them."""
    tasks = json.loads(Path(trace).read_text())["workflow"]["specification"]["tasks"]
    return {(p, t["id"]) for t in tasks for p in t.get("parents") or []} | \
           {(t["id"], c) for t in tasks for c in t.get("children") or []}, [t["id"] for t in tasks]


class TracesTest(unittest.TestCase):
    def test_traces(self):
        with Cluster(workers=2, cpu_milli=4000, catalog=URL) as cluster, tempfile.TemporaryDirectory() as folder:
            executions = []
            for trace in workloads():
                made = subprocess.run([ROOT / "scripts" / "import-wfformat", trace, "--speed-up", "100", "-o", folder],
                                      check=True, capture_output=True, text=True)
                cluster.must("project", "deploy", made.stdout.splitlines()[-1])
                executions.append((trace, cluster.submit(trace.name.removesuffix(".json"))))
            for trace, execution in executions:
                with self.subTest(trace=trace.name):
                    self.assertEqual(cluster.wait(execution, 400), "succeeded")
                    self.check(trace, cluster.json("task", "list", str(execution)))
            self.assertTrue(cluster.verify()["clean"])

    def check(self, trace, rows):
        edges, ids = edges_of(trace)
        by_name = {r["name"]: r for r in rows}
        self.assertEqual(set(by_name), set(ids))
        self.assertEqual({r["status"] for r in rows}, {"succeeded"})
        self.assertEqual({(a, r["name"]) for r in rows for a in r["after"] or []}, edges)
        for before, after in edges:
            self.assertLessEqual(by_name[before]["ended_at"], by_name[after]["started_at"], f"{before} → {after}")
        print(f"{trace.name}: {len(ids)} tasks, {len(edges)} edges respected", flush=True)


if __name__ == "__main__":
    if not workloads():
        print("SKIPPED: no traces in ARGOSY_WORKLOADS or ../shared/workloads")
        sys.exit(SKIPPED)
    unittest.main(verbosity=2)
