"""One module per figure of the paper; each takes datasets and returns a matplotlib Figure."""
