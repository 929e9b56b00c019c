"""Judges what `make audit` found: licences in the SBOM, and known holes of the packages in it.

python -m tests.audit_packages build/sbom.json build/advisories.json

Leaves with 1 for a licence that we may not ship or a package with a known hole, and for packages
whose holes nobody could tell: an audit that did not happen is no clean one.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

COPYLEFT = re.compile(r"(?<![A-Z])A?GPL|(?<!Lesser )General Public License")
"""GPL and AGPL; the LGPL leaves a program that only imports it its own licence."""

TESTS_ALONE = frozenset({"pvbm"})
"""Packages that only tests use and that are never shipped."""


def licences_of(component: dict[str, Any]) -> list[str]:
    """Return the licences that a component of a CycloneDX SBOM declares."""
    found = []
    for each in component.get("licenses", []):
        licence = each.get("license", {})
        found.append(each.get("expression") or licence.get("id") or licence.get("name") or "")
    return [licence for licence in found if licence]


def licence_problems(sbom: dict[str, Any]) -> Iterator[str]:
    """Yield each package that we may not ship with ours."""
    for component in sbom["components"]:
        refused = [text for text in licences_of(component) if COPYLEFT.search(text)]
        if refused and component["name"] not in TESTS_ALONE:
            yield f"{component['name']} {component.get('version')}: {', '.join(refused)}"


def undeclared(sbom: dict[str, Any]) -> list[str]:
    """Return the packages that declare no licence: somebody must read theirs."""
    return sorted(each["name"] for each in sbom["components"] if not licences_of(each))


def known_holes(advisories: dict[str, Any]) -> Iterator[str]:
    """Yield each known hole of pip-audit's report."""
    for package in advisories["dependencies"]:
        for hole in package.get("vulns", []):
            mended = ", ".join(hole.get("fix_versions", [])) or "no version yet"
            yield f"{package['name']} {package['version']}: {hole['id']}, mended in {mended}"


def not_told(advisories: dict[str, Any]) -> list[str]:
    """Return the packages for which the registry told nothing."""
    return sorted(each["name"] for each in advisories["dependencies"] if "skip_reason" in each)


def main(sbom_file: Path, advisories_file: Path) -> int:
    """Print what was found and return the exit code."""
    sbom = json.loads(sbom_file.read_bytes())
    advisories = json.loads(advisories_file.read_bytes())
    problems = [*licence_problems(sbom), *known_holes(advisories)]
    lines = [f"{len(sbom['components'])} packages in {sbom_file}", *problems]
    if undeclared(sbom):
        lines.append(f"no licence declared: {', '.join(undeclared(sbom))}")
    unknown = not_told(advisories)
    if unknown:
        lines.append(
            f"NOT AUDITED: the registry told nothing of {len(unknown)} packages, "
            f"such as {', '.join(unknown[:5])}. Run it where its advisories can be reached."
        )
    sys.stdout.write("\n".join(lines) + "\n")
    return 1 if problems or unknown else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
