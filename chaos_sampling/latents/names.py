"""Names of the sources of latents, known at no cost: nothing is imported for them."""

from __future__ import annotations

from typing import Literal, get_args

Readout = Literal["subset", "expander"]
"""Binary readouts of chaos, as the paper has them; a third, "whitened", is made from the subset."""
Control = Literal["gaussian", "ornstein_uhlenbeck", "surrogate"]
"""Gaussian sources in the image of the subset; they have no gain of their own."""
Source = Literal[Readout, "whitened", Control]
"""All that a generator can be trained on."""

READOUTS: tuple[Readout, ...] = get_args(Readout)
FITTED: tuple[Source, ...] = ("whitened", "ornstein_uhlenbeck", "surrogate")
"""Those that are fitted to a recording of the subset."""
CONTROLS: tuple[Control, ...] = get_args(Control)
SOURCES: tuple[Source, ...] = get_args(Source)
