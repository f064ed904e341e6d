"""What a brand or a category comes to at the end of a day: its complaints, the platform's money, one alert."""

import msgspec

from detectors.records import OpenAlert

FORGOTTEN_DAYS = 200  # after the last day of which anything was counted


class SubjectState(msgspec.Struct, array_like=True):
    """What is remembered of a brand or category; `last_day` is the last one of which anything was counted."""

    last_day: int = 0
    revision: int = 0
    alert: OpenAlert | None = None

    @property
    def is_awake(self) -> bool:
        """Whether a day without counts may change what is said of it."""
        return self.alert is not None
