#!/usr/bin/python3
"""A worker comes to its folder: by a one-time bundle with its key, or with a key that never left its host."""
import os
import subprocess
import unittest
from pathlib import Path

from cluster import ARGOSY, Cluster, argosy, until

PASSPHRASE = "correct horse battery\n"


class JoinTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = Cluster(workers=1)
        cls.outside = Path(cls.cluster.temporary) / "outside"
        cls.outside.mkdir()
        cls.secret = cls.outside / "passphrase"
        cls.secret.write_text(PASSPHRASE)

    @classmethod
    def tearDownClass(cls):
        cls.cluster.close()

    def add(self, name, *more):
        bundle = self.outside / f"{name}.join"
        self.cluster.must("worker", "add", name, "--bundle", bundle, "--passphrase-file", self.secret, *more)
        self.assertEqual(bundle.stat().st_mode & 0o777, 0o600)
        return bundle

    def join(self, bundle, folder, passphrase=PASSPHRASE):
        return argosy("worker", "join", bundle, "--dir", folder, "--passphrase-file", "-", stdin=passphrase)

    def runs_a_task(self, name, folder):
        """Starts the worker there, lets it in, and has it run something."""
        self.cluster.must("worker", "enable", name)
        worker = subprocess.Popen([ARGOSY, "worker", "start", "--dir", str(folder)], stderr=(folder / "log").open("w"),
                                  stdout=subprocess.DEVNULL)
        try:
            execution = self.cluster.submit("--worker", name, "--", "sh", "-c", "echo $ARGOSY_ITEM from here")
            self.assertEqual(self.cluster.wait(execution), "succeeded", (folder / "log").read_text())
            self.assertEqual([t["worker"] for t in self.cluster.json("task", "list", str(execution))], [name])
        finally:
            worker.terminate()
            worker.wait(60)

    def test_a_bundle_with_its_key_is_used_once(self):
        bundle, folder = self.add("w7"), self.outside / "w7"
        text = bundle.read_text()
        self.assertNotIn("PRIVATE KEY", text)
        wrong = self.join(bundle, folder, "another passphrase\n")
        self.assertEqual((wrong.code, folder.exists()), (1, False), wrong)
        self.assertIn("wrong passphrase", wrong.err)
        done = self.join(bundle, folder)
        self.assertEqual(done.code, 0, done)
        self.assertFalse(bundle.exists(), "a used bundle is removed")
        self.assertEqual({f.stat().st_mode & 0o777 for f in (folder / "keys").iterdir()}, {0o600})
        bundle.write_text(text)
        again = self.join(bundle, folder)
        self.assertEqual(again.code, 1)
        self.assertIn("this folder is in use", again.err)
        self.assertEqual(argosy("doctor", "worker", "--dir", folder).code, 0)
        self.runs_a_task("w7", folder)

    def test_a_key_that_never_leaves_its_host(self):
        folder = self.outside / "w8"
        key = argosy("worker", "init", "--dir", folder, "-o", "quiet").out.strip()
        self.assertEqual(len(key), 64)
        self.assertEqual(argosy("worker", "init", "--dir", folder, "-o", "quiet").out.strip(), key, "said again, the same key")
        bundle = self.add("w8", "--key", key)
        elsewhere = self.join(bundle, self.outside / "w8-elsewhere")
        self.assertEqual(elsewhere.code, 1)
        self.assertIn("join in the folder where that was done", elsewhere.err)
        self.assertEqual(self.join(bundle, folder).code, 0)
        self.runs_a_task("w8", folder)

    def test_what_goes_wrong_leaves_nothing_behind(self):
        taken = self.cluster.argosy("worker", "add", "w1", "--bundle", self.outside / "w1.join", "--passphrase-file", self.secret)
        self.assertEqual(taken.code, 1, taken)
        self.assertIn("w1 has another key", taken.err)
        self.assertFalse((self.outside / "w1.join").exists())
        short = self.cluster.argosy("worker", "add", "w9", "--bundle", self.outside / "w9.join", "--passphrase-file", "-", stdin="short\n")
        self.assertEqual(short.code, 2)
        self.assertIn("at least 12 characters", short.err)
        known = [w["worker"] for w in self.cluster.json("worker", "list")]
        self.assertNotIn("w9", known)


if __name__ == "__main__":
    unittest.main(verbosity=2)
