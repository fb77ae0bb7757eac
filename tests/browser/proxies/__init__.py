"""The real proxies, with the very files of deploy/: people sign in at them, and a meeting goes live through them."""
