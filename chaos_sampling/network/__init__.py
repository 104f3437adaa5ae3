"""The rate network: weights, stored patterns, gains that change with time, the integrator."""
