"""Which product of the reference catalogue a free-text title means."""

from detectors.titles.amounts import is_less
from detectors.titles.plain import is_plain
from detectors.titles.resolver import Candidate, Resolution, Titles

__all__ = ["Candidate", "Resolution", "Titles", "is_less", "is_plain"]
