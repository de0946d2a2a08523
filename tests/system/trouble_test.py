#!/usr/bin/python3
"""Trouble of the machine's: a folder that is up already, a taken port, a key that others can read, a full disk. Each is told in
one line that names it; a full disk loses nothing."""
import os
import socket
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from cluster import Cluster, argosy, until


class StartTest(unittest.TestCase):
    def one_line(self, done, *parts):
        self.assertNotEqual(done.code, 0)
        self.assertEqual(len(done.err.strip().splitlines()), 1, done)
        for part in parts:
            self.assertIn(part, done.err)

    def test_up_twice(self):
        with Cluster() as cluster:
            self.one_line(argosy("up", "--dir", cluster.folder, "--background"), "is up already", str(cluster.folder))
            self.assertEqual(cluster.must("status").code, 0)

    def test_a_folder_that_cannot_be_made(self):
        with tempfile.TemporaryDirectory() as parent:
            file = Path(parent) / "file"
            file.touch()
            self.one_line(argosy("up", "--dir", file / "new", "--port", 0, "--background"), str(file / "new"), "cannot be made", "Not a directory")
            self.one_line(argosy("down", "--dir", file), str(file), "Not a directory")
            self.one_line(argosy("down", "--dir", parent), "is no folder that was ever up")

    def test_port_taken(self):
        with Cluster(up=False) as cluster, socket.socket() as other:
            other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            other.bind(("127.0.0.1", cluster.port()))
            other.listen()
            self.one_line(argosy("up", "--dir", cluster.folder, "--background"), "broker", str(cluster.port()), "in use")
        self.assertFalse(cluster.supervisor())

    def test_port_taken_where_nothing_is_yet(self):
        with tempfile.TemporaryDirectory() as parent, socket.socket() as other:
            folder = Path(parent) / "new"
            other.bind(("127.0.0.1", 0))
            other.listen()
            port = other.getsockname()[1]
            self.one_line(argosy("up", "--dir", folder, "--port", port, "--background"), str(port), "in use", "--port")
            self.assertFalse(folder.exists())
            started = argosy("up", "--dir", folder, "--port", 0, "--workers", 1, "--background")
            argosy("down", "--dir", folder)
            self.assertEqual(started.code, 0, started)

    def test_key_that_others_can_read(self):
        with Cluster(up=False) as cluster:
            for name, parts in (("operator-admin", ()), ("endpoint", ("broker",)), ("master-m1", ("master",)), ("worker-w1", ("w1",))):
                key = cluster.folder / "keys" / f"{name}.key"
                key.chmod(0o644)
                done = argosy("up", "--dir", cluster.folder, "--background")
                self.one_line(done, f"{name}.key", "600", *parts)
                key.chmod(0o600)
            cluster.up()

    def test_unknown_and_wrong_keys_in_a_configuration(self):
        with Cluster(up=False) as cluster:
            cluster.edit("broker", lambda text: text + "heartbeet = \"1s\"\n")
            self.one_line(argosy("up", "--dir", cluster.folder, "--background"), "broker.toml:", "heartbeet", "heartbeat")

    def test_no_cluster_there(self):
        with tempfile.TemporaryDirectory() as folder:
            self.one_line(argosy("--dir", folder, "status"), "cluster.toml", "argosy up")

    def test_nobody_answers(self):
        with Cluster(up=False) as cluster:
            done = argosy("--dir", cluster.folder, "--patience", "1", "status")
            self.assertEqual(done.code, 75, done)
            self.one_line(done, cluster.endpoint())


class FullDiskTest(unittest.TestCase):
    """The catalog's, or the worker's, folder is a small file system of its own. Needs the right to mount; else it is skipped, and says so."""

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="argosy-full-")
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", self.folder], capture_output=True).returncode != 0:
            os.rmdir(self.folder)
            print("SKIPPED: may not mount a small file system here", file=sys.stderr)
            self.skipTest("may not mount")

    def tearDown(self):
        subprocess.run(["umount", "-l", self.folder], check=True)
        os.rmdir(self.folder)

    def fill(self):
        filler = Path(self.folder) / "filler"
        with open(filler, "wb", buffering=0) as file:
            try:
                while True:
                    file.write(b"\0" * 4096)
            except OSError:
                pass
        return filler

    def test_waits_and_goes_on(self):
        with Cluster(workers=1, catalog=f"sqlite:{self.folder}/argosy.db") as cluster:
            ledger = cluster.folder.parent / "ledger"
            gate = cluster.folder.parent / "gate"
            os.mkfifo(gate)
            script = f"read line < {gate}; seq 1 200000; echo done >> {ledger}"
            runs = cluster.submit("--", "sh", "-c", script)
            cluster.until_reason(runs, "running on w1")
            filler = self.fill()
            gate.write_text("go\n")
            until(lambda: ledger.exists(), "running work goes on")
            refused = cluster.argosy("submit", "--", "echo", "x" * 100_000)
            self.assertEqual(refused.code, 75, refused)
            self.assertIn("catalog", refused.err)
            self.assertIn("full", refused.err)
            cluster.until_reason(runs, "catalog")
            self.assertEqual(cluster.json("status")["catalog"]["state"], "away")
            filler.unlink()
            self.assertEqual(cluster.wait(runs), "succeeded")
            self.assertEqual(ledger.read_text(), "done\n")
            log = cluster.must("logs", str(runs)).out
            self.assertEqual(log, "".join(f"{n}\n" for n in range(1, 200001)))
            self.assertTrue(cluster.verify()["clean"])

    def test_a_worker_that_was_killed_meanwhile_waits_too(self):
        with Cluster(workers=1, settings={"worker-w1": f'directory = "{self.folder}/w1"\n'}) as cluster:
            runs = cluster.submit("--", "sh", "-c", "test $ARGOSY_ATTEMPT != 1 || sleep 600")
            cluster.until_reason(runs, "running on w1")
            filler = self.fill()
            cluster.kill_role("w1")
            worker = cluster.pid("w1")
            until(lambda: "disk is full" in (cluster.folder / "log" / "w1.log").read_text(), "it says what it waits for")
            self.assertEqual(cluster.pid("w1"), worker)
            filler.unlink()
            self.assertEqual(cluster.wait(runs), "succeeded")
            self.assertEqual(cluster.pid("w1"), worker)


if __name__ == "__main__":
    unittest.main(verbosity=2)
