#!/usr/bin/python3
"""docs/failover.md, "Two hosts from nothing", word for word: each block is typed into the shell of the host that stands above it,
in the page's order; only the names in the first block are ours. Each host is a network namespace with a home folder of its own; the
database runs on a third. Needs root for the namespaces; says loudly when it cannot have them."""
import json
import os
import re
import select
import shutil
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

from cluster import ARGOSY, BUG, ROOT, SKIPPED, SLOW, kill

sys.path.insert(0, str(ROOT / "tests" / "drill"))
from hosts import NETWORK, Hosts, missing  # noqa: E402: namespaces on bridges, as the drills have them

PAGE = ROOT / "docs" / "failover.md"
SECTION = re.compile(r"^## Two hosts from nothing\n(.*?)^## ", re.S | re.M)
BLOCK = re.compile(r"^\*\*(Host A|Host B|Both hosts)\.\*\*(?:(?!^\*\*|^```).)*^```sh\n(.*?)^```\n", re.S | re.M)
WITHIN = 180                         # seconds for one block: workers, masters and brokers start in some
ENDED = re.compile(rb"\0(\d+)\0")    # what the shell says behind a block


class Shell:
    """The terminal of a host: one bash from the beginning to the end, in its home."""

    def __init__(self, hosts, name, home):
        self.name, self.home, self.said = name, home, b""
        home.mkdir()
        env = {"HOME": str(home), "PATH": f"{Path(ARGOSY).parent}:{os.environ['PATH']}", "LANG": "C.UTF-8",
               **{key: value for key, value in os.environ.items() if key.endswith("SAN_OPTIONS")}}
        self.bash = subprocess.Popen([*hosts.inside(name), "bash", "--norc", "--noprofile"], cwd=home, env=env, stdin=subprocess.PIPE,
                                     stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)
        self.type("trap 'echo \"ended $?: $BASH_COMMAND\"; wrong=1' ERR\n")

    def type(self, block):
        """What it printed; every command in it must end well."""
        script = self.home.parent / f"{self.name}.sh"
        script.write_text(block)
        self.said = b""
        self.bash.stdin.write(f". {script} </dev/null; printf '\\0%d\\0' ${{wrong:-0}}\n".encode())
        self.bash.stdin.flush()
        deadline = time.monotonic() + WITHIN * SLOW
        while not (ended := ENDED.search(self.said)):
            if not select.select([self.bash.stdout], [], [], max(0, deadline - time.monotonic()))[0]:
                raise AssertionError(f"{self.name}: this did not end within {WITHIN} s:\n{block}--- it printed:\n{self.text()}")
            more = os.read(self.bash.stdout.fileno(), 65536)
            if not more:
                raise AssertionError(f"{self.name}: the shell ended in:\n{block}--- it printed:\n{self.text()}")
            self.said += more
        print(f"--- {self.name}\n{block}---\n{self.text()}", flush=True)
        if ended[1] != b"0":
            raise AssertionError(f"{self.name}: a command failed in:\n{block}--- it printed:\n{self.text()}")

    def text(self):
        return self.said.decode(errors="replace").replace("\0", " ")

    def json(self, *words):
        """What `argosy` says here, asked beside the page."""
        done = subprocess.run(["nsenter", f"--net=/proc/{self.bash.pid}/ns/net", ARGOSY, "--dir", self.home / "argosy", "--output", "json",
                               *words], text=True, capture_output=True, timeout=120 * SLOW)
        if done.returncode != 0:
            raise AssertionError(f"{self.name}: argosy {' '.join(words)}: {done.stderr}")
        return json.loads(done.stdout)

    def logs(self):
        return [(file, file.read_text(errors="replace")) for file in sorted(self.home.glob("*.log"))]

    def close(self):
        self.bash.kill()
        self.bash.wait()
        self.bash.stdin.close()
        self.bash.stdout.close()


