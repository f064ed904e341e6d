"""Licences of what is shipped, what is said of an audit, and the bill of materials of the image.

Turned red by: MPL-2.0 taken out of `ALLOWED`; venusian taken out of `READ`; a package without an answer counted as one
without advisories; the bill made of the whole lock.
"""

import importlib.metadata
import json

import pytest

from deploy.supply import __main__ as supply
from deploy.supply import audit, licences


def test_every_package_that_is_shipped_is_under_a_licence_that_allows_it() -> None:
    assert len(licences.shipped()) > 50
    assert licences.refused(licences.shipped()) == []


def test_no_licence_was_read_by_hand_that_the_metadata_say() -> None:
    assert [name for name in licences.READ if licences.said(name) or name not in licences.shipped()] == []


def test_the_page_lists_the_licences_of_now() -> None:
    text = supply.PAGE.read_text("utf-8")
    assert supply.page(text) == text
    assert text.count("\n| ") > len(licences.shipped())


@pytest.mark.parametrize(
    ("expression", "allowed"),
    [
        ("MIT", True),
        ("Apache-2.0 AND MIT", True),
        ("GPL-3.0-only OR MIT", True),
        ("GPL-3.0-only", False),
        ("MIT AND GPL-3.0-only", False),
        ("AGPL-3.0-only OR MIT AND SSPL-1.0", False),
        ("GPL-2.0-only WITH Classpath-exception-2.0", False),
        ("", False),
    ],
)
def test_one_alternative_has_to_be_allowed_in_all_its_parts(expression: str, allowed: bool) -> None:
    assert licences.is_allowed(expression) is allowed


def _refused(lines: str, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is said of a package whose metadata are these lines."""
    monkeypatch.setattr(importlib.metadata.PathDistribution, "read_text", lambda self, name: f"Name: new\n{lines}\n")
    return licences.refused(["numpy"])


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("License-Expression: GPL-3.0-only", "is under GPL-3.0-only"),
        ("Classifier: License :: OSI Approved :: BSD License", "does not say its licence"),
        ("License: Copyright, all rights reserved", "does not say its licence"),
        ("", "does not say its licence"),
    ],
)
def test_a_licence_that_is_not_allowed_or_not_said_is_refused(
    lines: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (sentence,) = _refused(lines, monkeypatch)
    assert said in sentence


@pytest.mark.parametrize("lines", ["License: Apache 2", "Classifier: License :: OSI Approved :: MIT License"])
def test_an_old_spelling_of_one_licence_is_understood(lines: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert _refused(lines, monkeypatch) == []


CLEAN, WEAK = {"name": "a", "version": "1", "vulns": []}, {"name": "b", "version": "1", "vulns": [{"id": "X-1"}]}
SKIPPED = {"name": "c", "skip_reason": "Dependency not found"}


@pytest.mark.parametrize(
    ("packages", "said"),
    [
        ([CLEAN], "No advisory for any of 1 packages."),
        ([CLEAN, WEAK, SKIPPED], "Known weaknesses, update the lock: b: X-1."),
        ([CLEAN, SKIPPED], "No advisory for 1 packages; not audited: c."),
        ([SKIPPED], "The package registry serves no advisories here: none of 1 packages was audited."),
    ],
)
def test_a_package_that_nobody_could_look_up_is_not_said_to_be_clean(packages: list[object], said: str) -> None:
    assert audit.read(json.dumps({"dependencies": packages, "fixes": []})).sentence() == said


def test_the_bill_of_the_image_lists_what_is_shipped_and_no_tool(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supply, "OUT", tmp_path_factory.mktemp("out"))
    path = supply.write_bill(supply.image_lock(), "bill.json")
    bill = json.loads(path.read_text("utf-8"))
    assert bill["bomFormat"] == "CycloneDX"
    assert bill["metadata"]["component"]["name"] == "assay"
    names = {each["name"] for each in bill["components"]}
    assert names - {"colorama"} == set(licences.shipped())
    assert all(each["version"] and each["externalReferences"][0]["hashes"] for each in bill["components"])
    assert supply.write_bill(supply.image_lock(), "again.json").read_bytes() == path.read_bytes()
