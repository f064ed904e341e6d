"""Certificates and keys for tests: an authority, a server, clients; and some that nobody should accept."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import trustme
from cryptography.hazmat.primitives import serialization

SERVER = "localhost"


class Paper(NamedTuple):
    """A certificate with its chain, and its key."""

    cert: Path
    key: Path


class Papers:
    """One authority and what it has issued, as PEM files in a folder; `other_authority` has nothing to do with it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._ca, self._other = trustme.CA(), trustme.CA()
        self.authority = folder / "authority.pem"
        self.other_authority = folder / "other-authority.pem"
        self._ca.cert_pem.write_to_path(str(self.authority))
        self._other.cert_pem.write_to_path(str(self.other_authority))
        self.server = self._write("server", self._ca.issue_cert(SERVER, "127.0.0.1"))
        self.server_with_key = folder / "server-with-key.pem"
        self.server_with_key.write_bytes(self.server.key.read_bytes() + self.server.cert.read_bytes())

    def client(self, name: str) -> Paper:
        """What `name` shows, always the same; its common name is the name."""
        known = Paper(self.folder / f"{name}.pem", self.folder / f"{name}.key")
        if known.key.exists():
            return known
        return self._write(name, self._ca.issue_cert(f"{name}.example.com", common_name=name))

    def expired(self, name: str) -> Paper:
        """One that ended a day ago."""
        now = datetime.now(UTC)
        late = self._ca.issue_cert(
            f"{name}.example.com",
            common_name=name,
            not_before=now - timedelta(days=2),
            not_after=now - timedelta(days=1),
        )
        return self._write(f"{name}-expired", late)

    def forged(self, name: str) -> Paper:
        """One from the other authority."""
        return self._write(f"{name}-forged", self._other.issue_cert(f"{name}.example.com", common_name=name))

    def _write(self, name: str, issued: trustme.LeafCert) -> Paper:
        paper = Paper(self.folder / f"{name}.pem", self.folder / f"{name}.key")
        paper.cert.write_bytes(b"".join(blob.bytes() for blob in issued.cert_chain_pems))
        key = serialization.load_pem_private_key(issued.private_key_pem.bytes(), None)
        # Kafka reads PKCS 8 only
        encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
        paper.key.write_bytes(key.private_bytes(encoding, form, serialization.NoEncryption()))
        return paper
