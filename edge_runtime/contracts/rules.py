"""What the models' validators demand beyond types, said in JSON Schema.

The models are the truth; these lines say the same to readers who only have the schema. A test
breaks each example in every way that one key allows and finds no file that the schema takes and
the model refuses, but for one thing that no schema can say: that every file which a bundle names
has its hash.
"""

from __future__ import annotations

from typing import Any

from edge_runtime.contracts.result import STAGES

_A_VALUE_OR_A_REASON = [
    {"required": ["value", "evidence"], "not": {"required": ["missing_because"]}},
    {
        "required": ["missing_because"],
        "not": {
            "anyOf": [
                {"required": ["value"]},
                {"required": ["evidence"]},
                {"required": ["interval_90"]},
            ]
        },
    },
]

RULES: dict[str, dict[str, Any]] = {
    "Measurement": {
        "oneOf": [
            {
                "required": ["value", "unit", "evidence"],
                "not": {"required": ["missing_because"]},
            },
            {
                "required": ["missing_because"],
                "properties": {"missing_because": {"minLength": 1}},
                "not": {"required": ["value"]},
            },
        ]
    },
    "ForecastStep": {"oneOf": _A_VALUE_OR_A_REASON},
    "Forecast": {
        "oneOf": [
            {
                "required": ["cumulative_incidence", "steps", "step", "evidence"],
                "not": {"required": ["missing_because"]},
            },
            {
                "required": ["missing_because", "sentence"],
                "properties": {"sentence": {"minLength": 1}},
                "not": {
                    "anyOf": [
                        {"required": ["cumulative_incidence"]},
                        {"required": ["steps"]},
                        {"required": ["step"]},
                        {"required": ["evidence"]},
                    ]
                },
            },
        ]
    },
    "Quality": {
        "if": {"properties": {"gradable": {"const": True}}},
        "then": {"properties": {"reason": {"maxLength": 0}}},
        "else": {"properties": {"reason": {"minLength": 1}}},
    },
    "ScreeningResult": {
        "if": {
            "required": ["quality"],
            "properties": {"quality": {"properties": {"gradable": {"const": False}}}},
        },
        "then": {
            "not": {"anyOf": [{"required": ["findings"]}, {"required": ["biomarkers"]}]},
        },
        "properties": {"timings_ms": {"propertyNames": {"enum": list(STAGES)}}},
    },
}
"""Keywords by model; `properties` are merged into the model's own, the rest is added."""
