"""A bundle with a findings model, made and opened once for all tests that need it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from edge_runtime.pipeline import Pipeline
from edge_runtime.settings import Settings
from tests.edge_runtime.findings_bundle import MadeBundle, bundle_with_findings


@pytest.fixture(scope="session")
def findings_bundle(tmp_path_factory: pytest.TempPathFactory) -> MadeBundle:
    """The bundle on disk; nothing may change it."""
    return bundle_with_findings(tmp_path_factory.mktemp("bundles") / "findings")


@pytest.fixture(scope="session")
def findings_pipeline(findings_bundle: MadeBundle) -> Iterator[Pipeline]:
    """The pipeline that runs it."""
    settings = Settings(
        bundle=str(findings_bundle.folder), trusted_keys=findings_bundle.key, threads=1
    )
    pipeline = Pipeline.open(settings)
    yield pipeline
    pipeline.close()
