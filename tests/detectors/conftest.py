"""What several tests of the detectors watch."""

import pytest

from detectors import score


@pytest.fixture
def sums(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many scores were added up."""
    counted: list[int] = []
    plain = score.score_of

    def counting(*given: object) -> score.Score:
        counted.append(1)
        return plain(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(score, "score_of", counting)
    return counted
