"""Drills of the catalog: its disk full, its server stopped."""
from drills import Drill
from moment import hold, now


def disk_full(stage):
    """The disk below the catalog has no byte left for a while: nothing is accepted or recorded, nothing is lost."""
    disk = stage.fleet.disk
    moment = stage.fault("catalog-away", note="disk full")
    disk.fill()
    hold(stage.rng.uniform(1, 3))
    disk.clear()
    moment.since = now()             # what counts is how soon tasks start once there is room again
    stage.until_again(moment)


def server_stopped(stage):
    """Its server is gone for a while, at once and without a goodbye."""
    from catalog_away_test import start, stop
    moment = stage.fault("catalog-away", note="server stopped")
    stop()
    hold(stage.rng.uniform(1, 3))
    start()
    moment.since = now()
    stage.until_again(moment)


DRILLS = [
    Drill("catalog-away", "a catalog that is away or full delays work, and loses none", variants=[
        Drill("catalog-away", "its disk is full", disk_full, small_disk=True, quick=1, in_storm=True),
        Drill("catalog-away", "its server is stopped", server_stopped, catalog="server", quick=1),
    ]),
]
