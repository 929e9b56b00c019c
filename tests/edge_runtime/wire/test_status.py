"""One table from errors to statuses, total in both directions."""

from __future__ import annotations

import pytest
from grpc import StatusCode

from edge_runtime import errors
from edge_runtime.errors import ForeseyeError
from edge_runtime.wire.status import STATUS_OF, error_of, refusal_of


def leaves(branch: type[ForeseyeError]) -> set[type[ForeseyeError]]:
    """The leaves that the runtime itself defines; those of training and export never cross."""
    ours = "edge_runtime."
    below = [kind for kind in branch.__subclasses__() if kind.__module__.startswith(ours)]
    return set().union(*(leaves(each) for each in below)) if below else {branch}


def test_every_leaf_of_the_error_tree_has_a_status() -> None:
    assert set(STATUS_OF) == leaves(ForeseyeError)


def test_the_classes_that_cross_by_name_have_different_names() -> None:
    assert len({kind.__name__ for kind in STATUS_OF}) == len(STATUS_OF)


def test_no_error_is_a_success() -> None:
    assert StatusCode.OK not in STATUS_OF.values()


def test_the_private_text_does_not_cross() -> None:
    refusal = refusal_of(errors.BundleCorrupt("/srv/bundles/x: a byte is wrong"))

    assert refusal.code is StatusCode.FAILED_PRECONDITION
    assert refusal.sentence == errors.BundleCorrupt.public_message
    assert refusal.trailers == (("foreseye-error", "BundleCorrupt"),)


def test_an_overload_carries_the_delay_that_stock_clients_obey() -> None:
    refusal = refusal_of(errors.Overloaded("full", retry_after_ms=250))

    assert refusal.code is StatusCode.UNAVAILABLE
    assert ("grpc-retry-pushback-ms", "250") in refusal.trailers


@pytest.mark.parametrize(
    ("code", "sentence", "kind"),
    [
        (StatusCode.UNAVAILABLE, "failed to connect", errors.ServerUnreachable),
        (StatusCode.DEADLINE_EXCEEDED, "Deadline Exceeded", errors.TooLate),
        (StatusCode.CANCELLED, "Locally cancelled", errors.Cancelled),
        (StatusCode.UNAUTHENTICATED, "", errors.NotIdentified),
        (StatusCode.PERMISSION_DENIED, "", errors.NotAllowed),
        (
            StatusCode.RESOURCE_EXHAUSTED,
            "CLIENT: Received message larger than max (9 vs. 4)",
            errors.RequestTooLarge,
        ),
        (StatusCode.RESOURCE_EXHAUSTED, "Concurrent RPC limit exceeded!", errors.Overloaded),
        (StatusCode.UNIMPLEMENTED, "Method not found!", errors.ServerFailed),
        (StatusCode.UNKNOWN, "Unexpected error", errors.ServerFailed),
    ],
)
def test_a_status_that_grpc_made_itself_is_told_by_its_code(
    code: StatusCode, sentence: str, kind: type[ForeseyeError]
) -> None:
    error = error_of(code, sentence, ())

    assert type(error) is kind
    assert error.public_message == kind.public_message
    assert sentence in str(error)


@pytest.mark.parametrize("code", [code for code in StatusCode if code is not StatusCode.OK])
def test_every_status_stands_for_an_error(code: StatusCode) -> None:
    assert type(error_of(code, "", ())) in STATUS_OF


def test_an_error_class_of_a_newer_server_is_told_by_its_code() -> None:
    trailers = (("foreseye-error", "MoonTooBright"),)

    assert type(error_of(StatusCode.INTERNAL, "dark", trailers)) is errors.ServerFailed
