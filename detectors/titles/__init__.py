"""Which product of the reference catalogue a free-text title means."""

from detectors.titles.fold import MAX_CHARACTERS
from detectors.titles.resolver import Candidate, Resolution, Titles

__all__ = ["MAX_CHARACTERS", "Candidate", "Resolution", "Titles"]
