"""`bundle.json`: what a model bundle holds and what it was judged on (schema foreseye.bundle/1).

The file names every other file of the bundle with its SHA-256, and a detached Ed25519 signature
(`bundle.sig.json`) covers the file itself; so one signature covers everything.
"""

from __future__ import annotations

from typing import Final, Literal

from pydantic import Field, model_validator

from edge_runtime.contracts.cohort import Role
from edge_runtime.contracts.repeatability import SmallestDetectableChange
from edge_runtime.contracts.result import Measurement
from edge_runtime.contracts.strict import Sha256, Strict, contract_json
from edge_runtime.domain import Evidence

BUNDLE_SCHEMA: Final = "foreseye.bundle/1"
BUNDLE_FILE = "bundle.json"
SIGNATURE_FILE = "bundle.sig.json"

ModelName = Literal["anatomy", "disc", "quality", "findings", "signs", "forecast", "progression"]
Precision = Literal["fp32", "fp16", "int8-cpu", "int8-trt"]

Split = Literal["train", "tune", "test", "cv", "external"]
"""Whose photographs a figure was measured on: a role's; `cv`, each person by the bundle that held
out that person's fold; or `external`, a set that the judged bundle never saw."""


class TensorSpec(Strict):
    """One tensor of an exported graph; a free axis is named, a fixed one is its length."""

    name: str
    dtype: Literal["uint8", "float32"]
    shape: list[int | str]


class Artefact(Strict):
    """One ONNX file of a model, in one precision."""

    file: str
    opset: int
    golden_tolerance: float = Field(gt=0)
    """Largest absolute difference of an output from the golden one that a device may show."""


class ClinicalChange(Strict):
    """What fewer bits change of one figure, on tuning people's photographs."""

    figure: str
    photographs: int
    fp32: float | None = None
    """The figure with the graph in fp32; absent where `value` is itself a change."""
    value: float
    allowed: float
    """By how much the value may be worse, or the largest change; nothing is written beyond it."""


class ParityReport(Strict):
    """How far a graph is from the trained network, or from its own fp32, on the samples named."""

    reference: str
    samples: int
    largest_difference: float
    """Largest absolute difference of any output value."""
    tolerance: float
    in_words: str
    clinical: list[ClinicalChange] | None = None
    """For a graph of fewer bits, what they change in the figures that people read."""


class Beside(Strict):
    """A number that a figure is read against."""

    name: str
    value: float
    kind: Literal["baseline", "peer"]
    """A baseline has learned nothing of what is judged; a peer is a person or a published result
    on the same photographs."""


class Metric(Strict):
    """One measured figure, with the set and people it was measured on and what beats nothing."""

    name: str
    value: float
    interval_95: tuple[float, float] | None = None
    """By bootstrap over persons."""
    set: str
    role: Role
    split: Split | None = None
    """Absent where `role` says all."""
    subgroup: dict[str, str] | None = None
    """The part of the set that it was measured on, such as its camera; absent for all of it."""
    people: int
    photographs: int
    """All that have the truth, those that were refused with them."""
    refused: int | None = None
    """How many of the photographs were refused; the figure's definition says how they count."""
    baseline: float | None = None
    baseline_name: str | None = None
    beside: list[Beside] | None = None
    """Further baselines, and peers."""
    evidence: Evidence


FIELD_SQUARE: Final = "field_square/1"
DISC_SQUARE: Final = "disc_square/1"


class Preprocessing(Strict):
    """How a photograph becomes a network image: a square around the field or around its disc.

    The code is edge_runtime/fundus/preprocess.py and disc_crop.py beside it.
    """

    kind: Literal["field_square/1", "disc_square/1"] = FIELD_SQUARE
    image_size_px: int = Field(ge=32)
    margin: float
    """What the square shows around the field or the disc, as a share of its radius."""


class ModelEntry(Strict):
    """One model of the bundle."""

    evidence: Evidence
    """Of its outputs, where a finer one is not given."""
    preprocessing: Preprocessing | None = None
    """How it sees a photograph; absent where it sees none, as the forecast from covariates."""
    inputs: list[TensorSpec]
    outputs: list[TensorSpec]
    labels: list[str]
    """Names of the output's channels or classes, in order."""
    logit_shift: list[float] = Field(default_factory=list)
    """Calibration inside the graph: what was added to each label's logit, chosen on tune."""
    thresholds: dict[str, float] = Field(default_factory=dict)
    threshold_rules: dict[str, str] | None = None
    """How each threshold was chosen, and on whom, in words."""
    artefacts: dict[Precision, Artefact]
    parity: dict[Precision, ParityReport]
    metrics: list[Metric]

    @property
    def picture(self) -> Preprocessing:
        """How it sees a photograph. Raises ValueError for a model that sees none."""
        if self.preprocessing is None:
            raise ValueError("this model sees no photograph")
        return self.preprocessing


