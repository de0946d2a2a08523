"""A submitter written from schemas/protocol.md and requests.md: every request is said again, unchanged, until it is answered."""
import json
import time
import uuid

import words
from cluster import SLOW
from peer import Peer, Refused

LATER = ("unreachable", "busy", "catalog_unavailable")


class Submitter(Peer):
    def __init__(self, *arguments, **more):
        self.open_request = None     # (word, body, id)
        self.answer = None
        self.changes = {}            # execution -> latest Changed
        self.refusals = []
        self.watched = None
        super().__init__(*arguments, **more)

    def on_welcome(self):
        self._repeat()
        if self.watched:
            self.say(*self.watched, to=[words.MASTER, "", 0])

    def on_word(self, envelope, body):
        if envelope.word == words.REFUSED:
            refused = Refused(body)
            self.refusals.append(refused)
            if self.open_request and refused.request == self.open_request[2] and refused.reason not in LATER:
                self.answer = refused
        elif envelope.word == words.CHANGED:
            self.changes[body[1]] = body
        elif self.open_request and body[0] == self.open_request[2]:
            self.answer = body

    def _repeat(self):
        if self.open_request and self.connection:
            self.say(*self.open_request[:2], to=[words.MASTER, "", 0])

    def request(self, word, body, id_, seconds=30):
        """Says it until an answer bears its id; repeats after a passing refusal with the next beat."""
        self.open_request, self.answer = (word, body, id_), None
        self._repeat()
        deadline = time.monotonic() + seconds * SLOW
        refused = len(self.refusals)
        while self.answer is None:
            if time.monotonic() > deadline:
                raise TimeoutError(f"word {word} was not answered; refusals: {self.refusals[-3:]}")
            self.step(deadline)
            if len(self.refusals) > refused:
                refused = len(self.refusals)
                self._repeat()
        self.open_request = None
        if isinstance(self.answer, Refused):
            raise self.answer
        return self.answer

    def submit(self, inline_package, key=None, **more):
        key = key or uuid.uuid4().hex
        return self.request(words.SUBMIT, words.submit(key, inline_package, **more), key)

    def ask(self, verb, **arguments):
        id_ = uuid.uuid4().hex
        return json.loads(self.request(words.ASK, [id_, verb, json.dumps(arguments)], id_)[1])

    def wait(self, execution, seconds=60):
        """Watches until it has ended; its status."""
        self.watched = (words.WATCH, [uuid.uuid4().hex, [execution]])
        self.say(*self.watched, to=[words.MASTER, "", 0])
        deadline = time.monotonic() + seconds * SLOW
        while self.changes.get(execution, [0, 0, 0])[2] not in words.ENDED:
            if time.monotonic() > deadline:
                raise TimeoutError(f"execution {execution} has not ended: {self.changes.get(execution)}")
            self.step(deadline)
        self.watched = None
        return words.STATUS[self.changes[execution][2]]
