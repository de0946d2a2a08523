"""The drills by name. A drill: what it needs, and the function that does one round of it on a stage."""
from dataclasses import dataclass, field
from typing import Callable

from fleet import Plan


BROKERS = 2                          # one serves, the other stands by
MASTERS = 2                          # of a shard: one holds it, the other adopts


@dataclass
class Drill:
    name: str
    shows: str
    round: Callable = None           # round(stage): does the fault, returns when tasks start again
    brokers: int = 1
    masters: int = 1
    workers: int = 2
    hosts: bool = False              # needs network namespaces
    catalog: str = ""                # "": SQLite in the folder; "server": a PostgreSQL that can be stopped; "pair": two
    small_disk: bool = False         # SQLite on a disk that can be full
    quick: int = 2                   # rounds in the quick form; 0: not in it
    quick_only: bool = False         # in no other form: a fuller one stands beside it
    outlast: bool = False            # some tasks must run longer than a lease
    in_storm: bool = False           # one of the faults that storm chooses from
    most: int = 0                    # rounds at the most, however many are asked for; 0: no end
    timers: str = ""                 # "default": never scaled
    timed: float = 0                 # as many rounds as fit into this share of --minutes
    probed: bool = False             # it has milliseconds to keep: a submitter more, so often that its pace does not blur them
    variants: list = field(default_factory=list)   # drills that make up this one, each on a fleet of its own

    def parts(self):
        return self.variants or [self]

    def plan(self, scaled):
        return Plan(self.brokers, self.masters, self.workers, self.hosts, self.catalog, scaled, self.small_disk)


def all_drills():
    from drills import broker, catalog, endpoint, everything, master, storm, worker
    return {d.name: d for family in (broker, master, worker, catalog, endpoint, everything, storm) for d in family.DRILLS}
