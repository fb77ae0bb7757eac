"""What somebody tries who should not: each test's name says what must not work."""
