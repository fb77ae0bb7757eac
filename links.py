"""Finds the web and e-mail addresses in what people wrote."""

from linkify_it import LinkifyIt

# A file's name is no address, so one has to say https:// for it. Nothing else that browsers follow is linked.
LINKS = LinkifyIt(options={"fuzzy_link": False, "fuzzy_ip": False}).add("ftp:", None).add("//", None)


def parts(text: str) -> list[tuple[str, str]]:
    """The text in pieces, each with the address that it leads to, or with nothing."""
    if "://" not in text and "@" not in text:
        return [(text, "")]
    found, end = [], 0
    for match in LINKS.match(text) or []:
        found += [(text[end : match.index], ""), (match.text, match.url)]
        end = match.last_index
    return [(piece, address) for piece, address in [*found, (text[end:], "")] if piece]
