"""`python -m tests.mutation.run [MODULE ...]`: mutmut over the core modules, each with the tests that are about it.

Each module is mutated in a copy of its own below out/mutation; a run that was broken off goes on, and a later one tries
again what was alive, since its tests may have grown. Where tests went, delete that copy.
The tests of a module are chosen by hand: all of them for each mutant would take days, and a mutant that only a far-away
test would notice is one for whose module a test is missing.
"""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Collection
from pathlib import Path
from typing import Final

from tests.mutation.about import ROOT, modules, tests_of
from tests.mutation.undecorated import undecorated

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
    "not redis and not valkey and not cluster and not every_process and not the_process and not ten_thousand "
    "and not any_stretch and not no_valid_event and not has_no_memory and not stands_in_the_file "
    "and not wave_of_new_shops and not hundreds_of_listings and not make_the_core_grow"
)
OPTIONS: Final = ("-p", "tests.mutation.plugin", "-p", "no:logging", "-p", "no:cacheprovider")
#: Those of which each mutant is tried; of all others `--sample` tries some.
WHOLE: Final = (
    *(f"detectors.{name}" for name in ("score", "holds", "alerts", "market", "estimate", "judge", "asking")),
    "streams.memory_store",
    *(f"detectors.rules.{path.stem}" for path in sorted(ROOT.glob("detectors/rules/[!_]*.py"))),
)
#: Has mutmut write a copy's mutants without trying any; then their names are known.
_GENERATE: Final = (
    "from mutmut import __main__ as mutmut; mutmut.Config.ensure_loaded(); "
    "mutmut.copy_src_dir(); mutmut.copy_also_copy_files(); mutmut.create_mutants(1)"
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


def _codes(module: str) -> dict[str, int | None]:
    """How the tests ended under each mutant, None where it was not tried."""
    codes: dict[str, int | None] = json.loads(_kept(module).read_text())["exit_code_by_key"]
    return codes


def try_again(module: str) -> None:
    """Has mutmut forget that a mutant was alive; those that were killed stay so, whatever tests were added."""
    kept = json.loads(_kept(module).read_text())
    codes = kept["exit_code_by_key"]
    kept["exit_code_by_key"] = {key: code if _VERDICTS.get(code) == "killed" else None for key, code in codes.items()}
    _kept(module).write_text(json.dumps(kept))
    measured = FOLDER / module / "mutants/mutmut-stats.json"
    if measured.exists():
        measured.write_text(json.dumps(json.loads(measured.read_text()) | {"config_fingerprint": {}}))


def sample(module: str, size: int) -> list[str]:
    """So many of the module's mutants, in the order of a digest of their names: a larger sample holds the smaller."""
    return sorted(_codes(module), key=lambda name: hashlib.blake2b(name.encode(), digest_size=8).digest())[:size]


def figures(module: str, names: Collection[str]) -> Counter[str]:
    """What became of these mutants so far."""
    codes = {name: code for name, code in _codes(module).items() if name in names}
    return Counter("not run" if code is None else _VERDICTS.get(code, f"ended with {code}") for code in codes.values())


def _run(here: Path, *command: str) -> subprocess.CompletedProcess[bytes]:
    """Ends the command in that copy; what it would print is thousands of lines."""
    return subprocess.run(
        command, cwd=here, env={**os.environ, "PYTHONPATH": ""}, check=False, stdout=subprocess.DEVNULL
    )


def measure(module: str, size: int | None) -> None:
    """Runs mutmut over a module, or over a sample of its mutants, and says what is alive."""
    here = prepare(module)
    _run(here, sys.executable, "-c", _GENERATE).check_returncode()
    try_again(module)
    codes = _codes(module)
    names = sample(module, size) if size else list(codes)
    left = [name for name in names if codes[name] is None]
    if left:
        _run(here, str(Path(sys.executable).parent / "mutmut"), "run", "--max-children", "1", *(left if size else ()))
    counted = figures(module, names)
    tried = len(names) - counted["not run"]
    killed = counted["killed"] + counted["timeout"]
    print(f"| `{module}` | {len(codes)} | {tried} | {killed} | {dict(counted)} |", flush=True)


def main() -> None:
    """The command line."""
    asked = argparse.ArgumentParser(prog="python -m tests.mutation.run", description=__doc__)
    asked.add_argument("modules", nargs="*", metavar="MODULE")
    asked.add_argument("--sample", type=int, metavar="N", help="N mutants of each module, always the same")
    told = asked.parse_args()
    for module in told.modules or (modules() if told.sample else WHOLE):
        measure(module, told.sample)


if __name__ == "__main__":
    main()
