"""What somebody who means harm would try, and what comes of it."""
