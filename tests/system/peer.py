"""A small party of Argosy: one DEALER under CURVE, Hello and Welcome, Ping, Refused. schemas/protocol.md, "Sessions".

One thread owns it. Waiting is always in step(), for a message, a descriptor of the owner's or the next beat.
"""
import random
import subprocess
import tempfile
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
        self.authority = f"{folder}/authority.pem"
        self.key_pair = key_pair
        self.place = (endpoint, self.believe(f"{folder}/endpoint.pem", endpoint))
        self.told = 0                # the serial of the latest Endpoint
        self.next_place, self.trial = None, None
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

    reconnect_most_ms = 1000         # as argosy's own clients

    def believe(self, certificates, endpoint):
        return keys.endpoint_key(self.authority, certificates, endpoint.split("://")[1].rsplit(":", 1)[0])

    def _dial(self, endpoint, server_key):
        dialled = zmq.Context.instance().socket(zmq.DEALER)
        dialled.linger = 1000
        dialled.reconnect_ivl, dialled.reconnect_ivl_max = 10, self.reconnect_most_ms
        dialled.maxmsgsize = 16 << 20
        self.key_pair.curve(dialled, server_key)
        dialled.connect(endpoint)
        self.poller.register(dialled, zmq.POLLIN)
        return dialled

    def _hang_up(self, dialled):
        if dialled is not None:
            self.poller.unregister(dialled)
            dialled.close(linger=0)

    def _open(self):
        self._hang_up(self.socket)
        self.socket = self._dial(*self.place)
        self.connection = 0
        self.heard = self.said = time.monotonic()
        self.say_hello()

    def _follow(self, serial, endpoint, certificates):
        """The cluster moved. Whoever is believed there is tried beside the connection that is, and takes its place when he answers."""
        if serial <= self.told:
            return
        with tempfile.NamedTemporaryFile("w", suffix=".pem") as file:
            file.write(certificates)
            file.flush()
            try:
                place = (endpoint, self.believe(file.name, endpoint))
            except subprocess.CalledProcessError:
                return
        self._hang_up(self.trial)
        self.told, self.next_place, self.trial = serial, place, self._dial(*place)
        self.trial.send_multipart([self.hello().pack(), words.pack(self.hello_body())])

    def _move(self):
        self._hang_up(self.socket)
        self.socket, self.place, self.trial = self.trial, self.next_place, None
        self.connection = 0

    def close(self):
        if self.connection:
            self.say(words.BYE, ["done"])
        self._hang_up(self.trial)
        self.socket.close()

    def abandon(self):
        self._hang_up(self.trial)
        self.socket.close(linger=0)

    def hello(self):
        return Envelope(words.HELLO, epoch=self.epoch)

    def say_hello(self):
        self.send(self.hello(), self.hello_body())

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
            if ready is self.trial:
                self._move()
            if ready is self.socket:
                self._take()
            elif isinstance(ready, int):  # else a connection that was hung up
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
        elif envelope.word == words.ENDPOINT:
            self._follow(*body)
        elif envelope.word != words.PONG:
            self.on_word(envelope, body)

    def _hold(self, holders):
        for (shard, term), master in holders:
            self.holders[shard] = (term, master)