class MeasuredQuality(Strict):
    """Quality judged from plain image measurements; the weights lie in a file of the bundle."""

    file: str
    evidence: Evidence
    metrics: list[Metric]


class GoldenSample(Strict):
    """A drawn eye and what each model must make of it on any device."""

    photograph: str
    eye: Literal["OD", "OS"]
    expected: dict[str, str]
    """Model name to a .npz file: its input, and its outputs in fp32."""
    biomarkers: dict[str, Measurement]
    """What the whole pipeline measured on this sample when the bundle was made."""


class SetCount(Strict):
    """How many of one set's people a model used, by role, and under which terms."""

    set: str
    evidence_kind: Literal["real", "drawn"]
    terms: str
    people: dict[str, int]
    eyes: dict[str, int]
    photographs: dict[str, int]


class DataStatement(Strict):
    """For each model, the photographs that it was made from, and the terms of its weights."""

    models: dict[str, list[SetCount]]
    terms_of_the_weights: str


class BundleManifest(Strict):
    """The whole bundle.json."""

    schema_: Literal["foreseye.bundle/1"] = Field(default=BUNDLE_SCHEMA, alias="schema")
    name: str
    version: str = Field(pattern=r"^\d+\.\d+\.\d+$")
    made_with: dict[str, str]
    """Versions of what made it, and the code's commit."""
    models: dict[ModelName, ModelEntry]
    measured_quality: MeasuredQuality | None = None
    horizons_years: list[float] = Field(default_factory=list)
    reference_population: str | None = None
    learned_spans: dict[str, list[tuple[float, float]]] | None = None
    """By covariate, the values of the people whom the forecasts were learned from; a forecast that
    needs a value beyond them is withheld. Absent without a forecast model."""
    held_out_fold: int | None = Field(default=None, ge=0)
    """The fold of photographs that none of the models learned from or was tuned on, where the
    bundle was made for cross-validation; absent where roles say who was held out."""
    left_out_sets: list[str] | None = None
    """Sets that were left out of training and tuning, to be judged on whole."""
    smallest_detectable_change: dict[str, SmallestDetectableChange] | None = None
    """By biomarker, what `foreseye-train repeatability` measured with these very models."""
    golden: list[GoldenSample]
    data_statement: DataStatement
    model_card: str
    evaluation_page: str | None = None
    """A page of tables and plots, without photographs, for people."""
    evaluations: list[str] | None = None
    """Files of schema foreseye.evaluation/1 that the metrics were taken from."""
    files: dict[str, Sha256]
    """Every other file of the bundle, by its relative path, but the signature."""

    @model_validator(mode="after")
    def _every_named_file_is_hashed(self) -> BundleManifest:
        missing = sorted(set(self.named_files()) - set(self.files))
        if missing:
            raise ValueError(f"files without a hash: {missing}")
        return self

    def named_files(self) -> list[str]:
        """Return every file that an entry names."""
        named = [self.model_card]
        named += [a.file for model in self.models.values() for a in model.artefacts.values()]
        named += [sample.photograph for sample in self.golden]
        named += [file for sample in self.golden for file in sample.expected.values()]
        if self.measured_quality is not None:
            named.append(self.measured_quality.file)
        if self.evaluation_page is not None:
            named.append(self.evaluation_page)
        named += self.evaluations or []
        return named

    def sha256_of(self, model: ModelName, precision: Precision = "fp32") -> str:
        """Return the hash of a model's file. Raises KeyError where the bundle has none."""
        return self.files[self.models[model].artefacts[precision].file]

    def to_json(self) -> str:
        """Return the text of bundle.json."""
        return contract_json(self)


class Signature(Strict):
    """`bundle.sig.json`: an Ed25519 signature over the bytes of bundle.json."""

    algorithm: Literal["Ed25519"] = "Ed25519"
    public_key: str = Field(pattern=r"^[0-9a-f]{64}$")
    signature: str = Field(pattern=r"^[0-9a-f]{128}$")


def bundle_manifest_from(text: str) -> BundleManifest:
    """Return the manifest of bundle.json's text. Raises pydantic.ValidationError."""
    manifest: BundleManifest = BundleManifest.model_validate_json(text)
    return manifest
