"""Our enums and those of foreseye.v1, both ways.

The wire's zero (`_UNSPECIFIED`) stands for None, and so does a value that this version does not
know: look up with `.get` where None is meant, with `[...]` where the field must be set.
"""

from __future__ import annotations

from typing import Literal

from edge_runtime.domain import Evidence, Eye, Sex
from edge_runtime.wire import screening_pb2 as pb

EYE: dict[Eye, pb.Eye] = {Eye.OD: pb.EYE_OD, Eye.OS: pb.EYE_OS}
SEX: dict[Sex, pb.Sex] = {Sex.F: pb.SEX_F, Sex.M: pb.SEX_M}
EVIDENCE: dict[Evidence, pb.Evidence] = {
    Evidence.DRAWN: pb.EVIDENCE_DRAWN,
    Evidence.INTERNAL: pb.EVIDENCE_INTERNAL,
    Evidence.EXTERNAL: pb.EVIDENCE_EXTERNAL,
}
SOURCE: dict[Literal["given", "picture", "unknown"], pb.LateralitySource] = {
    "unknown": pb.LATERALITY_SOURCE_UNSPECIFIED,
    "given": pb.LATERALITY_SOURCE_GIVEN,
    "picture": pb.LATERALITY_SOURCE_PICTURE,
}
EYE_OF = {number: eye for eye, number in EYE.items()}
SEX_OF = {number: sex for sex, number in SEX.items()}
EVIDENCE_OF = {number: evidence for evidence, number in EVIDENCE.items()}
SOURCE_OF = {number: source for source, number in SOURCE.items()}


def evidence_to_wire(evidence: Evidence | None) -> pb.Evidence:
    """Return the enum's value; unspecified for None."""
    return pb.EVIDENCE_UNSPECIFIED if evidence is None else EVIDENCE[evidence]
