"""Drills of all at once: everything killed together, and every process restarted in turn under load."""
from drills import BROKERS, MASTERS, Drill, broker, catalog, master
from member import exists
from moment import hold, now, until


def blackout(stage):
    """kill -9 for all at once, tasks and keepers too; then all are started."""
    names = list(stage.fleet.members)
    moment = stage.fault("blackout")
    stage.fleet.kill_all()
    stage.fleet.start(*names)
    stage.until_again(moment)
    stage.fleet.until_whole()
    stage.fleet.until_standby()


def rolling(stage):
    """Every process in turn is stopped as a service manager stops it, and started again."""
    for name in [*stage.fleet.workers(), *stage.fleet.masters(), *stage.fleet.brokers()]:
        moment = stage.fault("rolling", note=name)
        ended = stage[name].stop()
        assert ended == 0, f"{name} ended {ended} when it was told to stop"
        stage[name].start()
        stage.until_again(moment)
        stage.fleet.until_whole()
        stage.fleet.until_standby()


def outage(stage):
    """All brokers are down for a while."""
    moment = stage.fault("outage", measure="waited", note="all brokers down")
    for name in stage.fleet.brokers():
        stage[name].kill()
    hold(8 if stage.quick else 30)
    stage.fleet.start(*stage.fleet.brokers())
    moment.since = now()
    stage.until_again(moment)
    stage.fleet.until_standby()


def failovers(stage):
    """The steps that a task and a Submit must get through."""
    return [broker.kill, master.kill, *([catalog.kill_primary] if stage.fleet.pair else [])]


def long_task(stage):
    """One task runs through all of this untouched: one attempt, one process, its whole log."""
    run_s = 30 if stage.quick else 600
    place = stage.submit_one(run_s)
    number, = stage.answers(place)
    until(lambda: stage.runs_of(number), "the long task starts")
    for step in [outage, broker.switch, *failovers(stage)]:
        step(stage)
        stage.run_on()
        run, = stage.runs_of(number)
        assert exists(run.pid), f"its process {run.pid} is gone after {step.__name__}"
    until(lambda: stage.runs_of(number)[0].ended, "the long task ends", run_s + 60)
    until(lambda: stage.fleet.status_of(number) == "succeeded", "its end is recorded")
    run, = stage.runs_of(number)
    assert run.attempt == 1, f"it is attempt {run.attempt}"


def blind_submit(stage):
    """One Submit is repeated every 50 ms through all of this, answered or not: it is one execution."""
    place = stage.submit_one(1, blind=True)
    for step in failovers(stage):
        step(stage)
        stage.run_on()
    until(lambda: stage.load.journals()[place].answers[-1].at > stage.moments[-1].since, "it is answered after the last of them")
    numbers = stage.answers(place)
    assert len(numbers) == 1, f"its answers name executions {numbers}"


WHOLE = dict(brokers=BROKERS, masters=MASTERS)
TASK = dict(WHOLE, most=1, timers="default")

DRILLS = [
    Drill("long-task", "a long task goes on untouched while brokers, masters and catalog come and go", variants=[
        Drill("long-task", "half a minute, on SQLite", long_task, quick=1, quick_only=True, **TASK),
        Drill("long-task", "ten minutes, on a pair whose primary is killed too", long_task, catalog="pair", quick=0, **TASK),
    ]),
    Drill("blind-submit", "a Submit repeated blindly through failovers is one execution", variants=[
        Drill("blind-submit", "on SQLite", blind_submit, quick=1, quick_only=True, **WHOLE),
        Drill("blind-submit", "on a pair whose primary is killed too", blind_submit, catalog="pair", quick=0, most=5, **WHOLE),
    ]),
    Drill("rolling", "every process is restarted in turn under load", rolling, quick=1, in_storm=True, **WHOLE),
    Drill("blackout", "everything killed at once and started again goes on", blackout, in_storm=True, **WHOLE),
]
