"""One fleet under load, on which a drill does its faults round by round; at its end all is quiet and the judge speaks."""
import random
import shutil
import sys
import tempfile
from pathlib import Path

from fleet import Fleet
from judge import Catalog, judge, takeovers
from ledger import Ledger
from load import PROBE, PROBES, Load
from member import began
from moment import Moment, hold, now, until
from report import FOLDER

AGAIN_WITHIN = 60                    # seconds beyond the lease in which tasks must start again
QUIET_WITHIN = 180                   # and in which all that was accepted must have ended


class Stage:
    def __init__(self, name, plan, seed, quick=False, outlast=False, probed=False):
        FOLDER.mkdir(parents=True, exist_ok=True)
        self.folder = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=FOLDER))
        self.quick = quick
        self.name, self.plan, self.rng = name, plan, random.Random(f"{seed}-{name}-{plan.scaled}")
        self.moments, self.patient, self.forwarders = [], True, []
        self.timers = "scaled" if plan.scaled else "default"
        self.fleet = Fleet(self.folder, name, plan)
        self.ledger = Ledger(self.folder)
        self.load = Load(self.fleet, self.ledger, seed, self.fleet.lease_s if outlast else 0)
        if probed:
            self.load.add(PROBE, PROBES)

    def up(self):
        self.fleet.up()
        self.load.start()
        until(lambda: self.ledger.news() or self.ledger.lines, "tasks start", 60)
        return self

    # -- What drills use.

    def __getitem__(self, name):
        return self.fleet[name]

    @property
    def lease_s(self):
        return self.fleet.lease_s

    def run_on(self, least=0.4, most=1.2):
        """Load runs for a while that the seed chooses, so that faults meet every state."""
        hold(self.rng.uniform(least, most))

    def fault(self, name, since=None, **more):
        moment = Moment(name, since or now(), timers=self.timers, **more)
        self.moments.append(moment)
        return moment

    def tasks_of(self, worker):
        """Processes below this worker, while it lives, and when each began."""
        return {pid: at for pid in self[worker].tree() if (at := began(pid)) is not None}

    def until_again(self, moment, seconds=0):
        """Until what the fault took away goes on; what does not come is a problem of this drill. A storm is not patient."""
        if not self.patient:
            return moment
        def again():
            takeovers([moment], self.ledger, self.load.journals())
            return moment.starts is not None or (moment.measure == "rerun" and not self.taken(moment))
        until(again, lambda: f"{moment.name}: tasks start again", AGAIN_WITHIN + self.lease_s + seconds)
        return moment

    def taken(self, moment):
        """Runs that the fault took away in the middle."""
        return [run for ran in self.ledger.runs()[0].values() for run in ran if moment.took(run)]

    def submit_one(self, run_s, blind=False):
        """One execution of one item that runs so long, by a submitter of its own; where to look for its answers."""
        words = [int(run_s * 1000), 2, int(run_s * 20), "child"]
        place = self.load.add({"one": {"weight": 1, "items": 1, "cpu_milli": 50, "words": words}}, 10, most=1, blind=blind)
        self.load.start()
        until(lambda: self.load.journals()[place].answers, "the one is accepted", 60)
        return place

    def answers(self, place):
        """Execution numbers that this submitter was answered with, each once."""
        return sorted({a.execution for a in self.load.journals()[place].answers})

    def runs_of(self, execution):
        return [run for item, ran in self.ledger.runs()[0].items() if item[0] == execution for run in ran]

    # -- Its end.

    def settle(self):
        """The load stops, everything accepted ends, the judge speaks; its verdict."""
        self.load.stop()
        self.fleet.until_whole()
        catalog = Catalog(self.fleet)
        until(lambda: catalog.unended() == 0, lambda: f"all executions end; {catalog.unended()} have not: "
              f"{self.fleet.argosy('--patience', '5', 'execution', 'explain', 'all').out[-2000:]}", QUIET_WITHIN + self.lease_s)
        journals = self.load.journals()
        takeovers(self.moments, self.ledger, journals)
        verdict = judge(self.fleet, self.ledger, journals, len(self.moments))
        if not verdict.accepted:
            verdict.problem("load", "nothing was accepted: this proves nothing")
        return verdict

    def close(self, keep):
        self.load.kill()
        self.fleet.close()
        for each in self.forwarders:
            each.close()
        if keep:
            print(f"drill: {self.name}: its folder is kept: {self.folder}", file=sys.stderr)
        else:
            shutil.rmtree(self.folder, ignore_errors=True)
