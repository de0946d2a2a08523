#!/usr/bin/python3
"""The projects in examples/ run as they stand: the audit, on a root of its own in which one file was altered, and the load."""
import hashlib
import shutil
import unittest

from cluster import ROOT, Cluster

EXAMPLES = ROOT / "examples"


def make_root(root):
    """A small system with three packages; a file of the second is altered, one of the third is gone."""
    info = root / "var/lib/dpkg/info"
    info.mkdir(parents=True)
    for package in ("one", "two", "three"):
        lines = []
        for name in ("a", "b"):
            path = f"usr/share/{package}/{name}"
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(f"{package} {name}")
            lines.append(f"{hashlib.md5((root / path).read_bytes()).hexdigest()}  {path}\n")
        (info / f"{package}.md5sums").write_text("".join(lines))
    (root / "usr/share/two/b").write_text("altered on purpose")
    (root / "usr/share/three/a").unlink()


class ExamplesTest(unittest.TestCase):
    def test_debian_audit(self):
        with Cluster(workers=2, cpu_milli=1000) as cluster:
            home = cluster.folder.parent
            make_root(home / "root")
            (home / "packages").write_text("one\ntwo\nthree\n")
            cluster.must("project", "deploy", EXAMPLES / "debian-audit")
            execution = cluster.submit("examples/debian-audit/audit", "-p", f"packages=@{home}/packages", "-p", f"workdir={home}/work",
                                       "-p", f"root={home}/root")
            self.assertEqual(cluster.wait(execution), "succeeded")
            report = cluster.must("logs", str(execution), "--task", "report").out
            self.assertIn("3 of 3 packages audited, 6 files: 4 ok, 1 altered, 1 missing", report)
            self.assertIn("/usr/share/two/b  (two)", report)
            self.assertIn("/usr/share/three/a  (three)", report)

    def test_nightly(self):
        with Cluster(workers=2, cpu_milli=1000) as cluster:
            project = cluster.folder.parent / "nightly"
            shutil.copytree(EXAMPLES / "nightly", project)
            cluster.must("project", "deploy", project)
            work = cluster.folder.parent / "work"
            execution = cluster.submit("examples/nightly/load", "-p", f"workdir={work}")
            self.assertEqual(cluster.wait(execution), "succeeded", cluster.json("task", "list", str(execution)))
            self.assertIn("0 without customer or product", cluster.must("logs", str(execution), "--task", "check").out)


if __name__ == "__main__":
    unittest.main(verbosity=2)
