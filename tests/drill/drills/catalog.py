"""Drills of the catalog: its disk full, its server stopped."""
from drills import Drill
from moment import hold, now


def disk_full(stage):
    """The disk below the catalog has no byte left for a while: nothing is accepted or recorded, nothing is lost."""
    disk = stage.fleet.disk
    moment = stage.fault("catalog-away", measure="waited", note="disk full")
    disk.fill()
    hold(stage.rng.uniform(1, 3))
    disk.clear()
    moment.since = now()             # what counts is how soon tasks start once there is room again
    stage.until_again(moment)


def server_stopped(stage):
    """Its server is gone for a while, at once and without a goodbye."""
    from catalog_away_test import start, stop
    moment = stage.fault("catalog-away", measure="waited", note="server stopped")
    stop()
    hold(stage.rng.uniform(1, 3))
    start()
    moment.since = now()
    stage.until_again(moment)


def standby_gone(stage):
    """The synchronous standby is killed: commits wait, nothing is accepted, until it is back."""
    pair = stage.fleet.pair
    standby = pair.standby()
    moment = stage.fault("catalog-away", measure="waited", note="standby gone")
    pair.run("stop", standby)
    hold(stage.rng.uniform(1, 3))
    pair.run("start", standby)
    pair.commit()
    moment.since = now()             # from when it acknowledges commits
    stage.until_again(moment)
    pair.wait()


def kill_primary(stage):
    """kill -9 of the primary and its Patroni: the standby is promoted; measured from when it acknowledges commits."""
    moment = stage.fault("catalog-kill", measure="waited")
    moment.since = stage.fleet.pair.kill_primary()
    stage.until_again(moment)


DRILLS = [
    Drill("catalog-kill", "results are recorded again as soon as there is a writable primary", kill_primary, catalog="pair", quick=0,
          in_storm=True),
    Drill("catalog-away", "a catalog that is away or full delays work, and loses none", variants=[
        Drill("catalog-away", "its disk is full", disk_full, small_disk=True, quick=1, in_storm=True),
        Drill("catalog-away", "its server is stopped", server_stopped, catalog="server", quick=1),
        Drill("catalog-away", "its synchronous standby is gone", standby_gone, catalog="pair", quick=0, in_storm=True),
    ]),
]
