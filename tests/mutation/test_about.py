"""Which tests a mutant of a module is tried against, and which mutants a sample has.

Turned red by: a module without a test file of its name and without a line in `BY_HAND`; a test file that was renamed.
"""

import json
from pathlib import Path

import pytest

from tests.mutation import about, run
from tests.mutation.about import BY_HAND, ROOT


@pytest.mark.parametrize("module", [*about.modules(), *run.WHOLE])
def test_every_module_with_a_function_has_tests_that_are_about_it(module: str) -> None:
    assert about.tests_of(module)


@pytest.mark.parametrize("module", BY_HAND)
def test_what_is_named_for_a_module_is_there(module: str) -> None:
    assert (ROOT / f"{module.replace('.', '/')}.py").exists() or (ROOT / module.replace(".", "/")).is_dir()
    assert [name for name in BY_HAND[module] if not list(ROOT.glob(about.pattern_of(name)))] == []


def test_a_larger_sample_holds_the_smaller_and_none_has_a_mutant_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "FOLDER", tmp_path)
    kept = tmp_path / "detectors.held/mutants/detectors/held.py.meta"
    kept.parent.mkdir(parents=True)
    kept.write_text(json.dumps({"exit_code_by_key": {f"x{number}": None for number in range(50)}}))
    few, more = run.sample("detectors.held", 5), run.sample("detectors.held", 20)
    assert few == more[:5]
    assert len(set(more)) == 20
    assert set(run.sample("detectors.held", 99)) == {f"x{number}" for number in range(50)}
