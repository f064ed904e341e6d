"""What measures the house goes on finding what it needs of it."""

import subprocess
import sys
from pathlib import Path

BENCH = Path(__file__).resolve().parent.parent.parent / "bench"
PROGRAMS = sorted(path for path in BENCH.rglob("*.py") if "peers" not in path.parts)  # those have packages of their own

#: Each is read as another program would read it: what it imports is there, and nothing is measured.
READ = """
import runpy, sys
failed = 0
for path in sys.argv[1:]:
    try:
        runpy.run_path(path, run_name="read")
    except ImportError as error:
        failed += 1
        print(path, error)
sys.exit(failed)
"""


def test_every_program_finds_what_it_imports() -> None:
    assert len(PROGRAMS) > 40
    done = subprocess.run(
        [sys.executable, "-c", READ, *map(str, PROGRAMS)],
        capture_output=True,
        text=True,
        check=False,
        cwd=BENCH.parent,
        env={"PYTHONPATH": f"{BENCH.parent}:{BENCH}", "PATH": ""},
    )
    assert done.returncode == 0, done.stdout + done.stderr
