"""Drills of masters."""
from drills import MASTERS, Drill


def kill(stage):
    """The holder is killed; with one master it is started again at once, with more another one adopts its shard."""
    holder = stage.fleet.holder()
    moment = stage.fault("master-kill", note=holder)
    stage[holder].kill()
    if len(stage.fleet.masters()) == 1:
        stage[holder].start()
        stage.until_again(moment)
    else:
        stage.until_again(moment)
        stage[holder].start()


def freeze(stage):
    """The holder sleeps through its own fencing and wakes as one that holds nothing; the other has adopted its shard."""
    holder = stage.fleet.holder()
    moment = stage.fault("master-freeze", note=holder)
    stage[holder].freeze()
    stage.until_again(moment)
    stage.run_on()
    stage[holder].cont()
    stage.run_on()
    if not stage[holder].alive():    # on SQLite who may hold the file's lock in its sleep is killed before its shard is taken
        assert not stage.fleet.catalog, f"{holder} died when it woke"
        stage[holder].start()
        stage.run_on()


DRILLS = [
    Drill("master-kill", "the executions of a killed master go on", kill, masters=MASTERS, quick=3, in_storm=True, probed=True),
    Drill("master-freeze", "a master that wakes late changes nothing", variants=[
        Drill("master-freeze", "on SQLite", freeze, masters=MASTERS, quick=1, in_storm=True),
        Drill("master-freeze", "on PostgreSQL, where it lives on", freeze, masters=MASTERS, catalog="server", quick=0),
    ]),
]
