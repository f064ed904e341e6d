"""What a partition keeps beside its sellers: its days, its refunds, its part in the breaker, its categories' shares."""

from collections.abc import Mapping

from detectors.breaker import Fuse
from detectors.policy import Policy
from streams.brake import FIELD as BRAKE_FIELD
from streams.brake import Brake
from streams.days import Days
from streams.refunds import FIELD as REFUNDS_FIELD
from streams.refunds import Refunds
from streams.shares import Shares


class Books:
    """All of it, as stored under `PartitionHead.counts`; `tripped` is what the judge asks of the breaker."""

    def __init__(
        self, number: int, partitions: int, stored: Mapping[str, bytes], policy: Policy, tripped: set[Fuse]
    ) -> None:
        self.days = Days(number, partitions, stored)
        self.refunds = Refunds(number, stored.get(REFUNDS_FIELD), policy.feed, policy.version)
        self.brake = Brake(number, partitions, stored.get(BRAKE_FIELD), policy.breaker, policy.version, tripped)
        self.shares = Shares(number, stored)

    @property
    def ends_us(self) -> int:
        """When the next of them ends: a day, or the breaker's hour."""
        return min(self.days.ends_us, self.brake.ends_us)

    def changes(self) -> dict[str, bytes | None]:
        """What the next commit has to write; asked once for each."""
        return self.days.changes() | self.refunds.changes() | self.brake.changes() | self.shares.changes()
