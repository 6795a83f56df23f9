"""Specifications of the package; the tree mirrors the source."""
