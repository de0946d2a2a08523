"""Drills of brokers."""
from drills import Drill


def kill(stage):
    """The active is killed; with one broker it is started again at once, with more a standby takes over."""
    active = stage.fleet.active()
    moment = stage.fault("broker-kill", note=active)
    stage[active].kill()
    if len(stage.fleet.brokers()) == 1:
        stage[active].start()
        stage.until_again(moment)
    else:
        stage.until_again(moment)
        stage[active].start()


DRILLS = [
    Drill("broker-kill", "another broker serves as soon as the active is gone", kill, quick=3, in_storm=True),
]
