"""The drill of an endpoint that moves: under load everybody learns of a new address, goes there, and starts there."""
from cluster import free_port
from drills import Drill
from moment import until


def move(stage):
    """The new address is a forwarder's, as a load balancer would be; the one before it ends once all have moved."""
    from endpoint_test import Forwarder, state_of
    fleet = stage.fleet
    port = free_port()
    endpoint = f"tcp://127.0.0.1:{port}"
    moment = stage.fault("endpoint-move", note=endpoint)
    fleet.must("catalog", "set-endpoint", endpoint)
    stage.run_on()                   # told, and nobody listens there yet
    forwarder = Forwarder(port, int(fleet.endpoint.rsplit(":", 1)[1]))
    before, stage.forwarders = stage.forwarders, [forwarder]
    files = [fleet.folder / "endpoint.moved", *(fleet.folder / "workers" / name / "endpoint.moved" for name in fleet.workers())]
    states = lambda: [state_of(file) for file in files]
    until(lambda: all(s == {"endpoint": endpoint, "state": "reached"} for s in states()), lambda: f"all move to {endpoint}: {states()}")
    everybody = len(fleet.workers()) + len(fleet.masters()) + len(stage.load.members)
    until(lambda: forwarder.live >= everybody, lambda: f"{everybody} connections come through {endpoint}: {forwarder.live}")
    for each in before:
        each.close()
    stage.until_again(moment)
    ever = forwarder.ever
    worker = stage.rng.choice(fleet.workers())
    stage[worker].stop()
    stage[worker].start()
    fleet.until_whole()
    assert forwarder.ever > ever, f"{worker} did not start at the new endpoint"
    until(lambda: forwarder.live >= everybody, lambda: f"{everybody} connections come through {endpoint} again: {forwarder.live}")


DRILLS = [
    Drill("endpoint-move", "all follow the cluster to a new address, and start there", move, quick=1),
]
