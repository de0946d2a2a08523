#!/usr/bin/python3
"""scripts/drill [NAME…|all] [--runs N] [--quick] [--minutes M] [--seed S] [--json FILE]: failover drills on real processes, under load.

Prints one line a drill (how soon tasks start again and submits are accepted: p50, p99, worst; accepted, ended, lost,
duplicated, overlapped, log gaps) and saves a report of each in build/drills. Ends 0 only if every promise held in every drill
and every drill that was asked for could run. Without a name: lists the drills.
"""
import argparse
import faulthandler
import json
import os
import signal
import sys
import time
import traceback
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "system")]
import disk                              # noqa: E402
import hosts                             # noqa: E402
import pair                              # noqa: E402
from cluster import ROOT                 # noqa: E402
from drills import all_drills            # noqa: E402
from report import Report, commit, machine  # noqa: E402
from stage import Stage                  # noqa: E402

QUICK_MINUTES = 0.5


def parse():
    parser = argparse.ArgumentParser(prog="scripts/drill", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help="drills, or all")
    parser.add_argument("--runs", type=int, default=10, help="rounds of each drill; every tenth with default timers (10)")
    parser.add_argument("--quick", action="store_true", help="few rounds of each, scaled timers only")
    parser.add_argument("--minutes", type=float, default=5, help="how long storm goes on (5)")
    parser.add_argument("--seed", type=int, default=None, help="what chooses moments and victims; printed")
    parser.add_argument("--json", metavar="FILE", help="all reports in one document")
    parser.add_argument("--without-namespaces", action="store_true", help="drills that need them are left out, and do not count")
    parser.add_argument("--keep", action="store_true", help="folders stay, not only those of failures")
    return parser.parse_args()


def rounds_of(drill, options):
    """[(part, scaled timers?, rounds)]: every tenth round has the default timers; each on a fleet of its own."""
    out = []
    for part in parts_of(drill, options):
        runs = min(options.runs, part.most or options.runs)
        default = 0 if options.quick or part.timed else runs // 10
        scaled = part.quick if options.quick else runs - default
        if part.timers == "default":
            default, scaled = default + scaled, 0
        out += [(part, s, count) for s, count in ((True, scaled), (False, default)) if count]
    return out


def rounds(drill, count, options):
    """Counts them, or lets the time run out."""
    end = time.monotonic() + 60 * (QUICK_MINUTES if options.quick else drill.timed * options.minutes)
    done = 0
    while time.monotonic() < end if drill.timed else done < count:
        done += 1
        yield done


def missing(part):
    """Why this machine cannot do it; empty if it can."""
    if part.hosts and hosts.missing():
        return f"no network namespaces here: {hosts.missing()}"
    if part.catalog == "pair":
        return pair.missing()
    return disk.missing() if part.small_disk else ""


def cpu_times():
    with open("/proc/stat", encoding="ascii") as text:
        times = [int(v) for v in text.readline().split()[1:9]]
    return sum(times), times[3] + times[4]


def run_on_stage(drill, scaled, count, options, report):
    stage, before, held, began = None, cpu_times(), False, time.monotonic()
    done, took = 0, 0
    try:
        stage = Stage(drill.name, drill.plan(scaled), options.seed, options.quick, drill.outlast, drill.probed)
        stage.up()
        up = time.monotonic()
        for done in rounds(drill, count, options):
            stage.run_on()
            drill.round(stage)
            took = time.monotonic() - up
        all_, idle = (b - a for a, b in zip(before, cpu_times()))
        report.cpu_busy = round(1 - idle / max(1, all_), 2)
        report.verdicts.append(stage.settle())
        held = report.verdicts[-1].held()
    except Exception as error:           # the drill itself could not go on: a problem like any other, with its folder kept
        traceback.print_exc()
        report.problems.append(f"{type(error).__name__}: {error}")
    finally:
        if stage:
            report.moments += stage.moments
            keep = options.keep or not held
            if keep:
                report.kept.append(str(stage.folder))
            stage.close(keep)
        report.stages.append({"shows": drill.shows, "timers": "scaled" if scaled else "default", "most": drill.most, "timed": drill.timed,
                              "rounds": done, "rounds_s": round(took, 1), "around_s": round(time.monotonic() - began - took, 1)})


def run(drill, options):
    report = Report(drill.name, options.seed)
    report.not_run = "; ".join(filter(None, (missing(part) for part in parts_of(drill, options))))
    for part, scaled, count in [] if report.not_run else rounds_of(drill, options):
        how = "by the clock" if part.timed else f"{count} rounds"
        print(f"drill: {drill.name}: {part.shows}: {how}, {'scaled' if scaled else 'default'} timers", file=sys.stderr, flush=True)
        run_on_stage(part, scaled, count, options, report)
    return report


def parts_of(drill, options):
    """Those that this run does: what is not in the quick form needs no server for it either."""
    return [part for part in drill.parts() if (part.quick if options.quick else not part.quick_only)]


def chosen(names, drills):
    if names == ["all"]:
        return list(drills.values())
    unknown = [name for name in names if name not in drills]
    if unknown:
        sys.exit(f"drill: no drill {' '.join(unknown)}; there are {' '.join(drills)}")
    return [drills[name] for name in names]


def main():
    options, drills = parse(), all_drills()
    if not options.names:
        for drill in drills.values():
            print(f"{drill.name:15} {drill.shows}")
        return 0
    options.seed = options.seed if options.seed is not None else int.from_bytes(os.urandom(3), "big")
    faulthandler.register(signal.SIGUSR1)      # where is it?
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    reports, names = [], [d for d in chosen(options.names, drills) if parts_of(d, options)]
    if any(part.catalog == "server" for drill in names for part in parts_of(drill, options)) and "ARGOSY_TEST_POSTGRES" not in os.environ:
        again = [str(ROOT / "scripts" / "test-postgres"), "run", "--", sys.executable, *sys.argv]
        os.execv(again[0], again)
    for drill in names:
        report = run(drill, options)
        if report.not_run and options.without_namespaces:
            print(f"{report.line()} (left out, as told)", flush=True)
            continue
        reports.append(report)
        file = report.save()
        print(report.line(), flush=True)
        for problem in report.all_problems()[:10]:
            print(f"    {problem}", flush=True)
        print(f"drill: {file}; 20 rounds here: about {report.minutes(20, options.minutes):.0f} minutes", file=sys.stderr)
    held = all(report.held() for report in reports)
    print(f"seed {options.seed}, commit {commit()}, {machine()}: {'all promises held' if held else 'NOT ALL PROMISES HELD'}")
    if options.json:
        document = {"seed": options.seed, "commit": commit(), "machine": machine(), "held": held, "drills": [r.json() for r in reports]}
        Path(options.json).write_text(json.dumps(document, indent=1) + "\n")
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
