"""A small party of Argosy: one DEALER under CURVE, Hello and Welcome, Ping, Refused. schemas/protocol.md, "Sessions".

One thread owns it. Waiting is always in step(), for a message, a descriptor of the owner's or the next beat.
"""
import random
import time

import zmq

import keys
import words
from words import Envelope


class Refused(Exception):
    def __init__(self, body):
        self.word, self.reason, self.text, self.request = body[0], words.REFUSALS.get(body[1], body[1]), body[2], body[3]
        super().__init__(f"word {self.word} refused: {self.reason}: {self.text}")


def this_host():
    return ["python", first_line("/etc/machine-id") or "test-machine", first_line("/proc/sys/kernel/random/boot_id")]


def first_line(file):
    try:
        with open(file, encoding="utf-8") as lines:
            return lines.readline().strip()
    except OSError:
        return ""


class Peer:
    def __init__(self, folder, key_pair, endpoint, host=None):
        address = endpoint.split("://")[1].rsplit(":", 1)[0]
        self.server_key = keys.endpoint_key(f"{folder}/authority.pem", f"{folder}/endpoint.pem", address)
        self.key_pair, self.endpoint = key_pair, endpoint
        self.host = host or this_host()
        self.session = random.SystemRandom().randrange(1, 2**63)
        self.epoch, self.connection = (0, ""), 0
        self.heartbeat, self.silence = 1.0, 4.0
        self.holders = {}            # shard -> (term, master)
        self.poller = zmq.Poller()
        self.socket = None
        self._open()

    # -- What subclasses say.

    def hello_body(self):
        return [self.session, self.host, "python", [], [0, 0, []], 0, False, []]

    def on_welcome(self):
        pass

    def on_word(self, envelope, body):
        raise NotImplementedError

    def on_readable(self, descriptor):
        pass

    # -- The connection.

    def _open(self):
        if self.socket is not None:
            self.poller.unregister(self.socket)
            self.socket.close(linger=0)
        self.socket = zmq.Context.instance().socket(zmq.DEALER)
        self.socket.linger = 1000
        self.socket.reconnect_ivl, self.socket.reconnect_ivl_max = 10, 1000  # as argosy's own clients
        self.socket.maxmsgsize = 16 << 20
        self.key_pair.curve(self.socket, self.server_key)
        self.socket.connect(self.endpoint)
        self.poller.register(self.socket, zmq.POLLIN)
        self.connection = 0
        self.heard = self.said = time.monotonic()
        self.say_hello()

    def close(self):
        if self.connection:
            self.say(words.BYE, ["done"])
        self.socket.close()

    def abandon(self):
        self.socket.close(linger=0)

    def say_hello(self):
        self.send(Envelope(words.HELLO, epoch=self.epoch), self.hello_body())

    def say(self, word, body, to=None, reign=(0, 0)):
        self.send(Envelope(word, epoch=self.epoch, connection=self.connection, reign=reign, to=to or [words.BROKER, "", 0]), body)

    def send(self, envelope, body, flags=0):
        self.said = time.monotonic()
        self.socket.send_multipart([envelope.pack(), words.pack(body)], flags)

    def step(self, deadline):
        """One wait, until something happened or `deadline` (monotonic seconds) or the next beat."""
        now = time.monotonic()
        if now - self.heard > self.silence:
            return self._open()
        if now - self.said >= self.heartbeat:
            self.say(words.PING, [1]) if self.connection else self.say_hello()
        until = min(deadline, self.said + self.heartbeat, self.heard + self.silence)
        for ready, _ in self.poller.poll(max(0, until - now) * 1000):
            if ready is self.socket:
                self._take()
            else:
                self.on_readable(ready)

    def _take(self):
        while True:
            try:
                frames = self.socket.recv_multipart(zmq.NOBLOCK)
            except zmq.Again:
                return
            if len(frames) == 2:  # one empty frame is a probe of the broker's
                self._hear(Envelope.unpack(frames[0]), words.unpack(frames[1]))

    def _hear(self, envelope, body):
        self.heard = time.monotonic()
        if envelope.epoch < self.epoch:
            return
        if envelope.word == words.WELCOME:
            self.epoch, self.connection = envelope.epoch, body[0]
            self.heartbeat, self.silence = body[1] / 1e6, body[2] / 1e6
            self._hold(body[3])
            self.on_welcome()
        elif envelope.word == words.HOLDERS:
            self._hold(body[0])
            self.on_welcome()
        elif envelope.word == words.REFUSED and words.REFUSALS.get(body[1]) == "no_hello":
            if self.connection:      # one Hello, however many words came too early
                self.connection = 0
                self.say_hello()
        elif envelope.word != words.PONG:
            self.on_word(envelope, body)

    def _hold(self, holders):
        for (shard, term), master in holders:
            self.holders[shard] = (term, master)
