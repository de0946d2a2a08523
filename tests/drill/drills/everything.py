"""Drills of all at once: everything killed together, and every process restarted in turn under load."""
from drills import Drill


def blackout(stage):
    """kill -9 for all at once, tasks and keepers too; then all are started."""
    names = list(stage.fleet.members)
    moment = stage.fault("blackout")
    stage.fleet.kill_all()
    stage.fleet.start(*names)
    stage.until_again(moment)
    stage.fleet.until_whole()


def rolling(stage):
    """Every process in turn is stopped as a service manager stops it, and started again."""
    for name in [*stage.fleet.workers(), *stage.fleet.masters(), *stage.fleet.brokers()]:
        moment = stage.fault("rolling", note=name)
        ended = stage[name].stop()
        assert ended == 0, f"{name} ended {ended} when it was told to stop"
        stage[name].start()
        stage.until_again(moment)
        stage.fleet.until_whole()


DRILLS = [
    Drill("rolling", "every process is restarted in turn under load", rolling, quick=1, in_storm=True),
    Drill("blackout", "everything killed at once and started again goes on", blackout, in_storm=True),
]
