"""Arithmetic with a reference each."""
