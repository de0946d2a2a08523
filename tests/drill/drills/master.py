"""Drills of masters."""
from drills import Drill


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


DRILLS = [
    Drill("master-kill", "the executions of a killed master go on", kill, quick=3, in_storm=True),
]
