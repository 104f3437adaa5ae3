"""The paper's claims judged by the tables of a run, and the page that shows it."""
