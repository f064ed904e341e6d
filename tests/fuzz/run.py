"""`python -m tests.fuzz.run TARGET [libFuzzer options]`: one target under atheris, guided by what its inputs reach.

New inputs are written to out/fuzz/TARGET, what made it fail to out/fuzz; an input worth keeping is moved to
tests/fuzz/corpus/TARGET by hand, where CI tries it for ever.
"""

import sys
from pathlib import Path
from typing import Final

import atheris

ROOT: Final = Path(__file__).resolve().parents[2]
INSTRUMENTED: Final = ["schemas", "detectors", "console"]

with atheris.instrument_imports(include=INSTRUMENTED):
    import console.app  # noqa: F401  # its target imports it late, when nothing is instrumented any more
    from tests.fuzz.targets import TARGETS


def main() -> None:
    """The command line; libFuzzer ends the process."""
    if len(sys.argv) < 2 or sys.argv[1] not in TARGETS:
        sys.exit(f"Name one of {', '.join(TARGETS)}.")
    name, *options = sys.argv[1:]
    found = ROOT / "out/fuzz" / name
    found.mkdir(parents=True, exist_ok=True)
    corpus = ROOT / "tests/fuzz/corpus" / name
    artifacts = f"-artifact_prefix={found.parent}/{name}-"
    atheris.Setup([sys.argv[0], artifacts, "-max_len=4096", *options, str(found), str(corpus)], TARGETS[name])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
