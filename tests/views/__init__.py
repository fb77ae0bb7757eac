"""One file per view: what it does, what it refuses, and what a repeat of it does."""
