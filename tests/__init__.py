"""The tests that need no browser mirror the rooms; tests/browser holds the rest."""
