"""Mean-field theory of infinitely many neurons."""
