"""Chaotic rate networks as samplers for generative models.

One equation stands behind everything here, with time counted in units of τ:

    dh/dt = −h + (S + g(t) R) φ(h),    φ = tanh

`network` draws S and R and integrates; every other package measures or uses what comes out. A
module imports only from those above it in the table of docs/architecture.md.
"""
