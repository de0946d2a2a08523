#!/usr/bin/python3
"""`argosy up` as people use it: who started it goes away; some of its workers take no part."""
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

    def test_what_the_background_waits_for(self):
        """A catalog that is another one than the cluster's: its master is refused."""
        self.assertEqual(self.start("--background").wait(), 0)
        self.cluster.must("down")
        for file in (self.cluster.folder / "catalog").iterdir():
            file.unlink()
        with self.start("--background", stderr=subprocess.PIPE, text=True).stderr as told:
            self.assertRegex(told.readline(), "master is not ready yet: .*refused: the catalog of master m1")
        self.process.kill()

    def test_reader_of_the_foreground(self):
        process = self.start(stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        process.stdout.close()
        process.stderr.close()
        until(lambda: self.cluster.pid("w1"), "w1 runs")
        self.until_online()
        self.cluster.kill_role("w1")                 # `up` has something to say
        self.until_online()
        self.assertIsNone(process.poll())


class WorkersThatTakeNoPart(unittest.TestCase):
    def up_again(self, cluster):
        """What it says."""
        cluster.must("down")
        return cluster.must("up", "--background", timeout=60).out

    def until_online(self, cluster, names):
        until(lambda: [w["worker"] for w in cluster.json("worker", "list") if w["online"]] == names, f"{names} are online")

    def test_disabled_drained_removed(self):
        with Cluster(workers=4, cpu_milli=1000) as cluster:
            cluster.must("worker", "disable", "w2")
            cluster.must("worker", "drain", "w3")
            self.assertIn("it runs: it is refused from now on", cluster.must("worker", "remove", "w4").out)
            told = self.up_again(cluster)
            for line in ("3 workers", "w2 is not enabled: `argosy worker enable w2`", "w3 is draining; `argosy worker enable w3`",
                         "w4 was removed", "`argosy worker add w4 --here`"):
                self.assertIn(line, told)
            self.until_online(cluster, ["w1", "w3"])
            self.assertEqual(cluster.wait(cluster.submit("--", "/bin/true")), "succeeded")

            cluster.must("worker", "enable", "w2")   # it runs already
            cluster.must("worker", "enable", "w3")
            self.assertRegex(cluster.must("worker", "add", "w4", "--here").out, r"state +disabled")
            cluster.must("worker", "enable", "w4")
            self.until_online(cluster, ["w1", "w2", "w3"])
            self.assertEqual(len(self.up_again(cluster).splitlines()), 1)
            self.until_online(cluster, ["w1", "w2", "w3", "w4"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
