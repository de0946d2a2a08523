#!/usr/bin/python3
"""`argosy up` with several brokers and masters: the serving broker and the holding master are killed under a load, `up` starts
them again, every item runs once. Stopped and started, with other numbers too, nothing is lost."""
import os
import unittest

from cluster import Cluster, argosy, lines_of, until

ITEMS = 600                          # of 20 ms each, two at a time


def process(name):
    """The first broker and the first master go by their role's name."""
    return {"b1": "broker", "m1": "master"}.get(name, name)


class HaUp(unittest.TestCase):
    def start(self, brokers, masters):
        cluster = Cluster(workers=1, up=False)
        self.addCleanup(cluster.close)
        return cluster.up("--brokers", brokers, "--masters", masters)

    def until_whole(self, cluster, brokers, masters):
        """Until one of the brokers serves and one of the masters holds, and the others stand by: (broker, its epoch, master, its term)."""
        def whole():
            told = cluster.json("broker", "list"), cluster.json("master", "list")
            heard = [b for b in told[0] if b["heard_ago_ms"] is not None and b["heard_ago_ms"] < 2000 and not b["trouble"]]
            duties = sorted(b["duty"] for b in heard)
            states = sorted(m["state"] for m in told[1])
            if duties != ["active", *["standby"] * (brokers - 1)] or states != ["holding", *["standby"] * (masters - 1)]:
                return None
            active = next(b for b in told[0] if b["active"])
            holder = next(m for m in told[1] if m["shards"])
            return active["broker"], active["epoch"], holder["master"], holder["shards"][0]["term"]
        return until(whole, lambda: f"{brokers} brokers and {masters} masters: {cluster.json('status')}")

    def runs(self, cluster):
        self.assertEqual(cluster.wait(cluster.submit("--", "/bin/true")), "succeeded")

    def test_killed_under_load(self):
        cluster = self.start(2, 2)
        broker, epoch, holder, term = self.until_whole(cluster, 2, 2)
        ledger, gate = cluster.folder.parent / "ledger", cluster.folder.parent / "gate"
        ledger.touch()
        # The last items wait for the gate, so that the work outlasts the kills.
        script = (f'echo "$ARGOSY_ITEM" >> {ledger}; timeout 0.02 tail -f /dev/null; '
                  f'if [ "$ARGOSY_ITEM" -gt {ITEMS - 2} ]; then read line < {gate}; fi')
        os.mkfifo(gate)
        held = os.open(gate, os.O_RDWR)
        self.addCleanup(os.close, held)
        execution = cluster.submit("--array", f"1-{ITEMS}", "--", "sh", "-c", script)

        def goes_on():
            before = len(lines_of(ledger))
            until(lambda: len(lines_of(ledger)) >= min(before + 30, ITEMS), lambda: f"items start: {cluster.json('status')}")

        goes_on()
        cluster.kill_role(process(broker))
        goes_on()
        self.assertGreater(self.until_whole(cluster, 2, 2)[1], epoch)
        cluster.kill_role(process(holder))
        goes_on()
        self.assertGreater(self.until_whole(cluster, 2, 2)[3], term)
        os.write(held, b"\n\n")
        self.assertEqual(cluster.wait(execution), "succeeded")
        self.assertEqual(sorted(map(int, ledger.read_text().split())), list(range(1, ITEMS + 1)))
        self.assertTrue(cluster.verify()["clean"])

        told = cluster.must("status").out
        for name in ("b1", "b2", "m1", "m2"):
            self.assertIn(f"{name} ", told)
        cluster.down()
        cluster.up()                                 # as many as before
        self.until_whole(cluster, 2, 2)
        self.assertEqual(cluster.show(execution)["tasks"]["succeeded"], ITEMS)
        self.runs(cluster)

    def test_other_numbers(self):
        cluster = self.start(1, 1)
        before = cluster.submit("--", "/bin/true")
        cluster.down()
        cluster.edit("broker", lambda text: "peers = [  # none\n]\n" + text + "[bounds]\nclients = 100\n")
        for brokers, masters in ((3, 2), (2, 3), (1, 1)):
            cluster.up("--brokers", brokers, "--masters", masters)
            self.until_whole(cluster, brokers, masters)
            self.runs(cluster)
            self.assertEqual(cluster.json("status")["warnings"], [])
            warned = [row for row in cluster.json("doctor", "broker") if row["result"] != "ok"]
            self.assertNotIn("fingerprint", [row["check"] for row in warned])
            cluster.down()
        self.assertIn("[bounds]\nclients = 100\n", (cluster.folder / "broker-b3.toml").read_text())
        cluster.up("--masters", 1)                   # of brokers as many as before
        self.until_whole(cluster, 1, 1)
        self.assertEqual(cluster.wait(before), "succeeded")
        self.assertTrue(cluster.verify()["clean"])

    def test_peers_written_by_hand(self):
        cluster = Cluster(up=False)
        self.addCleanup(cluster.close)
        cluster.edit("broker", lambda text: text + 'peer_listen = "tcp://127.0.0.2:1"\n[[peers]]\nname = "b9"\nendpoint = "tcp://h:1"\n')
        refused = argosy("up", "--dir", cluster.folder, "--background", "--brokers", 2)
        self.assertEqual((refused.code, "broker.toml: its peers were written by hand" in refused.err), (2, True), refused)


if __name__ == "__main__":
    unittest.main(verbosity=2)
