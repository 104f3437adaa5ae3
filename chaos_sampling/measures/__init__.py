"""Measures on activity, whatever network it is of."""
