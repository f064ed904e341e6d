"""What the tests of transports share with those of the guarantees."""

from tests.guarantees.conftest import marketplace

__all__ = ["marketplace"]
