"""What the guarantees are tested on: a fresh marketplace on the session's servers."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import Stack
from tests.guarantees.marketplace import Marketplace


@pytest.fixture
def marketplace(stack: Stack, tmp_path: Path) -> Iterator[Callable[[int], Marketplace]]:
    """Makes the marketplace of the test: `marketplace(5)` has five partitions."""
    made: list[Marketplace] = []

    def make(partitions: int) -> Marketplace:
        made.append(Marketplace(stack, tmp_path, partitions))
        return made[-1]

    yield make
    for each in made:
        each.close()
