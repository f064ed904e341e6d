"""What the words of a title say about condition and kind, and whether they say that the goods are a copy."""

from detectors.wording.conditions import OPEN_BOX
from detectors.wording.guards import GUARDS
from detectors.wording.read import NOTHING_SAID, Wording, is_of_accessories, read_title

__all__ = ["GUARDS", "NOTHING_SAID", "OPEN_BOX", "Wording", "is_of_accessories", "read_title"]
