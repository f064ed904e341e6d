"""The HTTP API under /v1: what the pages do, for programs."""
