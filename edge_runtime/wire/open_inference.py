"""The messages of the Open Inference Protocol v2, in a descriptor pool of their own.

Stock clients (tritonclient, kserve, mlserver) each bring generated code for package `inference`,
and protobuf lets only one such file into its default pool: ordinary generated code would make our
package and theirs unusable in one process. On the wire nothing differs.
"""

from __future__ import annotations

from importlib.resources import files
from typing import Any

from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass

PACKAGE = "inference"
INFERENCE_SERVICE = "inference.GRPCInferenceService"
DESCRIPTORS = "open_inference.binpb"
"""The FileDescriptorProto of open_inference.proto, written by edge_runtime.wire.generate."""


def _pool() -> DescriptorPool:
    pool = DescriptorPool()
    pool.AddSerializedFile((files("edge_runtime.wire") / DESCRIPTORS).read_bytes())
    return pool


POOL = _pool()
"""Reflection looks here for the service."""


def message(name: str) -> Any:
    """Return the class of a message, such as ModelInferRequest. Raises KeyError for another."""
    return GetMessageClass(POOL.FindMessageTypeByName(f"{PACKAGE}.{name}"))
