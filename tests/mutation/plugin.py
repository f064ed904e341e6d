"""What pytest has to be told for `make mutation`; loaded with `-p tests.mutation.plugin`."""

import re
import sys
from functools import lru_cache
from typing import Final

import pytest
from _pytest.python import IdMaker
from hypothesis import HealthCheck, Phase, settings

if not hasattr(pytest.Item, "_nodeid"):  # mutmut 3.7 asks for it, pytest 9.2 no longer has it
    pytest.Item._nodeid = property(lambda item: item.nodeid)  # type: ignore[attr-defined]

_idval = IdMaker._idval


def _plain_id(maker: IdMaker, value: object, argname: str, number: int) -> str:
    """A name that is the same in each session of a process, which mutmut hands to pytest again."""
    told = _idval(maker, value, argname, number)
    return told if _PLAIN.fullmatch(told) else f"{argname}{number}"


IdMaker._idval = _plain_id  # type: ignore[assignment,method-assign]  # texts beyond ASCII are told one way, then another

_Cached: Final = type(lru_cache(len))
_PLAIN: Final = re.compile(r"[A-Za-z0-9_ .-]+")
EXAMPLES: Final = 20  # of each property: a mutant is tried thousands of times


def pytest_sessionstart() -> None:
    """After the conftests, before the tests: the same examples for each mutant, and few of them."""
    settings.register_profile(
        "mutation",
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],  # that it is red is enough, nobody reads the smallest example
        suppress_health_check=list(HealthCheck),  # mutmut runs a test several times in one process
    )
    settings.load_profile("mutation")
    _forget_answers()


def _forget_answers() -> None:
    """Empties caches: a mutant starts as a fork of the process in which the whole code has answered already."""
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] in ("schemas", "detectors", "streams"):
            held = list(vars(module).values())
            for each in [*held, *(one for kind in held if isinstance(kind, type) for one in vars(kind).values())]:
                if isinstance(each, _Cached):
                    each.cache_clear()
