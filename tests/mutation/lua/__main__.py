"""`python -m tests.mutation.lua`: each mutant of the Lua scripts, and the first test that turns red on it.

The scripts as they are come first and must be green. Exit codes: 0 each mutant turned a test red, 1 one did not.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from tests.mutation.lua.mutants import ROOT, Mutant, copy_scripts, read

#: The contract first: what it sees need not wait for the longer ones.
TESTS: Final = ("contract", "outbox", "content", "markets", "edges", "failures", "parity")
PLUGINS: Final = ("-p", "tests.mutation.lua.plugin", "-p", "no:logging", "-p", "no:cacheprovider")
TIMEOUT_S: Final = 600.0


def first_red(scripts: Path) -> str | None:
    """The first of the store's tests that fails on the scripts of a folder. Ends where pytest could not say."""
    files = [f"tests/streams/test_store_{about}.py" for about in TESTS]
    command = [sys.executable, "-m", "pytest", "-x", "-q", "--tb=no", *PLUGINS, "--scripts", str(scripts), *files]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=TIMEOUT_S)
    red = re.search(r"^FAILED \S+::(.+?)(?: - .*)?$", done.stdout, re.MULTILINE)
    if done.returncode == (1 if red else 0):
        return red[1] if red else None
    sys.exit(f"pytest ended with {done.returncode} and without a red test, which says nothing:\n{done.stdout}")


def is_seen(mutant: Mutant) -> bool:
    """Whether a test turns red; says which."""
    with tempfile.TemporaryDirectory() as folder:
        scripts = Path(folder) / "scripts"
        mutant.write(scripts)
        red = first_red(scripts)
    print(f"{mutant.script}.lua, {mutant.breaks}: {f'red, {red}' if red else 'ALIVE'}", flush=True)
    return red is not None


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        copy_scripts(scripts := Path(folder) / "scripts")
        if red := first_red(scripts):
            print(f"{red} is red on the scripts as they are: no mutant says anything before it is green.")
            return 1
    mutants = read()
    seen = sum([is_seen(mutant) for mutant in mutants])
    print(f"{seen} of {len(mutants)} mutants turned a test red.")
    return 0 if seen == len(mutants) else 1


if __name__ == "__main__":
    sys.exit(main())
