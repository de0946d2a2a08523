#!/usr/bin/python3
"""Bad peers are refused with a reason, counted by it, seen in `argosy status`; the broker's memory stays bounded and nobody
else notices: a real execution goes on beside each of them.
"""
import os
import random
import socket
import time
import unittest
from pathlib import Path

import keys
import msgpack
import words
import zmq
from cluster import SLOW, Cluster, until
from keys import KeyPair


class Stranger:
    """Says whatever it is told to, and keeps what it hears."""

    def __init__(self, cluster, key_pair):
        self.socket = zmq.Context.instance().socket(zmq.DEALER)
        self.socket.linger = 0
        self.socket.reconnect_ivl, self.socket.reconnect_ivl_max = 50, 50
        key_pair.curve(self.socket, keys.endpoint_key(cluster.folder / "authority.pem", cluster.folder / "endpoint.pem"))
        self.socket.connect(cluster.endpoint())
        self.session = random.randrange(1, 2**63)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def frames(self, *frames):
        self.socket.send_multipart(frames)

    def say(self, envelope, body):
        self.frames(envelope.pack(), words.pack(body))

    def hello(self, host=("python", "machine-A", "boot")):
        self.say(words.Envelope(words.HELLO), [self.session, list(host), "python", [], [1000, 0, []], 0, False, []])

    def hear(self, wanted, seconds=20):
        """The next message with this word, (envelope, body); None where none comes."""
        deadline = time.monotonic() + seconds * SLOW
        while self.socket.poll(max(0, deadline - time.monotonic()) * 1000):
            parts = self.socket.recv_multipart()
            if len(parts) == 2:
                envelope, body = words.Envelope.unpack(parts[0]), words.unpack(parts[1])
                if envelope.word == wanted:
                    return envelope, body
        return None

    def welcome(self):
        """Says Hello; the envelope that it may use from then on."""
        self.hello()
        heard = self.hear(words.WELCOME)
        if heard is None:
            raise AssertionError("no Welcome")
        envelope, body = heard
        return lambda word, **more: words.Envelope(word, epoch=envelope.epoch, connection=body[0], **more)

    def refusal(self):
        """(reason, text) of the next Refused."""
        heard = self.hear(words.REFUSED)
        return (words.REFUSALS[heard[1][1]], heard[1][2]) if heard else (None, "nothing was heard")


class BadPeersTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = Cluster(workers=1)
        cls.folder = cls.cluster.folder
        cls.submitter_key = KeyPair.load(cls.folder / "keys/submitter-submitter.key")
        cls.operator_key = KeyPair.load(cls.folder / "keys/operator-admin.key")

    @classmethod
    def tearDownClass(cls):
        cls.cluster.close()

    def setUp(self):
        """Everybody else: works all the time, and must not notice."""
        self.beside = self.cluster.submit("--array", "1-50", "--", "echo", "{}")

    def tearDown(self):
        self.assertEqual(self.cluster.wait(self.beside), "succeeded")
        shown = self.cluster.json("task", "list", str(self.beside))
        self.assertEqual({t["attempt"] for t in shown}, {1}, "somebody noticed")

    def counted(self, reason, before):
        until(lambda: self.cluster.counters().get(reason, 0) > before, lambda: f"{reason} is counted: {self.cluster.counters()}")

    def expect(self, reason, act, key_pair=None):
        """`act` says something bad on a welcomed connection: refused for `reason`, and counted."""
        before = self.cluster.counters().get(reason, 0)
        with Stranger(self.cluster, key_pair or self.submitter_key) as stranger:
            act(stranger, stranger.welcome())
            self.assertEqual(stranger.refusal()[0], reason)
        self.counted(reason, before)

    # -- Keys.

    def test_unknown_key(self):
        before = self.cluster.json("status")["refused"]
        unknown = KeyPair.generate()
        with Stranger(self.cluster, unknown) as stranger:
            stranger.hello()
            until(lambda: self.cluster.json("status")["refused"] > before, "status shows the refused key")
            self.assertEqual(stranger.socket.poll(0), 0, "a stranger was answered")
        refused = [r for b in self.cluster.json("broker", "list") for r in b["refused"]]
        self.assertIn(unknown.public.hex(), [r["key"] for r in refused])
        entry = next(r for r in refused if r["key"] == unknown.public.hex())
        self.assertTrue(entry["address"].startswith("127.0.0.1"), entry)
        self.assertIn("refused", self.cluster.must("status").out)

    def test_wrong_server_key(self):
        """Who takes another server for ours never gets as far as a word."""
        with Stranger(self.cluster, self.submitter_key) as stranger:
            other = zmq.Context.instance().socket(zmq.DEALER)
            other.linger = 0
            self.submitter_key.curve(other, KeyPair.generate().public)
            other.connect(self.cluster.endpoint())
            other.send_multipart([words.Envelope(words.HELLO).pack(), words.pack([1, ["a", "b", "c"], "", [], [0, 0, []], 0, False, []])])
            stranger.welcome()       # ours, meanwhile, is answered
            self.assertEqual(other.poll(0), 0)
            other.close()

    def test_worker_that_is_not_enabled(self):
        key = KeyPair.generate()
        self.cluster.must("worker", "add", "disabled", "--key", key.public.hex())
        with Stranger(self.cluster, key) as stranger:
            stranger.hello()
            reason, text = stranger.refusal()
            self.assertEqual(reason, "not_enabled", text)
            self.assertIn("enable", text)

    def test_revoked_key_is_cut_off(self):
        key = KeyPair.generate()
        self.cluster.must("worker", "add", "gone", "--key", key.public.hex())
        self.cluster.must("worker", "enable", "gone")
        with Stranger(self.cluster, key) as stranger:
            envelope = stranger.welcome()
            self.cluster.must("worker", "remove", "gone")
            stranger.say(envelope(words.PING), [1])
            self.assertEqual(stranger.refusal()[0], "not_enabled")

    # -- Words that are not theirs.

    def test_wrong_role(self):
        def credit(stranger, envelope):
            stranger.say(envelope(words.CREDIT), [4, False, []])

        def publish(stranger, envelope):
            stranger.say(envelope(words.PUBLISH), [[], []])

        def run(stranger, envelope):
            stranger.say(envelope(words.RUN, to=[words.WORKER, "w1", 1]), [1, 1, [], []])

        for act in (credit, publish, run):
            with self.subTest(act=act.__name__):
                self.expect("not_allowed", act)

    def test_a_name_in_a_field_is_not_believed(self):
        """A submitter that writes "operator" into `from` may not do what operators may."""
        with Stranger(self.cluster, self.submitter_key) as stranger:
            envelope = stranger.welcome()
            lie = envelope(words.ASK, to=[words.MASTER, "", 0], sender=[words.OPERATOR, "admin", 1])
            stranger.say(lie, ["lie", "worker.disable", '{"worker": "w1"}'])
            self.assertEqual(stranger.refusal()[0], "not_allowed")

    # -- Frames.

    def test_rubbish(self):
        before = self.cluster.counters()["malformed"]
        noise = random.Random(7)
        with Stranger(self.cluster, self.submitter_key) as stranger:
            good = stranger.welcome()(words.PING)
            for _ in range(300):
                stranger.frames(noise.randbytes(noise.randrange(1, 400)), noise.randbytes(noise.randrange(400)))
            for _ in range(50):
                stranger.frames(good.pack(), noise.randbytes(40))
            stranger.frames(b"one frame")
            stranger.frames(good.pack(), words.pack([1]), b"three frames")
            self.assertEqual(stranger.refusal()[0], "malformed")
        self.counted("malformed", before + 100)

    def test_truncated_and_nested(self):
        def truncated(stranger, envelope):
            stranger.frames(envelope(words.SUBMIT, to=[words.MASTER, "", 0]).pack()[:-3], words.pack([]))

        def deep(stranger, envelope):
            body = []
            for _ in range(200):
                body = [body]
            stranger.frames(envelope(words.PING).pack(), msgpack.packb(body))

        def huge_count(stranger, envelope):
            stranger.frames(envelope(words.PING).pack(), b"\xdd\xff\xff\xff\xff")     # an array of 4 billion

        for act in (truncated, deep, huge_count):
            with self.subTest(act=act.__name__):
                self.expect("malformed", act)

    def test_a_word_that_the_broker_carries_unread(self):
        """It is the master that cannot decode it, and says so."""
        ignored = lambda: self.cluster.json("status")["counters"]["undecodable"]
        before = ignored()
        with Stranger(self.cluster, self.submitter_key) as stranger:
            envelope = stranger.welcome()
            for word, body in ((words.SUBMIT, ["key", 1, 2, 3]), (words.ASK, ["key", "status", 7]), (words.WATCH, ["key", [["x"]]])):
                stranger.say(envelope(word, to=[words.MASTER, "", 0]), body)
                heard = stranger.hear(words.REFUSED)
                self.assertIsNotNone(heard, f"no answer to word {word}")
                told, reason, text, request = heard[1][:4]
                self.assertEqual((told, words.REFUSALS[reason], request), (word, "malformed", "key"), text)
                self.assertRegex(text, r"^\w+\.\w+")
        self.assertEqual(ignored(), before + 3)

    def test_oversized(self):
        """More than a message may have: the connection ends, which is counted; memory does not grow."""
        ended = self.cluster.counters()["gone_without_bye"]
        broker = self.cluster.pid("broker")
        resident = lambda: int(Path(f"/proc/{broker}/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE")
        before = resident()
        for _ in range(10):
            with Stranger(self.cluster, self.submitter_key) as stranger:
                envelope = stranger.welcome()
                stranger.socket.linger = 2000
                stranger.frames(envelope(words.PING).pack(), b"\0" * (40 << 20))
        with Stranger(self.cluster, self.submitter_key) as stranger:
            stranger.welcome()
        self.counted("gone_without_bye", ended + 9)
        self.assertLess(resident() - before, 64 << 20, "memory of the broker")
        self.assertEqual(self.cluster.pid("broker"), broker)

    def test_large_envelope(self):
        self.expect("too_large", lambda s, e: s.frames(e(words.PING, to=[words.BROKER, "x" * 5000, 0]).pack(), words.pack([1])))

    def test_old_protocol_version(self):
        self.expect("version", lambda s, e: s.say(e(words.PING, version=0), [1]))
        self.expect("version", lambda s, e: s.say(e(words.PING, version=99), [1]))

    def test_unknown_word(self):
        self.expect("unknown_word", lambda s, e: s.say(e(999), [1]))

    # -- Sessions.

    def test_replay_of_an_old_connection(self):
        """What was said on an earlier connection is refused on a later one, however often it is repeated."""
        before = self.cluster.counters()["no_hello"]
        with Stranger(self.cluster, self.submitter_key) as stranger:
            old = stranger.welcome()(words.ASK, to=[words.MASTER, "", 0])
            stranger.say(old, ["first", "status", "{}"])
            self.assertIsNotNone(stranger.hear(words.ANSWER))
            stranger.session += 1
            new = stranger.welcome()
            for _ in range(20):
                stranger.say(old, ["again", "status", "{}"])
            self.assertEqual(stranger.refusal()[0], "no_hello")
            stranger.say(new(words.ASK, to=[words.MASTER, "", 0]), ["second", "status", "{}"])
            self.assertEqual(stranger.hear(words.ANSWER)[1][0], "second")
        self.counted("no_hello", before + 19)

    def test_before_hello(self):
        with Stranger(self.cluster, self.submitter_key) as stranger:
            stranger.say(words.Envelope(words.ASK, to=[words.MASTER, "", 0]), ["r", "status", "{}"])
            self.assertEqual(stranger.refusal()[0], "no_hello")

    def test_replay_of_an_old_session_of_a_worker(self):
        """Finished for an attempt that it never had, from an earlier session: changes nothing."""
        key = KeyPair.generate()
        self.cluster.must("worker", "add", "late", "--key", key.public.hex())
        self.cluster.must("worker", "enable", "late")
        with Stranger(self.cluster, key) as stranger:
            envelope = stranger.welcome()
            holder = self.cluster.json("master", "list")[0]["shards"][0]
            end = [[[self.beside, 0, 3], 1], 1, 0, 0, 1, 2, [0, 0, 0], 0, "", {}, ""]
            for session in (stranger.session, 77):
                stranger.say(envelope(words.FINISHED, to=[words.MASTER, "", 0], reign=(holder["shard"], holder["term"])),
                             [session, [end]])
            stranger.say(envelope(words.PING), [5])
            self.assertIsNotNone(stranger.hear(words.PONG))
        self.assertEqual(self.cluster.wait(self.beside), "succeeded")
        item = next(t for t in self.cluster.json("task", "list", str(self.beside)) if t["item"] == 3)
        self.assertEqual(item["worker"], "w1")

    def test_second_host_with_a_workers_key(self):
        before = self.cluster.counters()["twin"]
        with Stranger(self.cluster, KeyPair.load(self.folder / "keys/worker-w1.key")) as stranger:
            stranger.hello(host=("elsewhere", "another-machine", "another-boot"))
            reason, text = stranger.refusal()
            self.assertEqual(reason, "twin")
            self.assertIn("w1 is connected from host", text)
        self.counted("twin", before)

    # -- Sheer mass.

    def test_many_strangers_at_once(self):
        broker = self.cluster.pid("broker")
        strangers = [Stranger(self.cluster, KeyPair.generate()) for _ in range(100)]
        raw = [socket.create_connection(("127.0.0.1", self.cluster.port())) for _ in range(100)]
        for connection in raw:
            connection.send(os.urandom(200))
        done = self.cluster.submit("--wait", "--", "echo", "served")
        self.assertEqual(self.cluster.must("logs", str(done)).out, "served\n")
        until(lambda: self.cluster.json("status")["refused"] >= 100, "all are counted")
        for one in strangers:
            one.socket.close()
        for connection in raw:
            connection.close()
        self.assertEqual(self.cluster.pid("broker"), broker)


if __name__ == "__main__":
    unittest.main(verbosity=2)
