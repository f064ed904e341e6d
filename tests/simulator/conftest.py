"""One small history for all stories: eighty honest sellers, five gangs, 45 days, so that most stories end inside."""

from typing import NamedTuple

import pytest

from schemas import Event
from simulator import Marketplace
from simulator.labels import Label

SEED, SELLERS, DAYS, GANGS = 7, 80, 45, 5


class History(NamedTuple):
    marketplace: Marketplace
    events: list[Event]
    labels: list[Label]


@pytest.fixture(scope="session")
def history() -> History:
    labels: list[Label] = []
    marketplace = Marketplace(SEED, SELLERS, DAYS, gangs=GANGS, label=labels.append)
    return History(marketplace, list(marketplace), labels)
