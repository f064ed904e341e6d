"""The list of mutants of the Lua scripts fits the scripts; `make mutation` shows the store's tests red on each.

Turned red by: a line of `market.lua` changed that a mutant names; a mutant with one `end` too few.
"""

import pytest
import redis as redis_client

from tests.mutation.lua.mutants import SCRIPTS, Mutant, read

MUTANTS = read()


def test_every_script_has_mutants() -> None:
    assert {mutant.script for mutant in MUTANTS} == {path.stem for path in SCRIPTS.glob("*.lua")}
    assert len({mutant.text() for mutant in MUTANTS}) == len(MUTANTS)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: f"{mutant.script}: {mutant.breaks}")
def test_a_mutant_is_a_script_that_redis_takes(mutant: Mutant, redis_url: str) -> None:
    """Or it would be red for no reason that says anything."""
    with redis_client.Redis.from_url(redis_url) as client:
        assert client.script_load(mutant.text())
