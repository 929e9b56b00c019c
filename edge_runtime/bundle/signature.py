"""Ed25519 signatures over bundle.json, and who is trusted.

Source: RFC 8032. Trust never comes with the bundle itself: the reference bundle is trusted by its
hash, which is pinned in the package; any other by public keys that the settings name.
"""

from __future__ import annotations

from collections.abc import Sequence

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from edge_runtime.contracts.bundle import Signature
from edge_runtime.errors import BundleUntrusted


def sign(bundle_json: bytes, key: Ed25519PrivateKey) -> Signature:
    """Return the signature over the bytes of bundle.json."""
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return Signature(public_key=public.hex(), signature=key.sign(bundle_json).hex())


def check_signature(bundle_json: bytes, signature: Signature, trusted: Sequence[str]) -> None:
    """Return when a trusted key signed these very bytes; raise BundleUntrusted otherwise."""
    if signature.public_key not in trusted:
        raise BundleUntrusted(
            f"signed by {signature.public_key[:16]}..., which is not among the "
            f"{len(trusted)} trusted keys of the settings"
        )
    key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(signature.public_key))
    try:
        key.verify(bytes.fromhex(signature.signature), bundle_json)
    except InvalidSignature:
        raise BundleUntrusted("the signature does not fit bundle.json") from None
