"""Tables of results: one module a table, `table` with what all rows share. No torch."""
