"""What the tests of transports share with each other, and with those of the guarantees."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from streams.rights import KAFKA
from tests.conftest import Stack
from tests.guarantees.conftest import marketplace
from tests.guarantees.marketplace import Marketplace
from tests.transports.guarded import Guarded, guarded_servers

__all__ = ["marketplace"]


@pytest.fixture(scope="module")
def guarded(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    """With every right that the roles need; `stack` has fetched the jars."""
    servers = guarded_servers(tmp_path_factory.mktemp("guarded"))
    servers.grant(KAFKA)
    yield servers
    servers.stop()


@pytest.fixture
def here(guarded: Guarded, tmp_path: Path) -> Iterator[Marketplace]:
    """One partition, its topics made by the tests' own hands."""
    made = Marketplace(Stack(guarded.kafka.open, guarded.redis_url, tmp_path), tmp_path, 1)
    yield made
    made.close()
