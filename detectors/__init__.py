"""The judgement: pure. No I/O, no clock, no randomness, no framework; the map is `detectors.catalogue`."""
