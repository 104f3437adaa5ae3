"""Variables of datasets as tests of tables and figures write them."""

from __future__ import annotations

import numpy as np

from chaos_sampling.store import Variable


def variables(**arrays):
    """Name the axes of each array by its dims: name=(values, dims)."""
    return {name: Variable(values, dims, "1", name) for name, (values, dims) in arrays.items()}


def unnamed(**arrays):
    """Return variables whose axes carry no meaning, for what asks only for the values."""
    return variables(**{name: (x, tuple("abcdef"[: np.ndim(x)])) for name, x in arrays.items()})
