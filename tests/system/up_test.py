#!/usr/bin/python3
"""`argosy up` as people use it: who started it goes away."""
import subprocess
import unittest

from cluster import ARGOSY, Cluster, until


class WhoStartedItGoes(unittest.TestCase):
    def setUp(self):
        self.cluster = Cluster(up=False)
        self.addCleanup(lambda: self.process.wait())  # after the cluster was closed: cleanups run backwards
        self.addCleanup(self.cluster.close)

    def start(self, *words, **streams):
        """`argosy up`, as a shell starts it; its process."""
        self.process = subprocess.Popen([ARGOSY, "up", "--dir", str(self.cluster.folder), *words], **streams)
        return self.process

    def until_online(self):
        until(lambda: [w["online"] for w in self.cluster.json("worker", "list")] == [True], "w1 is online")

    def until_logged(self, text):
        log = self.cluster.folder / "log" / "up.log"
        until(lambda: log.exists() and text in log.read_text(), f"up.log says \"{text}\"")

    def test_interrupted_in_the_background(self):
        waiting = self.start("--background")
        until(lambda: self.cluster.supervisor() not in (0, waiting.pid), "a process in the background")
        waiting.kill()
        self.until_logged("nobody hears: argosy is up")
        self.until_online()

    def test_reader_of_the_foreground(self):
        process = self.start(stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        process.stdout.close()
        process.stderr.close()
        until(lambda: self.cluster.pid("w1"), "w1 runs")
        self.until_online()
        self.cluster.kill_role("w1")                 # `up` has something to say
        self.until_online()
        self.assertIsNone(process.poll())


if __name__ == "__main__":
    unittest.main(verbosity=2)
