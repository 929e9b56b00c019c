"""The description of a bundle to its message of foreseye.v1 and back."""

from __future__ import annotations

from edge_runtime.contracts.result import BundleIdentity
from edge_runtime.wire import screening_pb2 as pb
from edge_runtime.wire.enums import EVIDENCE, EVIDENCE_OF
from edge_runtime.wire.records import BundleDescription, ModelDescription


def bundle_to_wire(bundle: BundleIdentity) -> pb.BundleInService:
    """Return which bundle serves."""
    return pb.BundleInService(name=bundle.name, version=bundle.version, sha256=bundle.sha256)


def bundle_from_wire(wire: pb.BundleInService) -> BundleIdentity:
    """Return which bundle serves. Raises pydantic.ValidationError."""
    return BundleIdentity(name=wire.name, version=wire.version, sha256=wire.sha256)


def bundle_description_to_wire(bundle: BundleDescription) -> pb.DescribeBundleReply:
    """Return the reply to DescribeBundle."""
    return pb.DescribeBundleReply(
        name=bundle.name,
        version=bundle.version,
        sha256=bundle.sha256,
        models=[
            pb.ModelDescription(
                name=model.name,
                backend=model.backend,
                precision=model.precision,
                evidence=EVIDENCE[model.evidence],
            )
            for model in bundle.models
        ],
        horizon_years=bundle.horizon_years,
        model_card=bundle.model_card,
        bundle_json=bundle.bundle_json,
        server_version=bundle.server_version,
    )


def bundle_description_from_wire(wire: pb.DescribeBundleReply) -> BundleDescription:
    """Return what a server's bundle holds. Raises KeyError for an evidence that is unknown."""
    return BundleDescription(
        name=wire.name,
        version=wire.version,
        sha256=wire.sha256,
        models=tuple(
            ModelDescription(
                model.name, model.backend, model.precision, EVIDENCE_OF[model.evidence]
            )
            for model in wire.models
        ),
        horizon_years=tuple(wire.horizon_years),
        model_card=wire.model_card,
        bundle_json=wire.bundle_json,
        server_version=wire.server_version,
    )
