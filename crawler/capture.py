"""Make a Capture from what the wire gave: content decoding and its bounds, nothing else. Pure.

Content codings are undone strictly: a gzip stream that breaks off is an answer that was cut short, not
a shorter page (RFC 9110 §8.4). Scrapy would hand on what could be read of it.
"""

import zlib
from collections.abc import Iterable

from storage.records import Trouble

#: What a decoded body may be at most; a small page that unfolds to gigabytes is an attack.
MAX_BYTES = 20 * 1024 * 1024
#: Codings that are asked for.
ACCEPT_ENCODING = "gzip, deflate"

_GZIP_OR_ZLIB = zlib.MAX_WBITS | 32


class Undecodable(Exception):
    """A body that its content coding does not fit; carries the trouble."""

    def __init__(self, trouble: Trouble, detail: str) -> None:
        super().__init__(detail)
        self.trouble, self.detail = trouble, detail


def decode_content(body: bytes, codings: Iterable[str]) -> bytes:
    """The body without its content codings, listed in the order they were applied. Raises `Undecodable`."""
    for coding in reversed([name.strip().lower() for name in codings]):
        if coding in ("", "identity"):
            continue
        if coding not in ("gzip", "x-gzip", "deflate"):
            raise Undecodable(Trouble.CUT_SHORT, f"content coding {coding} was not asked for")
        body = _inflate(body) if body else body
    return body


def _inflate(body: bytes) -> bytes:
    out = _unfold(body, _GZIP_OR_ZLIB)
    # Some servers send raw deflate under the name of the zlib format.
    return _unfold(body, -zlib.MAX_WBITS, strict=True) or b"" if out is None else out


def _unfold(body: bytes, wbits: int, *, strict: bool = False) -> bytes | None:
    """The decompressed body; None if it is not of this format at all, unless `strict`."""
    parts: list[bytes] = []
    size = 0
    while body:
        machine = zlib.decompressobj(wbits)
        try:
            part = machine.decompress(body, MAX_BYTES + 1 - size)
        except zlib.error as error:
            if not parts and not strict:
                return None
            raise Undecodable(Trouble.CUT_SHORT, f"its compressed stream is broken ({error})") from error
        parts.append(part)
        size += len(part)
        if size > MAX_BYTES:
            raise Undecodable(Trouble.TOO_LARGE, f"more than {MAX_BYTES // 2**20} MiB when decompressed")
        if not machine.eof:
            raise Undecodable(Trouble.CUT_SHORT, "its compressed stream breaks off")
        body = machine.unused_data
        if not body.startswith(b"\x1f\x8b"):
            break  # padding after the last member, as some servers send it
    return b"".join(parts)
