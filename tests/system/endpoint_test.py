#!/usr/bin/python3
"""The cluster moves to another port under load: workers, masters and clients go there once it answers, and start there.

The other port is a plain forwarder to the broker, as a load balancer would be. It counts who comes through it.
"""
import socket
import threading
import unittest
from pathlib import Path

from cluster import Cluster, argosy, free_port, until


class Forwarder:
    """Carries bytes between those who connect to `port` and the broker."""

    def __init__(self, port, to):
        self.to, self.live, self.ever = to, 0, 0
        self.lock = threading.Lock()
        self.socket = socket.create_server(("127.0.0.1", port), backlog=64)
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                near, _ = self.socket.accept()
                far = socket.create_connection(("127.0.0.1", self.to))
            except OSError:
                return
            with self.lock:
                self.live += 1
                self.ever += 1
            threading.Thread(target=self.both, args=(near, far), daemon=True).start()

    def both(self, near, far):
        back = threading.Thread(target=self.carry, args=(far, near), daemon=True)
        back.start()
        self.carry(near, far)
        back.join()
        near.close()
        far.close()
        with self.lock:
            self.live -= 1

    @staticmethod
    def carry(source, sink):
        try:
            while data := source.recv(65536):
                sink.sendall(data)
        except OSError:
            pass
        for one in (source, sink):
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def close(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()


def state_of(file):
    """"told" or "reached", and the endpoint; nothing: it never moved."""
    if not Path(file).exists():
        return None
    return dict(line.split(" ", 1) for line in Path(file).read_text().splitlines() if line.split(" ")[0] in ("endpoint", "state"))


class EndpointTest(unittest.TestCase):
    def setUp(self):
        self.cluster = Cluster(workers=1)
        self.worker_file = self.cluster.folder / "workers" / "w1" / "endpoint.moved"
        self.own_file = self.cluster.folder / "endpoint.moved"

    def tearDown(self):
        self.cluster.close()

    def set_endpoint(self, endpoint, *more):
        return self.cluster.argosy("catalog", "set-endpoint", endpoint, *more, "-o", "json")

    def reached(self, file, endpoint):
        until(lambda: state_of(file) == {"endpoint": endpoint, "state": "reached"}, lambda: f"{file}: {state_of(file)}")

    def test_all_move_under_load_and_start_there(self):
        cluster = self.cluster
        old, new = cluster.port(), free_port()
        endpoint = f"tcp://127.0.0.1:{new}"
        load = cluster.submit("--array", "1-3000", "--", "sh", "-c", "echo $ARGOSY_ITEM")
        first = self.set_endpoint(endpoint)
        self.assertEqual(first.code, 0, first)
        self.assertEqual(self.set_endpoint(endpoint).json["serial"], first.json["serial"], "said again, nothing new")

        # Nobody listens there yet: all stay where they are, and say so.
        until(lambda: state_of(self.worker_file), "the worker was told")
        self.assertEqual(state_of(self.worker_file), {"endpoint": endpoint, "state": "told"})
        for role in ("w1", "master"):
            log = cluster.folder / "log" / f"{role}.log"
            until(lambda: f"{endpoint} is not reached yet" in log.read_text(), f"{role} says that it stays")
        self.assertEqual(cluster.json("status")["endpoint"]["endpoint"], endpoint)

        forwarder = Forwarder(new, old)
        self.reached(self.worker_file, endpoint)
        self.reached(self.own_file, endpoint)  # the master's, and the clients'
        until(lambda: forwarder.live >= 2, lambda: f"{forwarder.live} connections, worker and master")
        self.assertEqual(cluster.wait(load), "succeeded")
        tasks = cluster.show(load)["tasks"]
        self.assertEqual((tasks["succeeded"], tasks["total"]), (3000, 3000))

        # Whoever starts now starts there.
        for role in ("w1", "master"):
            before = forwarder.ever
            cluster.kill_role(role)
            until(lambda: forwarder.ever > before, f"{role} comes back through the new endpoint")
        before = forwarder.ever
        done = cluster.must("status")
        self.assertEqual(done.err, "")
        self.assertGreater(forwarder.ever, before, "a client starts at the new endpoint")
        self.assertEqual(cluster.wait(cluster.submit("--", "true")), "succeeded")
        operations = [(o["verb"], o["object"]) for o in cluster.json("operation", "list")]
        self.assertIn(("catalog.set-endpoint", endpoint), operations)
        verified = cluster.verify()
        self.assertTrue(verified["clean"], verified["problems"])
        forwarder.close()

    def test_what_nobody_would_believe_is_refused(self):
        cluster = self.cluster
        elsewhere = self.set_endpoint("tcp://elsewhere.example:7433")
        self.assertEqual(elsewhere.code, 2, elsewhere)
        self.assertIn("nobody would believe it", elsewhere.err)
        stranger = cluster.folder.parent / "stranger"
        argosy("cluster", "init", "--dir", stranger, "--endpoint", "tcp://127.0.0.1:7433")
        forged = self.set_endpoint("tcp://127.0.0.1:7433", "--certificate", stranger / "endpoint.pem")
        self.assertEqual(forged.code, 2, forged)
        for wrong in ("127.0.0.1:7433", "tcp://127.0.0.1:0", "tcp://127.0.0.1:99999", "tcp://127.0.0.1"):
            self.assertEqual(self.set_endpoint(wrong).code, 2, wrong)
        denied = cluster.argosy("--as", cluster.folder / "keys" / "submitter-submitter.key", "catalog", "set-endpoint", "tcp://127.0.0.1:1")
        self.assertEqual(denied.code, 1, denied)
        self.assertIn("may not ask catalog.set-endpoint", denied.err)
        self.assertIsNone(state_of(self.worker_file))
        # A certificate for another host, from the cluster's own authority, is taken.
        made = cluster.folder.parent / "new.pem"
        cluster.must("cluster", "certificate", made, "--host", "elsewhere.example")
        done = self.set_endpoint("tcp://elsewhere.example:7433", "--certificate", made)
        self.assertEqual(done.code, 0, done)


if __name__ == "__main__":
    unittest.main(verbosity=2)
