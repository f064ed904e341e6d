"""The pages of the documentation that are made from the code, under `docs/reference/`."""
