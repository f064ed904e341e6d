"""A labelled marketplace of honest sellers and gangs, for demo, evaluation and load. Imports `schemas` only."""

from simulator.marketplace import START, Marketplace

__all__ = ["START", "Marketplace"]
