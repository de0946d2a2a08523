"""Drills of all at once: everything killed together, and every process restarted in turn under load."""
from drills import Drill, broker, master
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


def rolling(stage):
    """Every process in turn is stopped as a service manager stops it, and started again."""
    for name in [*stage.fleet.workers(), *stage.fleet.masters(), *stage.fleet.brokers()]:
        moment = stage.fault("rolling", note=name)
        ended = stage[name].stop()
        assert ended == 0, f"{name} ended {ended} when it was told to stop"
        stage[name].start()
        stage.until_again(moment)
        stage.fleet.until_whole()


def outage(stage):
    """All brokers are down for a while."""
    moment = stage.fault("long-task", note="all brokers down")
    for name in stage.fleet.brokers():
        stage[name].kill()
    hold(8 if stage.quick else 30)
    stage.fleet.start(*stage.fleet.brokers())
    moment.since = now()
    stage.until_again(moment)


def long_task(stage):
    """One task runs through all of this untouched: one attempt, one process, its whole log."""
    run_s = 30 if stage.quick else 600
    place = stage.submit_one(run_s)
    number, = stage.answers(place)
    until(lambda: stage.runs_of(number), "the long task starts")
    steps = [broker.kill, outage, master.kill]
    for step in steps:
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
    for step in (broker.kill, master.kill):
        step(stage)
        stage.run_on()
    numbers = stage.answers(place)
    assert len(numbers) == 1, f"its answers name executions {numbers}"


DRILLS = [
    Drill("long-task", "a long task goes on untouched while brokers, master and catalog come and go", long_task, quick=1, most=1,
          timers="default"),
    Drill("blind-submit", "a Submit repeated blindly through failovers is one execution", blind_submit, quick=1),
    Drill("rolling", "every process is restarted in turn under load", rolling, quick=1, in_storm=True),
    Drill("blackout", "everything killed at once and started again goes on", blackout, in_storm=True),
]
