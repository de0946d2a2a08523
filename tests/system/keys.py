"""Keys of a cluster's folder, read as docs and schemas/protocol.md say ("Keys"): nothing here is Argosy's own code.

A private key is a PKCS#8 file (PEM) with an X25519 key: its DER form ends with the 32 private bytes. The server key is the
subject key of the endpoint certificate, believed only after chain, host and dates have been checked.
"""
import base64
import subprocess

import nacl.public
import zmq.utils.z85 as z85


def der_of(pem):
    lines = [line for line in pem.strip().splitlines() if not line.startswith("-----")]
    return base64.b64decode("".join(lines))


class KeyPair:
    def __init__(self, secret):
        self.secret = secret
        self.public = bytes(nacl.public.PrivateKey(secret).public_key)

    @staticmethod
    def generate():
        return KeyPair(bytes(nacl.public.PrivateKey.generate()))

    @staticmethod
    def load(file):
        with open(file, encoding="ascii") as text:
            return KeyPair(der_of(text.read())[-32:])

    def curve(self, socket, server_key):
        socket.curve_secretkey = z85.encode(self.secret)
        socket.curve_publickey = z85.encode(self.public)
        socket.curve_serverkey = z85.encode(server_key)


def endpoint_key(authority, certificate, address="127.0.0.1"):
    """The public key of the endpoint, verified against the cluster's authority. Raises where it is not to be trusted."""
    subprocess.run(["openssl", "verify", "-CAfile", authority, "-verify_ip", address, certificate],
                   check=True, capture_output=True)
    pem = subprocess.run(["openssl", "x509", "-in", certificate, "-noout", "-pubkey"],
                         check=True, capture_output=True, text=True).stdout
    return der_of(pem)[-32:]
