"""One detector a file, named after its reason code."""
