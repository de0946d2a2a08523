"""A PostgreSQL pair with a synchronous standby, by scripts/catalog-pair: one for all drills of a run, a database for each fleet."""
import atexit
import os
import re
import shutil
import subprocess
import tempfile
import time

from cluster import ROOT
from moment import now, until

PROGRAMS = ("patroni", "etcd", "psql")
_pairs = []


def missing():
    """Why there can be no pair here; empty if there can."""
    absent = [name for name in PROGRAMS if not shutil.which(name)]
    return f"no {', '.join(absent)} here: scripts/install-deps names the packages" if absent else ""


def the_pair():
    """Made at the first call, ended at exit."""
    if not _pairs:
        _pairs.append(Pair())
        atexit.register(_pairs[0].down)
    return _pairs[0]


class Pair:
    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="argosy-drill-pair-")
        self.address = self.run("up", seconds=300).splitlines()[-1]

    def run(self, *words, seconds=180):
        done = subprocess.run([ROOT / "scripts" / "catalog-pair", *words, "--dir", self.folder], text=True, capture_output=True,
                              timeout=seconds)
        if done.returncode != 0:
            raise AssertionError(f"catalog-pair {' '.join(words)}: {done.stdout}{done.stderr}")
        return done.stdout

    def database(self, name):
        """A fresh one; its address."""
        fresh = f"drill_{name.replace('-', '_')}_{os.urandom(4).hex()}"
        subprocess.run(["psql", "-X", "-q", self.address, "-c", f"create database {fresh}"], check=True)
        return re.sub(r"/\w+\?", f"/{fresh}?", self.address)

    def nodes(self):
        """name -> role, as Patroni says it."""
        return {line.split()[0]: line.split()[2] for line in self.run("status").splitlines() if len(line.split()) > 2}

    def standby(self):
        return until(lambda: next((n for n, role in self.nodes().items() if role == "replica"), ""), "the pair has a standby", 120, 0.5)

    def wait(self):
        """Until either would be promoted."""
        self.run("wait")

    def commit(self):
        """Until one was acknowledged by both."""
        def acknowledged():
            done = subprocess.run(["psql", "-X", "-q", self.address, "-c", "create table seen()", "-c", "drop table seen"], text=True,
                                  capture_output=True, timeout=180)
            return done.returncode == 0 and "WARNING" not in done.stderr
        until(acknowledged, "the pair acknowledges a commit", 120)

    def kill_primary(self):
        """kill -9 of its postgres and its Patroni; when another server acknowledges commits: microseconds of now(). Waits before."""
        told = self.run("kill-primary", seconds=300)
        ago = now() - monotonic_us()
        return ago + int(float(re.search(r"writable \S+ at ([\d.]+)", told)[1]) * 1e6)

    def down(self):
        self.run("down")
        shutil.rmtree(self.folder, ignore_errors=True)


def monotonic_us():
    return time.monotonic_ns() // 1000
