"""What people typed, as runs of a document."""

import markup
from documents import PLAIN, Run


def typed(text: str, look: str = PLAIN) -> list[Run]:
    """The words with their emphasis and links; lists are lines of their own."""
    return [Run(piece.text, piece.look or look, piece.address) for piece in markup.pieces(text)]
