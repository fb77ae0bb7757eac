"""What only a browser can show: two people, each in a browser of their own, on a server of the test's own."""
