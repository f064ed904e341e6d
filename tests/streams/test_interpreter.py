"""How Python is set up: what lives long is never searched for cycles, what is young is.

Red with: the oldest generation looked at after a hundred looks at the younger one.
"""

import subprocess
import sys

PROGRAM = """
import gc
from streams import interpreter

interpreter.YOUNG_OBJECTS, interpreter.YOUNGER_LOOKS = 10, 1
interpreter.relax_collector()
before = [each["collections"] for each in gc.get_stats()]
kept = [[number] for number in range(100_000)]
print(*(now["collections"] - then for now, then in zip(gc.get_stats(), before)))
"""


def test_what_lives_long_is_not_searched_for_cycles() -> None:
    said = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True).stdout
    youngest, younger, oldest = map(int, said.split())
    assert youngest > 1_000
    assert younger > 1_000
    assert oldest == 0
