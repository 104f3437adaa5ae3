"""The generative adversarial network: training, saving, and drawing at any gain."""
