"""Experiments: each returns the `store.Dataset` of one file of results."""
