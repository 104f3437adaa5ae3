"""What tests of tables share."""

from __future__ import annotations

from chaos_sampling.store import Variable


def variables(**arrays):
    """Name the axes of each array by its dims: name=(values, dims)."""
    return {name: Variable(values, dims, "1", name) for name, (values, dims) in arrays.items()}


def find(found, quantity, **conditions):
    chosen = found[found["quantity"] == quantity]
    for column, value in conditions.items():
        chosen = chosen[chosen[column] == value]
    assert len(chosen) == 1, (quantity, conditions)
    return chosen.iloc[0]
