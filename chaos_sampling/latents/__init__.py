"""Latent variables for a generator: read from chaos, and controls that are not."""
