"""What breaks in real life, brought about with the real thing: nothing is lost or doubled, pages are right again."""
