#!/usr/bin/python3
"""What travels is encrypted: a capture of a run does not contain a marker that stands in arguments, values, output, results
and package files, nor a piece of the package's archive. A plain socket in the same capture shows that it would be found.

Needs tcpdump and the right to capture on lo; without it the test is skipped, and says so.
"""
import os
import secrets
import signal
import socket
import sqlite3
import struct
import subprocess
import sys
import unittest

from cluster import SKIPPED, Cluster, free_port, until

MARKER = "marker" + secrets.token_hex(16)


class Capture:
    """tcpdump on lo for these ports, until stop(); then the bytes that each port's flows carried."""

    def __init__(self, file, ports):
        words = ["tcpdump", "-i", "lo", "-s", "0", "-U", "--immediate-mode", "-B", "16384", "-Z", "root", "-w", file, "tcp and (" +
                 " or ".join(f"port {p}" for p in ports) + ")"]
        self.file = file
        self.process = subprocess.Popen(words, stderr=subprocess.PIPE, text=True)
        self.ready = any("listening on" in line for line in iter(self.process.stderr.readline, ""))

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        with self.process.stderr as stderr:
            self.said = stderr.read()
        self.process.wait()

    def flows(self):
        """(port, port) -> bytes, in the order of their sequence numbers."""
        with open(self.file, "rb") as file:
            data = file.read()
        order = "<" if data[:4] in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1") else ">"
        flows, at = {}, 24
        while at + 16 <= len(data):
            length = struct.unpack(order + "IIII", data[at:at + 16])[2]
            packet = data[at + 16 + 14:at + 16 + length]            # behind the Ethernet header
            at += 16 + length
            if not packet or packet[0] >> 4 != 4:
                continue
            header = (packet[0] & 15) * 4
            total = struct.unpack(">H", packet[2:4])[0] or len(packet)
            source, target, sequence = struct.unpack(">HHI", packet[header:header + 8])
            payload = packet[header + (packet[header + 12] >> 4) * 4:total]
            if payload:
                flows.setdefault((source, target), {})[sequence] = payload
        return {ports: b"".join(p for _, p in sorted(parts.items())) for ports, parts in flows.items()}


def say_plainly(port, text):
    """The control: the same marker through a socket without encryption."""
    with socket.create_server(("127.0.0.1", port)) as server, socket.create_connection(("127.0.0.1", port)) as client:
        taken, _ = server.accept()
        client.sendall(text)
        client.shutdown(socket.SHUT_WR)
        while taken.recv(65536):
            pass
        taken.close()


def run_everything(cluster):
    """Carries the marker wherever a user can put one."""
    folder = cluster.folder.parent / "project"
    folder.mkdir()
    (folder / "argosy.yaml").write_text(
        "version: 1\nproject: sealed\npackages:\n  p:\n    parameters: {word: {type: string, required: true}}\n    tasks:\n"
        f"      first: {{run: [./show, '${{{{ params.word }}}}', {MARKER}-argv], env: {{WORD: {MARKER}-env}}}}\n"
        "      second: {after: [first], run: [echo, '${{ tasks.first.output.result }}']}\n")
    script = folder / "show"
    script.write_text(f"#!/bin/sh\n# {MARKER}-file\necho \"$@\"; echo \"$WORD\" >&2; cat ./data\necho result={MARKER}-result >> $ARGOSY_OUTPUT\n")
    script.chmod(0o755)
    (folder / "data").write_text(f"{MARKER}-data\n" + secrets.token_hex(20000))
    cluster.must("project", "deploy", str(folder))
    execution = cluster.submit("sealed/p", "-p", f"word={MARKER}-parameter")
    if cluster.wait(execution) != "succeeded":
        raise AssertionError(cluster.json("task", "list", str(execution)))
    bare = cluster.submit("--array", "1-20", "--", "echo", MARKER, "{}")
    cluster.wait(bare)
    log = cluster.must("logs", str(execution), "--task", "first").out
    second = cluster.must("logs", str(execution), "--task", "second").out
    for part in ("parameter", "argv", "env", "data"):
        if f"{MARKER}-{part}" not in log:
            raise AssertionError(f"{part} did not travel: {log[:500]}")
    if f"{MARKER}-result" not in second:
        raise AssertionError(f"the result did not travel: {second}")


class PacketsTest(unittest.TestCase):
    def test_marker_is_not_in_the_packets(self):
        with Cluster(workers=1) as cluster:
            plain = free_port()
            capture = Capture(str(cluster.folder.parent / "packets"), [cluster.port(), plain])
            self.assertTrue(capture.ready, "tcpdump does not listen")
            run_everything(cluster)
            archive = self.pieces_of_archive(cluster)
            cluster.down()
            say_plainly(plain, MARKER.encode() + archive[0])
            of_control = lambda: b"".join(data for ports, data in capture.flows().items() if plain in ports)
            until(lambda: archive[0] in of_control(), "the check can fail: plain packets are seen")
            capture.stop()
            self.assertIn("0 packets dropped by kernel", capture.said)
            flows, control = capture.flows(), of_control()
            sealed = {ports: data for ports, data in flows.items() if cluster.port() in ports}
            self.assertIn(MARKER.encode(), control, "the check cannot fail: it does not see plain packets")
            self.assertIn(archive[0], control)
            self.assertGreater(sum(map(len, sealed.values())), 50_000, "hardly anything was captured")
            for ports, data in sealed.items():
                self.assertNotIn(MARKER.encode(), data, ports)
                for piece in archive:
                    self.assertNotIn(piece, data, f"{ports}: a piece of the package's archive")
            print(f"{sum(map(len, sealed.values()))} bytes of {len(sealed)} flows, no marker", flush=True)

    @staticmethod
    def pieces_of_archive(cluster):
        """32 bytes from here and there in the stored content, compressed as it travels."""
        db = sqlite3.connect(f"file:{cluster.folder}/catalog/argosy.db?mode=ro", uri=True)
        data = b"".join(row[0] for row in db.execute("select data from pieces order by digest, start"))
        return [data[n:n + 32] for n in range(200, len(data) - 32, 4000)]


if __name__ == "__main__":
    if os.geteuid() != 0 and subprocess.run(["tcpdump", "-i", "lo", "-c", "0", "-d"], capture_output=True).returncode != 0:
        print("SKIPPED: tcpdump may not capture on lo here; run as root")
        sys.exit(SKIPPED)
    unittest.main(verbosity=2)
