"""Writes one document, in a process of its own: plain data comes in, a whole file goes out, or a word of why not."""

import json
import sys


def main() -> None:
    """`python -m documents pdf`: reads JSON from the standard input and writes the file to the standard output."""
    document = json.load(sys.stdin.buffer)
    try:
        sys.stdout.buffer.write(_writer(sys.argv[1])(document))
    except Exception as problem:
        # The kind of it alone: a message may hold what people wrote.
        print(type(problem).__name__, file=sys.stderr)
        raise SystemExit(1) from None


def _writer(extension: str):
    if extension == "pdf":
        from documents.pdf import write
    else:
        from documents.word import write
    return write


if __name__ == "__main__":
    main()
