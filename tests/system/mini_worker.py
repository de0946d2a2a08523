"""A worker written from schemas/protocol.md alone: credit, inventory, leases, processes, uncompressed log, ends.

It keeps results in memory only, so it may not be restarted over a session's work; the real worker has a spool for that.
Package content is not fetched: it serves commands and scripts.
"""
import os
import re
import signal
import subprocess
import tempfile
import time

import words
import zmq
from peer import Peer

CHUNK = 64 << 10
REASONS = {"succeeded": 1, "exit_status": 2, "signal": 3, "command_not_found": 4, "canceled": 10}
PLACEHOLDER = re.compile(r"\$\{\{\s*(?:item(?:\.\w+)?|'([^']*)')\s*\}\}")


def now_us():
    return time.time_ns() // 1000


class Attempt:
    """One process: its log until recorded, and its end."""

    def __init__(self, ref, spec, value, id_):
        self.ref, self.lease = ref, spec[2][13] / 1e6
        self.resources = spec[2][9]
        self.log, self.recorded, self.sent = b"", 0, 0
        self.pieces = []             # (stream, length, at), as read
        self.stderr = b""
        self.started_at, self.end = 0, None
        self.process, self.streams, self.stopped = None, {}, False
        self.folder = tempfile.TemporaryDirectory(prefix="argosy-mini-")
        self._start(spec, value, id_)

    def _start(self, spec, value, id_):
        bind = lambda text: PLACEHOLDER.sub(lambda m: m.group(1) if m.group(1) is not None else value, text)
        body = spec[2]
        argv = [bind(a) for a in body[3]] if body[4] is None else ["sh", "-eu", "-c", body[4]]
        self.output = os.path.join(self.folder.name, "output")
        open(self.output, "w", encoding="utf-8").close()
        env = dict(os.environ, **{k: bind(v) for k, v in body[5].items()}, ARGOSY_ITEM=value, ARGOSY_ITEM_ID=id_,
                   ARGOSY_EXECUTION=str(self.ref[0][0]), ARGOSY_TASK=body[0], ARGOSY_ATTEMPT=str(self.ref[1]),
                   ARGOSY_OUTPUT=self.output)
        self.started_at = now_us()
        try:
            self.process = subprocess.Popen(argv, cwd=self.folder.name, env=env, stdin=subprocess.DEVNULL,
                                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)
        except OSError as error:
            self.finish(REASONS["command_not_found"], -1, 0, str(error))
            return
        self.streams = {self.process.stdout.fileno(): (1, self.process.stdout), self.process.stderr.fileno(): (2, self.process.stderr)}

    def read(self, descriptor):
        """Takes what is there; false at the end of this stream."""
        number, _ = self.streams[descriptor]
        data = os.read(descriptor, CHUNK)
        if not data:
            self.streams.pop(descriptor)[1].close()
            return False
        self.log += data
        self.pieces.append((number, len(data), now_us()))
        if number == 2:
            self.stderr = (self.stderr + data)[-4096:]
        return True

    def reap(self):
        code = self.process.wait()
        reason = "succeeded" if code == 0 else "canceled" if self.stopped else "signal" if code < 0 else "exit_status"
        self.finish(REASONS[reason], max(code, -1), max(-code, 0))

    def finish(self, reason, code, number, detail=""):
        with open(self.output, encoding="utf-8") as lines:
            outputs = dict(line.rstrip("\n").split("=", 1) for line in lines if "=" in line)
        self.folder.cleanup()
        self.end = [self.ref, reason, code, number, self.started_at, now_us(), [0, 0, 0], len(self.log),
                    self.stderr.decode("utf-8", "replace"), outputs, detail]

    def kill(self, number):
        if self.process and self.end is None:
            os.killpg(self.process.pid, number)


def key_of(ref):
    return (tuple(ref[0]), ref[1])


