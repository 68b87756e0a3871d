"""Make the bytes of a feed or sitemap safe to parse: UTF-8, without a document type, without broken characters.

Feeds say gb2312 and use GBK, use HTML's entities without declaring them, write `&` bare in links, and
hold control characters. The document type goes because nothing in it is needed, and because entity
definitions are how a small file becomes a large one (billion laughs) or reads another file.
"""

import re
import zlib
from html.entities import html5
from io import BytesIO

from lxml import etree

#: No listing is bigger; the sitemap protocol's own limit.
MAX_BYTES = 50 * 1024 * 1024

_DECLARED = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{1,40})["']""", re.IGNORECASE)
_DECLARATION = re.compile(r"\s*<\?xml[^>]{0,400}\?>")
_DOCTYPE = re.compile(r"<!DOCTYPE([^\[>]*)([\[>]?)", re.IGNORECASE)
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_LITERAL = re.compile(r"<!\[CDATA\[|<!--")
_BARE = re.compile(r"&(?!(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{0,30});)")
_NAMED = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)([A-Za-z][A-Za-z0-9]{0,30};)")
_ENCODINGS = {"gb2312": "gb18030", "gbk": "gb18030", "gb18030": "gb18030", "x-gbk": "gb18030", "big5": "big5hkscs"} | {
    name: name for name in ("utf-8", "utf8", "iso-8859-1", "windows-1252", "us-ascii", "euc-kr", "shift_jis", "euc-jp")
}
_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def tree(payload: bytes) -> etree._Element | None:
    """The document's root, as much of it as can be made out; None if there is nothing like XML in it."""
    parser = etree.XMLParser(
        recover=True, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, encoding="utf-8"
    )
    try:
        root = etree.parse(BytesIO(safe_xml(payload)), parser).getroot()
    except (etree.LxmlError, ValueError):
        return None
    return root  # lxml gives None for a document that only had errors


def safe_xml(payload: bytes) -> bytes:
    """The document as UTF-8 that declares no entities and no encoding; whatever the bytes are, it gives some."""
    text = _DECLARATION.sub("", decoded(payload), count=1)
    text = _NOT_XML.sub("", _without_doctype(text))
    pieces: list[str] = []
    at = 0
    for literal in _LITERAL.finditer(text):  # in CDATA and comments, `&` means itself
        if literal.start() >= at:
            end = text.find("]]>" if literal[0].endswith("[") else "-->", literal.end())
            if end < 0:
                break
            pieces += [_with_entities(text[at : literal.start()]), text[literal.start() : end + 3]]
            at = end + 3
    pieces.append(_with_entities(text[at:]))
    return "".join(pieces).strip().encode("utf-8")


def decoded(payload: bytes) -> str:
    """The text of a document by its byte order mark, its declaration, or what its bytes can be."""
    for mark, encoding in _BOMS:
        if payload.startswith(mark):
            return payload.decode(encoding, "replace")
    declared = _DECLARED.search(payload[:1000])
    named = declared[1].decode("ascii").lower() if declared else "utf-8"
    for encoding in (_ENCODINGS.get(named, "utf-8"), "utf-8", "gb18030"):
        try:
            return payload.decode(encoding)
        except UnicodeDecodeError:
            continue
    return payload.decode("utf-8", "replace")


def unzipped(payload: bytes) -> tuple[bytes, str]:
    """The bytes, unpacked if they are gzip; and a sentence if they are damaged or too large: then no bytes."""
    if payload[:2] != b"\x1f\x8b":
        return payload, ""
    unpacker = zlib.decompressobj(16 + zlib.MAX_WBITS)
    try:
        plain = unpacker.decompress(payload, MAX_BYTES + 1)
    except zlib.error as error:
        return b"", f"its gzip data are damaged: {error}"
    if len(plain) > MAX_BYTES:
        return b"", f"it is larger than {MAX_BYTES >> 20} MB when unpacked"
    return (plain, "") if unpacker.eof else (b"", "its gzip data break off")


def local_name(element: etree._Element) -> str:
    """The tag without its namespace, in lower case; empty for a comment or an entity."""
    tag = element.tag
    return tag.rpartition("}")[2].lower() if isinstance(tag, str) else ""


def _without_doctype(text: str) -> str:
    found = _DOCTYPE.search(text, 0, 10_000)
    if found is None:
        return text
    end = found.end()
    if found[2] == "[":  # the declarations inside: up to the bracket that a `>` follows
        closing = re.compile(r"\]\s*>").search(text, end)
        end = closing.end() if closing else len(text)
    return text[: found.start()] + text[end:]


def _with_entities(text: str) -> str:
    """The text with HTML's entities as characters and every bare `&` escaped."""
    if "&" not in text:
        return text
    return _NAMED.sub(_character, _BARE.sub("&amp;", text))


def _character(match: re.Match[str]) -> str:
    return html5.get(match[1], match[0]).replace("&", "&amp;").replace("<", "&lt;")
