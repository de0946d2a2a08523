#!/usr/bin/python3
"""One submitter in a process of its own: says new Submits at an even pace, and each again, blindly, every 50 ms until it is
answered (the oldest ten of them, others every second); every tenth goes on being repeated for 2 s after its answer. Ends when
its standard input does and all is answered.

Arguments: one JSON document: load.py writes it.
Its journal, a line a fact: S key time (said first), A key execution time, R key reason time (refused), U key (never answered).
"""
import json
import random
import sys
import time
from pathlib import Path

import zmq

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "system"))
import keys   # noqa: E402
import words  # noqa: E402
from moment import now  # noqa: E402
from peer import Peer  # noqa: E402

REPEAT, SELDOM = 0.05, 1.0           # seconds: the oldest KEEN are said again that often, the others seldom
KEEN = 10
OPEN_MOST = 400                      # requests without an answer; above, no new ones
PATIENCE = 120                       # seconds to the last answer once its input has ended
LATER = ("unreachable", "busy", "catalog_unavailable", "no_hello", "old_epoch", "not_active", "old_session")


class BlindSubmitter(Peer):
    def __init__(self, plan):
        self.plan, self.rng = plan, random.Random(plan["seed"])
        self.journal = open(plan["journal"], "a", encoding="ascii", buffering=1)
        self.open, self.again = {}, {}           # key -> [body, next time]; key -> [body, until]: repeated in spite of an answer
        self.again_at = 0
        self.count, self.more = 0, True
        super().__init__(plan["folder"], keys.KeyPair.load(plan["key"]), plan["endpoint"])
        self.poller.register(0)

    reconnect_most_ms = 100                      # as often as Argosy's own client at first

    def send(self, envelope, body):
        try:
            super().send(envelope, body, zmq.NOBLOCK)
        except zmq.Again:                        # nobody takes it now; it is said again
            pass

    def on_readable(self, descriptor):
        if not sys.stdin.buffer.read1(4096):
            self.more, self.again = False, {}
            self.poller.unregister(0)

    def on_welcome(self):
        self.repeat(everything=True)

    def on_word(self, envelope, body):
        at = now()
        if envelope.word == words.REFUSED:
            reason = words.REFUSALS.get(body[1], str(body[1]))
            if body[3]:
                self.journal.write(f"R {body[3]} {reason} {at}\n")
            if reason not in LATER:
                self.open.pop(body[3], None)
        elif envelope.word == words.ACCEPTED:
            key, executions = body[0], body[1] if isinstance(body[1], list) else [body[1]]
            self.journal.write(f"A {key} {executions[0]} {at}\n")
            held = self.open.pop(key, None)
            if held and (self.plan["blind"] or int(key.rsplit("-", 1)[1]) % 10 == 0):
                self.again[key] = [held[0], float("inf") if self.plan["blind"] else time.monotonic() + 2]

    def new(self):
        self.count += 1
        key = f"{self.plan['name']}-{self.count}"
        kind = self.rng.choices(list(self.plan["mix"]), [m["weight"] for m in self.plan["mix"].values()])[0]
        body = words.submit(key, self.package(kind))
        self.journal.write(f"S {key} {now()}\n")
        self.open[key] = [body, 0]

    def package(self, kind):
        mix = self.plan["mix"][kind]
        argv = [self.plan["program"], self.plan["ledger"], self.plan["locks"], *map(str, mix["words"])]
        tasks = []
        for step in range(mix.get("steps", 1)):
            task = words.task(f"t{step}", argv, for_each=words.range_of(1, mix["items"]), after=[step - 1] if step else [],
                              cpu_milli=mix["cpu_milli"], lease_seconds=self.plan["lease_s"])
            task[14] = 1000                      # interruptions: a drill takes a worker away more often than a day does
            tasks.append(task)
        return words.package(kind, tasks)

    def repeat(self, everything=False):
        if not self.connection:
            return
        at = time.monotonic()
        due = []
        for place, held in enumerate(self.open.values()):
            if everything or held[1] <= at:
                held[1] = at + (REPEAT if place < KEEN else SELDOM)
                due.append(held[0])
        if self.again_at <= at:
            self.again_at = at + REPEAT
            self.again = {key: held for key, held in self.again.items() if held[1] > at}
            due += [body for body, _ in list(self.again.values())[:KEEN]]
        for body in due:
            self.say(words.SUBMIT, body, to=[words.MASTER, "", 0])

    def run(self):
        pace, deadline = 1 / self.plan["rate"], None
        due = time.monotonic()
        while self.more or self.open or self.again:
            at = time.monotonic()
            if not self.more:
                deadline = deadline or at + PATIENCE
                if at > deadline:
                    break
            elif at >= due:
                due = max(due + pace, at - 1)
                if len(self.open) < OPEN_MOST and not 0 < self.plan["most"] <= self.count:
                    self.new()
            self.repeat()
            waits = [held[1] for held in self.open.values()] if self.connection else []
            self.step(min([at + REPEAT, *waits, *([due] if self.more else [])]))
        for key in self.open:
            self.journal.write(f"U {key}\n")
        self.close()


if __name__ == "__main__":
    BlindSubmitter(json.loads(sys.argv[1])).run()
