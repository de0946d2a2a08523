#!/usr/bin/python3
"""A worker comes to its folder: by a one-time bundle with its key, or with a key that never left its host."""
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

from cluster import ARGOSY, SLOW, Cluster, argosy, until

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
            worker.wait(60 * SLOW)

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
        with open(folder / "worker.toml", "a") as settings:
            settings.write("# mine\n")
        bundle.write_text(text)
        again = self.join(bundle, folder)
        self.assertEqual(again.code, 1)
        self.assertIn("this folder is in use", again.err)
        self.assertEqual(argosy("doctor", "worker", "--dir", folder).code, 0)
        self.runs_a_task("w7", folder)

    def test_cut_off_and_said_again(self):
        """What a join that was killed left does not stand in its own way; what somebody else left does."""
        bundle, folder = self.add("w6"), self.outside / "w6"
        text = bundle.read_text()
        self.assertEqual(self.join(bundle, folder).code, 0)
        for left in (["keys/worker.key"], ["keys/worker.key", "authority.pem", "endpoint.pem"],
                     ["keys/worker.key", "authority.pem", "endpoint.pem", "worker.toml"]):
            with self.subTest(left=left):
                for file in ("keys/worker.key", "authority.pem", "endpoint.pem", "worker.toml"):
                    if file not in left:
                        (folder / file).unlink()
                bundle.write_text(text)
                done = self.join(bundle, folder)
                self.assertEqual((done.code, bundle.exists()), (0, False), done)
        self.assertEqual(argosy("doctor", "worker", "--dir", folder).code, 0)
        bundle.write_text(text)
        other = self.outside / "w6-other"
        key = argosy("worker", "init", "--dir", other, "-o", "quiet").out.strip()
        refused = self.join(bundle, other)
        self.assertEqual(refused.code, 1, refused)
        self.assertIn(f"worker.key is {key}", refused.err)

    def test_a_bundle_that_cannot_be_removed(self):
        with tempfile.TemporaryDirectory() as place:
            bundle = Path(place) / "fixed" / "w5.join"
            bundle.parent.mkdir()
            bundle.write_text(self.add("w5").read_text())
            os.chmod(place, 0o777)
            os.chmod(bundle.parent, 0o555)
            nobody = {"user": 65534} if os.geteuid() == 0 else {}   # whom modes hold back
            done = subprocess.run([ARGOSY, "worker", "join", bundle, "--dir", f"{place}/w5", "--passphrase-file", "-"],
                                  input=PASSPHRASE, text=True, capture_output=True, **nobody)
            os.chmod(bundle.parent, 0o755)
            self.assertEqual(done.returncode, 1, done)
            self.assertIn(f"{bundle}: all is done, but the bundle cannot be removed", done.stderr)
            self.assertEqual(argosy("doctor", "worker", "--dir", f"{place}/w5").code, 0)

    def test_either_certificate_of_a_rotation(self):
        own, other = self.cluster.folder / "endpoint.pem", self.outside / "other"
        argosy("cluster", "init", "--dir", other)
        before = own.read_text()
        own.write_text((other / "endpoint.pem").read_text() + before)
        try:
            bundle = self.add("w4")
        finally:
            own.write_text(before)
        done = self.join(bundle, self.outside / "w4")
        self.assertEqual(done.code, 0, done)

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
