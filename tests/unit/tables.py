"""What tests of tables share."""

from __future__ import annotations

from chaos_sampling.store import Variable


def variables(**arrays):
    """Name the axes of each array by its dims: name=(values, dims)."""
    return {name: Variable(values, dims, "1", name) for name, (values, dims) in arrays.items()}
