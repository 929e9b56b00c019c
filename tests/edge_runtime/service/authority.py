"""A certificate authority of the tests' own."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HOUR = datetime.timedelta(hours=1)


@dataclass(frozen=True)
class Issued:
    """PEM files of a certificate and its key."""

    certificate: str
    key: str


class Authority:
    """Signs certificates and writes them, and its own, as PEM files."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder, self._name = folder, name
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._subject = _name(name)
        certificate = self._builder(self._subject, self._key.public_key(), -48, 48).add_extension(
            x509.BasicConstraints(ca=True, path_length=0), critical=True
        )
        self.file = self._written("authority", certificate.sign(self._key, hashes.SHA256()))

    def issue(
        self,
        name: str,
        *,
        from_hour: float = -1.0,
        to_hour: float = 1.0,
        hosts: tuple[str, ...] = ("localhost", "127.0.0.1"),
    ) -> Issued:
        """Return a certificate for `hosts`, valid from and to so many hours from now."""
        key = ec.generate_private_key(ec.SECP256R1())
        builder = self._builder(_name(name), key.public_key(), from_hour, to_hour)
        signed = builder.add_extension(_for(hosts), critical=False)
        pem = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        key_file = self._folder / f"{self._name}-{name}-key.pem"
        key_file.write_bytes(pem)
        return Issued(self._written(name, signed.sign(self._key, hashes.SHA256())), str(key_file))

    def _builder(
        self, subject: x509.Name, key: ec.EllipticCurvePublicKey, from_hour: float, to_hour: float
    ) -> x509.CertificateBuilder:
        now = datetime.datetime.now(datetime.timezone.utc)
        return (
            x509.CertificateBuilder(subject_name=subject, issuer_name=self._subject, public_key=key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now + from_hour * HOUR)
            .not_valid_after(now + to_hour * HOUR)
        )

    def _written(self, name: str, certificate: x509.Certificate) -> str:
        path = self._folder / f"{self._name}-{name}.pem"
        path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        return str(path)


def _name(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _for(hosts: tuple[str, ...]) -> x509.SubjectAlternativeName:
    return x509.SubjectAlternativeName(
        [
            x509.IPAddress(ip_address(host)) if host[0].isdigit() else x509.DNSName(host)
            for host in hosts
        ]
    )
