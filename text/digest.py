"""Digests: of the bytes a server sent, and of the words a reader reads. Both are `sha256:` and hexadecimal."""

import hashlib

from text.normal import words_only


def payload_digest(payload: bytes) -> str:
    """The digest of a body as it is after content decoding (WARC 1.1 §5.9, WARC-Payload-Digest)."""
    return "sha256:" + hashlib.sha256(payload).hexdigest()


def content_digest(title: str, text: str) -> str:
    """The digest of the normalised words of title and text; markup, punctuation and spaces do not count."""
    words = words_only(title) + "\n" + words_only(text)
    return "sha256:" + hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()
