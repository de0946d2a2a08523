"""The words of schemas/protocol.md and requests.md as this suite needs them: numbers, envelopes, msgpack. No sockets.

Written from the pages and from the headers in schemas/words alone.
"""
from dataclasses import dataclass, field

import msgpack

HELLO, WELCOME, BYE, PING, PONG, REFUSED, HOLDERS, ENDPOINT = 1, 2, 3, 4, 5, 6, 7, 14
PUBLISH, CREDIT, CLAIM = 20, 22, 23
RUN, STARTED, LOG, FINISHED, RECORDED, LOG_CREDIT, RETURN, STOP, DROP = 30, 31, 32, 33, 34, 35, 36, 37, 38
RENEW, GRANTED, INVENTORY, RECONCILED, FETCH, CHUNK = 39, 40, 41, 42, 43, 44
SUBMIT, ACCEPTED, WATCH, CHANGED, ASK, ANSWER = 50, 51, 52, 53, 54, 55

BROKER, MASTER, WORKER, OPERATOR, SUBMITTER, VIEWER = 1, 2, 3, 4, 5, 6

REFUSALS = {1: "malformed", 2: "version", 3: "unknown_word", 4: "not_allowed", 5: "not_enabled", 6: "no_hello", 7: "old_epoch",
            8: "old_term", 9: "old_session", 10: "twin", 11: "unreachable", 12: "busy", 13: "catalog_unavailable",
            14: "invalid", 15: "not_found", 16: "conflict", 17: "other_shard", 18: "too_large", 19: "not_active"}
STATUS = {1: "created", 2: "running", 3: "canceled", 4: "failed", 5: "pending", 6: "ended_unexpectedly", 7: "succeeded",
          8: "stopping", 9: "completed"}
ENDED = (3, 4, 6, 7, 9)


@dataclass
class Envelope:
    """[version, word, epoch number, epoch broker, connection, shard, term, to, from]; an address is [role, name, connection]."""
    word: int
    version: int = 1
    epoch: tuple = (0, "")
    connection: int = 0
    reign: tuple = (0, 0)
    to: list = field(default_factory=lambda: [BROKER, "", 0])
    sender: list = field(default_factory=lambda: [0, "", 0])

    def pack(self):
        return msgpack.packb([self.version, self.word, *self.epoch, self.connection, *self.reign, self.to, self.sender])

    @staticmethod
    def unpack(frame):
        version, word, number, broker, connection, shard, term, to, sender = msgpack.unpackb(frame)[:9]
        return Envelope(word, version, (number, broker), connection, (shard, term), to, sender)


def pack(body):
    return msgpack.packb(body)


def unpack(frame):
    return msgpack.unpackb(frame, strict_map_key=False)


# -- Packages, as schemas/package.md says.

def task(name, argv, after=(), for_each=None, cpu_milli=1000, env=None, lease_seconds=60):
    no_array = [0, "", [0, 0, 1], [], "", 0, 0, ""]
    return [name, [[t, 0] for t in after], for_each or no_array, list(argv), None, env or {}, {}, 0, "", [cpu_milli, 0, []],
            [0, 0, 1 << 30, 0, 0], [0, 1_000_000, 300_000_000], [0, None], lease_seconds * 1_000_000, 5, 10_000_000, ""]


def range_of(first, last, variable=""):
    return [1, variable, [first, last, 1], [], "", 0, 0, ""]


def values_of(values, variable=""):
    return [2, variable, [0, 0, 1], list(values), "", 0, 0, ""]


def package(name, tasks, parameters=()):
    return [name, list(parameters), list(tasks), ""]


def submit(key, inline_package, **more):
    return [key, more.get("project", ""), more.get("package", ""), "", inline_package, "", more.get("parameters", {}),
            more.get("sealed", {}), more.get("workers", []), [], more.get("priority", 0), "", more.get("watch", False)]
