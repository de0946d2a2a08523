"""Drills of brokers."""
from drills import BROKERS, Drill
from moment import hold, now


def kill(stage, alone=True):
    """The active is killed; with one broker it is started again at once, with more a standby takes over.
    alone: no other fault keeps the brokers apart."""
    active = stage.fleet.active()
    moment = stage.fault("broker-kill", note=active)
    stage[active].kill()
    if len(stage.fleet.brokers()) == 1:
        stage[active].start()
        stage.until_again(moment)
    else:
        stage.until_again(moment)
        stage[active].start()
        if alone:
            stage.fleet.until_standby()


def freeze(stage):
    """The active is stopped past its takeover, then goes on: a zombie with an old epoch. The link to it stays."""
    active = stage.fleet.active()
    moment = stage.fault("broker-freeze", note=active)
    stage[active].freeze()
    stage.until_again(moment)
    stage.run_on()
    stage[active].cont()
    stage.run_on()
    rejoin(stage, active)


def host(stage):
    """The host of the active is cut off without a reset; the address moves; later it comes back, still believing."""
    active = stage.fleet.active()
    moment = stage.fault("broker-host", note=active)
    stage.fleet.hosts.cut(active)
    moment.since = now()             # until then its submitters were heard
    stage.until_again(moment)
    stage.run_on()
    stage.fleet.hosts.heal(active)
    stage.run_on()
    rejoin(stage, active)


def link(stage):
    """Only the brokers' own network is cut: nobody takes over; then the active dies."""
    active = stage.fleet.active()
    stage.fleet.hosts.cut(active, ports=(1,))
    hold(3)
    assert stage.fleet.active() == active, "a standby took over though the endpoint was served"
    kill(stage, alone=False)
    stage.fleet.hosts.heal(active, ports=(1,))
    rejoin(stage, active)


def switch(stage):
    """A planned switchover to the other broker."""
    to = stage.fleet.standbys()[0]
    moment = stage.fault("broker-switch", note=f"to {to}")
    stage.fleet.must("broker", "switchover", to)
    stage.until_again(moment)
    stage.fleet.until_standby()


def rejoin(stage, name):
    """A broker that was fenced is started again, as a service manager does it; then it stands by."""
    if not stage[name].alive():
        stage[name].start()
    stage.fleet.until_standby()


DRILLS = [
    Drill("broker-kill", "another broker serves as soon as the active is gone", kill, brokers=BROKERS, quick=3, in_storm=True, probed=True),
    Drill("broker-freeze", "a broker that wakes with an old epoch changes nothing", freeze, brokers=BROKERS, hosts=True, in_storm=True),
    Drill("broker-host", "the address moves when a host is gone; it comes back and steps down", host, brokers=BROKERS, hosts=True,
          in_storm=True, probed=True),
    Drill("broker-link", "a cut between the brokers alone is no takeover", link, brokers=BROKERS, hosts=True, quick=1),
    Drill("broker-switch", "a planned switchover interrupts nobody", switch, brokers=BROKERS, quick=2, in_storm=True, probed=True),
]