class Database:
    """scripts/test-postgres on a host of its own, for all hosts of the network."""

    def __init__(self, hosts):
        address = hosts.add("db", 21)
        self.server = subprocess.Popen([*hosts.inside("db"), ROOT / "scripts" / "test-postgres", "run", "--", "sh", "-c",
                                        "echo $ARGOSY_TEST_POSTGRES; cat"], env={**os.environ, "ARGOSY_PG_LISTEN": address}, text=True,
                                       stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.address = self.server.stdout.readline().strip()
        if not self.address:
            raise AssertionError("scripts/test-postgres gives no address")

    def close(self):
        self.server.stdin.close()    # ends `cat`, and so the server
        self.server.stdout.close()
        self.server.wait(60 * SLOW)


def blocks():
    """The section's blocks, each with its host; none is left out."""
    section = SECTION.search(PAGE.read_text())[1]
    found = BLOCK.findall(section)
    assert len(found) == section.count("```sh") > 10, "each block of the page stands below the host on which it is typed"
    return found


def with_names(block, names):
    for name, value in names.items():
        block, count = re.subn(rf"^{name}=('[^']*'|\S+)", f"{name}='{value}'", block, flags=re.M)
        assert count == 1, f"the first block of the page names {name}"
    return block


class TwoHosts(unittest.TestCase):
    def setUp(self):
        self.hosts = Hosts()
        self.addCleanup(self.hosts.close)
        self.folder = Path(tempfile.mkdtemp(prefix="argosy-two-hosts-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        a, b = self.hosts.add("a", 11), self.hosts.add("b", 12)
        database = Database(self.hosts)
        self.addCleanup(database.close)
        self.shells = {"Host A": Shell(self.hosts, "a", self.folder / "a"), "Host B": Shell(self.hosts, "b", self.folder / "b")}
        self.addCleanup(self.end)
        self.names = {"A": a, "B": b, "VIRTUAL": f"{NETWORK}.10", "HOOKS": ROOT / "scripts" / "hooks", "CATALOG": database.address,
                      "TO_B": f"{self.folder}/b/"}

    def end(self):
        """Everything on both hosts; first the logs, for people."""
        for shell in self.shells.values():
            for file, text in shell.logs():
                print(f"--- {shell.name}: {file.name}\n" + "\n".join(text.splitlines()[-30:]), file=sys.stderr)
            inside = subprocess.run(["ip", "netns", "pids", f"{self.hosts.prefix}-{shell.name}"], text=True, capture_output=True)
            for pid in map(int, inside.stdout.split()):
                kill(pid)
            shell.close()

    def test_the_page(self):
        a, b = self.shells["Host A"], self.shells["Host B"]
        first, *rest = blocks()
        self.assertEqual(first[0], "Both hosts")
        for shell in (a, b):
            shell.type(with_names(first[1], self.names))
        for where, block in rest:
            for name, shell in self.shells.items():
                if where in (name, "Both hosts"):
                    shell.type(block)
            if "b2 *active" in block:
                execution = b.json("execution", "show", "last")
                self.assertIsNone(execution["ended_at"], "the broker was killed while work ran, or this shows nothing")
        active = [broker["broker"] for broker in b.json("broker", "list") if broker["active"]]
        self.assertEqual(active, ["b1"], "the first host serves again")
        number = execution["id"]
        self.assertEqual(b.json("execution", "show", str(number))["status"], "succeeded")
        tasks = b.json("task", "list", str(number), "--limit", "0")
        self.assertEqual({task["worker"] for task in tasks}, {"w1", "w2"}, "both hosts worked")
        self.assertEqual({task["attempt"] for task in tasks}, {1}, "each once")
        self.assertTrue(b.json("catalog", "verify")["clean"])
        bugs = [line for shell in (a, b) for _, text in shell.logs() for line in text.splitlines() if BUG.search(line)]
        self.assertEqual(bugs, [])


if __name__ == "__main__":
    if why := missing():
        print(f"NOT TESTED: two hosts need network namespaces, and there are none here: {why}", file=sys.stderr)
        sys.exit(SKIPPED)
    unittest.main(verbosity=2)
