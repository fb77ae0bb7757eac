"""What people typed, as runs of a document."""

import links
from documents import PLAIN, Run


def typed(text: str, look: str = PLAIN) -> list[Run]:
    """The words as they stand, with the web and e-mail addresses in them as links."""
    return [Run(piece, look, address) for piece, address in links.parts(text)]
