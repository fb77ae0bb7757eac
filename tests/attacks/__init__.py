"""What somebody tries who should not: one test per attack, each named by what must not work."""
