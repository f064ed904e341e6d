"""`python -m tests.mutation.run [MODULE ...]`: mutmut over the core modules, each with the tests that are about it.

Each module is mutated in a copy of its own below out/mutation; a run that was broken off goes on, and a later one tries
again what was alive, since its tests may have grown. Where tests went, delete that copy.
The tests of a module are chosen by hand: all of them for each mutant would take days, and a mutant that only a far-away
test would notice is one for whose module a test is missing.
"""

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Final

from tests.mutation.undecorated import undecorated

ROOT: Final = Path(__file__).resolve().parents[2]
FOLDER: Final = ROOT / "out/mutation"
#: What a copy needs; tests and the mutated package come with them.
COPIED: Final = (
    "schemas",
    "simulator",
    "assay",
    "console",
    "detectors",
    "streams",
    "tests",
    "deploy",
    "pyproject.toml",
)
#: Tests that look at the code itself, or take long and say nothing of these modules.
LEFT_OUT: Final = (
    "not redis and not cluster and not process and not ten_thousand and not stretch and not no_valid_event "
    "and not has_no_memory and not stands_in_the_file and not wave_of_new_shops and not hundreds_of_listings "
    "and not make_the_core_grow"
)
OPTIONS: Final = ("-p", "tests.mutation.plugin", "-p", "no:logging", "-p", "no:cacheprovider")
_DETECTORS: Final = "tests/detectors/test_{}.py"
_STORIES: Final = ("alerts", "holds", "idempotence", "seed_story", "upheld_complaint", "guard_shopping")
MODULES: Final = {
    "detectors.score": (
        "alerts",
        "alerts_said",
        "holds",
        "reassuring_messages",
        "many_flagged",
        "policy",
        "seed_story",
    ),
    "detectors.holds": ("holds", "alerts", "upheld_complaint", "unpaid_refunds", "vanished_seller", "many_flagged"),
    "detectors.alerts": ("alerts", "alerts_said", "judged", "holds", "state_bounds", "upheld_complaint", "seed_story"),
    "detectors.returns": ("returns", "return_*", "overdue_refund", "exposure"),
    "detectors.market": ("market", "market_falls", "market_weights", "below_market_price"),
    "detectors.estimate": ("market", "market_falls", "market_weights", "below_market_price", "rates"),
    "detectors.judge": ("judged", "state_bounds", *_STORIES),
    "detectors.asking": ("asking", "judged", "overdue_refund", *_STORIES),
    "streams.memory_store": (),
    **{f"detectors.rules.{path.stem}": (path.stem,) for path in sorted(ROOT.glob("detectors/rules/[!_]*.py"))},
}
STORE_TESTS: Final = tuple(
    f"tests/streams/test_store_{about}.py" for about in ("contract", "content", "edges", "markets", "outbox", "owners")
)
_VERDICTS: Final = {
    0: "survived",
    1: "killed",
    3: "killed",
    5: "no tests",
    33: "no tests",
    36: "timeout",
    24: "timeout",
    -24: "timeout",
}


def tests_of(module: str) -> list[str]:
    """The test files that are about a module."""
    named = [path for name in MODULES[module] for path in sorted(ROOT.glob(_DETECTORS.format(name)))]
    return [str(path.relative_to(ROOT)) for path in named] or list(STORE_TESTS)


def prepare(module: str) -> Path:
    """A copy in which mutmut mutates that module alone."""
    here = FOLDER / module
    here.mkdir(parents=True, exist_ok=True)
    for name in COPIED:
        source, target = ROOT / name, here / name
        if source.is_dir():
            shutil.copytree(source, target, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)
    package, file_name = module.partition(".")[0], f"{module.replace('.', '/')}.py"
    (here / file_name).write_text(undecorated((ROOT / file_name).read_text()))
    with (here / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write(
            f"""
[tool.mutmut]
source_paths = ["{package}"]
only_mutate = ["{file_name}"]
also_copy = {json.dumps([name for name in COPIED if name != package])}
pytest_add_cli_args_test_selection = {json.dumps(tests_of(module))}
pytest_add_cli_args = {json.dumps([*OPTIONS, "-k", LEFT_OUT])}
"""
        )
    return here


def _kept(module: str) -> Path:
    """Where mutmut keeps what became of the module's mutants."""
    return FOLDER / module / "mutants" / f"{module.replace('.', '/')}.py.meta"


def try_again(module: str) -> None:
    """Has mutmut forget that a mutant was alive; those that were killed stay so, whatever tests were added."""
    if not _kept(module).exists():
        return
    kept = json.loads(_kept(module).read_text())
    codes = kept["exit_code_by_key"]
    kept["exit_code_by_key"] = {key: code if _VERDICTS.get(code) == "killed" else None for key, code in codes.items()}
    _kept(module).write_text(json.dumps(kept))
    measured = FOLDER / module / "mutants/mutmut-stats.json"
    measured.write_text(json.dumps(json.loads(measured.read_text()) | {"config_fingerprint": {}}))


def figures(module: str) -> Counter[str]:
    """What became of the module's mutants so far."""
    codes = json.loads(_kept(module).read_text())["exit_code_by_key"]
    return Counter(_VERDICTS.get(code, "not run" if code is None else f"ended with {code}") for code in codes.values())


def main() -> None:
    """The command line."""
    for module in sys.argv[1:] or MODULES:
        here = prepare(module)
        try_again(module)
        command = [str(Path(sys.executable).parent / "mutmut"), "run", "--max-children", "1"]
        subprocess.run(command, cwd=here, env={**os.environ, "PYTHONPATH": ""}, check=False, stdout=subprocess.DEVNULL)
        counted = figures(module)
        tried = sum(counted.values()) - counted["not run"]
        print(f"| `{module}` | {tried} | {counted['killed'] + counted['timeout']} | {dict(counted)} |", flush=True)


if __name__ == "__main__":
    main()
