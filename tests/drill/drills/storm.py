"""All faults on one fleet, in an order and at moments that a seed chooses; some come before the one before is over."""
from drills import BROKERS, MASTERS, Drill


def faults():
    from drills import broker, catalog, everything, master, worker
    drills = [part for family in (broker, catalog, everything, master, worker) for d in family.DRILLS for part in d.parts()]
    return [d for d in drills if d.in_storm]


def storm(stage):
    plan = stage.plan
    fitting = [d for d in faults() if d.brokers <= plan.brokers and d.masters <= plan.masters and (plan.hosts or not d.hosts)
               and (plan.small_disk or not d.small_disk) and d.catalog in ("", plan.catalog)]
    stage.patient = stage.rng.random() < 0.6
    stage.rng.choice(fitting).round(stage)
    stage.patient = True


DRILLS = [
    Drill("storm", "a seed chooses from all of the above, for --minutes", variants=[
        Drill("storm", "in namespaces, on a disk that can be full", storm, brokers=BROKERS, masters=MASTERS, hosts=True, small_disk=True,
              timed=0.7),
        Drill("storm", "on a PostgreSQL pair", storm, brokers=BROKERS, masters=MASTERS, catalog="pair", timed=0.3, quick=0),
    ]),
]
