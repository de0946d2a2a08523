#!/usr/bin/python3
"""Endpoint certificates that are not to be believed: expired, for another host, of another authority, for another key. Client, worker,
master and broker each refuse them with one line that says what and where, and the cluster beside them does not notice.
"""
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from cluster import Cluster, argosy

START = {"worker": ["worker", "start", "--name", "w1"], "master": ["master", "start"], "broker": ["broker", "start"]}


def openssl(*words):
    return subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True, text=True).stdout


class CertificatesTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = Cluster(workers=1)

    @classmethod
    def tearDownClass(cls):
        cls.cluster.close()

    def setUp(self):
        self.temporary = Path(self.enterContext(tempfile.TemporaryDirectory(prefix="argosy-certificates-")))
        self.folder = self.temporary / "cluster"
        ignore = shutil.ignore_patterns("run", "catalog", "workers")  # a copied worker would sweep the tasks of the one that runs
        shutil.copytree(self.cluster.folder, self.folder, ignore=ignore)

    def issue(self, key_of="endpoint.pem", host="IP:127.0.0.1", days=10, authority=None):
        """Puts another endpoint certificate into the copied folder."""
        at = self.temporary
        authority = authority or (self.folder / "authority.pem", self.folder / "keys" / "authority.key")
        public = at / "public.pem"
        public.write_text(openssl("x509", "-in", self.folder / key_of, "-pubkey", "-noout") if key_of else self.other_key())
        openssl("genpkey", "-algorithm", "ed25519", "-out", at / "request.key")     # X25519 keys cannot sign a request
        openssl("req", "-new", "-key", at / "request.key", "-subj", "/O=Argosy/OU=broker/CN=endpoint", "-addext",
                f"subjectAltName={host}", "-out", at / "request.csr")
        openssl("x509", "-req", "-in", at / "request.csr", "-CA", authority[0], "-CAkey", authority[1], "-force_pubkey", public,
                "-days", days, "-copy_extensions", "copy", "-out", self.folder / "endpoint.pem")

    def other_key(self):
        openssl("genpkey", "-algorithm", "x25519", "-out", self.temporary / "other.key")
        return openssl("pkey", "-in", self.temporary / "other.key", "-pubout")

    def other_authority(self):
        key, certificate = self.temporary / "other-ca.key", self.temporary / "other-ca.pem"
        openssl("genpkey", "-algorithm", "ed25519", "-out", key)
        openssl("req", "-x509", "-new", "-key", key, "-subj", "/O=Argosy/OU=authority/CN=other", "-days", 10, "-out", certificate)
        return certificate, key

    def refused(self, part, roles=("client", "worker", "master")):
        for role in roles:
            with self.subTest(role=role):
                words = START.get(role, ["status"])
                done = argosy("--dir", self.folder, *words, timeout=60)
                self.assertEqual(done.code, 2 if role == "client" else 1, done)
                line = done.err.strip().splitlines()
                self.assertEqual(len(line), 1, done)
                self.assertIn("endpoint.pem", line[0])
                self.assertIn(part, line[0])
        self.assertEqual(self.cluster.must("--output", "quiet", "submit", "--wait", "--", "true").code, 0)

    def test_expired(self):
        self.issue(days=-1)
        self.refused("expired")

    def test_for_another_host(self):
        self.issue(host="DNS:elsewhere.example")
        self.refused("127.0.0.1")

    def test_of_another_authority(self):
        self.issue(authority=self.other_authority())
        self.refused("authorit")

    def test_for_another_key(self):
        """Signed as it should be, but not for the key that the broker has: the handshake fails, nothing is said."""
        self.issue(key_of=None)
        self.refused("does not carry the key", roles=("broker",))
        done = argosy("--dir", self.folder, "--patience", 2, "status", timeout=60)
        self.assertEqual(done.code, 75, done)
        self.assertIn("certificate", done.err)


if __name__ == "__main__":
    unittest.main(verbosity=2)