class MiniWorker(Peer):
    def __init__(self, *arguments, slots=2, **more):
        self.slots = slots
        self.attempts = {}           # key -> Attempt, until recorded
        self.waiting = []            # (ref, spec, value, id): claimed, no slot yet
        self.freed = []
        self.serial = self.renewal = 0
        self.asked = {}              # renewal -> when asked
        self.lease_from = None       # when the latest granted renewal was asked
        self.shard_lease = 60.0
        self.reconciled = False
        self.window = 8 << 20
        self.runs = 0
        super().__init__(*arguments, **more)

    def hello_body(self):
        held = [[a.ref[0], a.resources] for a in self.attempts.values() if a.end is None]
        held += [[ref[0], spec[2][9]] for ref, spec, _, _ in self.waiting]
        return [self.session, self.host, "python", [], [self.slots * 1000, 0, []], 2, False, held]

    # -- Towards the master.

    def tell(self, word, body):
        term, _ = self.holders.get(0, (0, ""))
        self.say(word, body, to=[words.MASTER, "", 0], reign=(0, term))

    def on_welcome(self):
        if not self.holders.get(0, (0, ""))[1]:
            return
        self.serial += 1
        self.reconciled = False
        held = [a.ref for a in self.attempts.values() if a.end is None] + [w[0] for w in self.waiting]
        finished = [a.ref for a in self.attempts.values() if a.end is not None]
        self.tell(words.INVENTORY, [self.serial, self.session, 0, self.host, held, finished])
        self.renew()
        for attempt in self.attempts.values():
            attempt.sent = attempt.recorded
            self.send_log(attempt)

    def renew(self):
        self.renewal += 1
        self.asked[self.renewal] = time.monotonic()
        self.tell(words.RENEW, [self.session, self.renewal])

    def send_log(self, attempt):
        """Chunks within the window; behind the last of an ended attempt, its end."""
        chunks = []
        while attempt.sent < len(attempt.log) and sum(a.sent - a.recorded for a in self.attempts.values()) < self.window:
            data = attempt.log[attempt.sent:attempt.sent + CHUNK]
            chunks.append([attempt.ref, attempt.sent, len(data), self.pieces_of(attempt, attempt.sent, len(data)), 0, data])
            attempt.sent += len(data)
        if chunks:
            self.tell(words.LOG, [self.session, chunks])
        if attempt.end is not None and attempt.sent == len(attempt.log):
            self.tell(words.FINISHED, [self.session, [attempt.end]])

    @staticmethod
    def pieces_of(attempt, begin, length):
        """The reads that make up these bytes, cut to them."""
        out, at, end = [], 0, begin + length
        for stream, size, when in attempt.pieces:
            low, high = max(at, begin), min(at + size, end)
            if low < high:
                out.append([stream, high - low, when])
            at += size
        return out

    # -- From the master.

    def on_word(self, envelope, body):
        if envelope.sender[0] == words.MASTER and envelope.to[2] != self.connection:
            return
        handler = {words.RUN: self.on_run, words.GRANTED: self.on_granted, words.RECONCILED: self.on_reconciled,
                   words.RECORDED: self.on_recorded, words.LOG_CREDIT: self.on_log_credit, words.STOP: self.on_stop,
                   words.DROP: self.on_drop}.get(envelope.word)
        if handler and body[0] == self.session:
            handler(body)

    def on_granted(self, body):
        asked = self.asked.pop(body[1], None)
        if asked is not None:
            self.lease_from = max(asked, self.lease_from or asked)
            self.shard_lease = body[2] / 1e6

    def on_reconciled(self, body):
        self.reconciled = body[1] == self.serial

    def on_log_credit(self, body):
        self.window = body[1]

    def on_run(self, body):
        for spec_no, ref, value, id_ in body[3]:
            spec = body[2][spec_no]
            known = key_of(ref) in self.attempts or any(w[0] == ref for w in self.waiting)
            if known:
                continue
            if self.lease_from is None or time.monotonic() > self.lease_from + spec[2][13] / 1e6:
                self.freed.append(ref[0])
                self.credit()
                self.tell(words.RETURN, [self.session, "no lease", False, [ref]])
                continue
            self.waiting.append((ref, spec, value, id_))
        self.start_waiting()

    def start_waiting(self):
        while self.waiting and sum(a.end is None for a in self.attempts.values()) < self.slots:
            ref, spec, value, id_ = self.waiting.pop(0)
            attempt = self.attempts[key_of(ref)] = Attempt(ref, spec, value, id_)
            self.runs += 1
            for descriptor in attempt.streams:
                self.poller.register(descriptor, zmq.POLLIN)
            if attempt.end is None:
                self.tell(words.STARTED, [self.session, [[ref, attempt.started_at, attempt.process.pid]]])
            else:
                self.ended(attempt)

    def credit(self):
        self.say(words.CREDIT, [2, False, self.freed])
        self.freed = []

    def ended(self, attempt):
        self.freed.append(attempt.ref[0])
        self.credit()                # before Finished: protocol.md, "Offers" 5
        self.send_log(attempt)

    def on_recorded(self, body):
        for ref, offset in body[2]:
            attempt = self.attempts.get(key_of(ref))
            if attempt:
                attempt.recorded = max(attempt.recorded, offset)
                attempt.sent = max(attempt.sent, offset)
                if attempt.recorded < len(attempt.log):
                    self.send_log(attempt)
        for ref in body[1]:
            self.attempts.pop(key_of(ref), None)

    def on_stop(self, body):
        for ref in body[1]:
            if key_of(ref) in self.attempts:
                self.attempts[key_of(ref)].stopped = True
                self.attempts[key_of(ref)].kill(signal.SIGTERM)

    def on_drop(self, body):
        for ref in body[1]:
            attempt = self.attempts.pop(key_of(ref), None)
            if attempt:
                attempt.kill(signal.SIGKILL)

    # -- Time and processes.

    def on_readable(self, descriptor):
        attempt = next((a for a in self.attempts.values() if descriptor in a.streams), None)
        if attempt is None:
            return self.poller.unregister(descriptor)
        if attempt.read(descriptor):
            return self.send_log(attempt)
        self.poller.unregister(descriptor)
        if not attempt.streams:
            attempt.reap()
            self.ended(attempt)
            self.start_waiting()

    def step(self, deadline):
        super().step(deadline)
        now = time.monotonic()
        shortest = min([self.shard_lease] + [a.lease for a in self.attempts.values()])
        if self.connection and self.asked_last() + shortest / 3 < now and self.holders.get(0, (0, ""))[1]:
            self.renew()
        for attempt in self.attempts.values():
            if attempt.end is None and self.lease_from is not None and now > self.lease_from + attempt.lease:
                attempt.kill(signal.SIGKILL)

    def asked_last(self):
        return max(self.asked.values(), default=self.lease_from or 0)
