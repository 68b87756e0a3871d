"""Turn a payload into text. Pure; it never fails, and one bad byte costs one character.

Which charset a page has is decided per response: what it claims is believed only where its bytes
bear it out, because servers and templates say UTF-8 over GBK and the other way round. `gb2312`
and `gbk` are read as gb18030, `big5` as big5hkscs, `iso-8859-1` as windows-1252 (WHATWG Encoding).
"""

import codecs
import re
from dataclasses import dataclass
from itertools import islice

HEAD_BYTES = 4096  # where a <meta charset> must stand to be believed; the standard says 1024, templates do not
SAMPLE_BYTES = 12_000  # enough to tell charsets apart
REPAIR_BYTES = 65_536  # damaged double-byte text that is repaired per page, so that noise stays cheap
FEW_SEQUENCES = 4  # valid UTF-8 sequences below this may be chance in another charset
REPLACEMENT = "\ufffd"

_GB = {
    "gb2312",
    "gb_2312-80",
    "gb_2312",
    "gbk",
    "gb18030",
    "x-gbk",
    "cp936",
    "ms936",
    "936",
    "euc-cn",
    "gb2312-80",
    "chinese",
}
_BIG5 = {"big5", "big5-hkscs", "big5hkscs", "big-5", "cp950", "x-x-big5", "cn-big5"}
_WESTERN = {"iso-8859-1", "iso8859-1", "latin1", "latin-1", "us-ascii", "ascii", "windows-1252", "cp1252"}
#: Names that some server writes and that say nothing.
_NO_CLAIM = {"", "none", "auto", "binary", "undefined", "null"}
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_HEADER = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:+-]+)", re.IGNORECASE)
_META = re.compile(rb"<meta[^>]{0,300}?charset\s*=\s*[\"']?\s*([\w.:+-]+)", re.IGNORECASE)
_XML = re.compile(rb"^\s*<\?xml[^>]{0,100}?encoding\s*=\s*[\"']([\w.:+-]+)", re.IGNORECASE)
_ASCII = bytes(range(0x80))
# A byte that begins no pair is skipped alone, so that the pairing finds itself again after damage.
_GB_PAIRS = re.compile(rb"(?:[\xa1-\xa3\xb0-\xd7][\xa1-\xfe])+|[\x80-\xff]")  # level-1 hanzi and punctuation of GB 2312
_BIG5_PAIRS = re.compile(rb"[\xa1-\xc6][\x40-\x7e\xa1-\xfe]|[\x80-\xff]")  # frequent hanzi and punctuation of Big5
_UTF8 = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_SAFE = re.compile(rb"(?<=[\x00-\x2f])")  # no double-byte charset has a trail byte below 0x30


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """A payload as text, and how it was read."""

    text: str
    charset: str
    #: Characters that stand for bytes which could not be read.
    replaced: int
    #: Who named the charset: `bom`, `charset` (the caller), `header`, `meta` or `bytes`.
    evidence: str


def decode(payload: bytes, content_type: str = "", charset: str = "") -> Decoded:
    """The text of a payload, without NULs. `charset` is the caller's word, `content_type` the header's."""
    for bom, name in _BOMS:
        if payload.startswith(bom):
            return _decoded(payload[len(bom) :], name, "bom")
    claims = _claims(payload, content_type, charset)
    high = payload.translate(None, _ASCII)
    if not high:
        name, evidence = claims[0] if claims else ("utf-8", "bytes")
    else:
        name, evidence = _choose(payload, high, claims)
    return _decoded(payload, name, evidence)


def _claims(payload: bytes, content_type: str, charset: str) -> list[tuple[str, str]]:
    """`(codec, who says so)`, the most trusted first; unknown names are left out."""
    head = payload[:HEAD_BYTES]
    header = _HEADER.search(content_type)
    named = [(charset, "charset"), (header[1] if header else "", "header")]
    named += [(match[1].decode("ascii", "replace"), "meta") for form in (_XML, _META) if (match := form.search(head))]
    return [(codec, who) for label, who in named if (codec := _codec(label))]


def _codec(label: str) -> str:
    """Python's name for a charset label, widened as browsers do; empty for one that is unknown."""
    label = label.strip().strip("\"'").lower()
    if label in _NO_CLAIM:
        return ""
    for names, codec in ((_GB, "gb18030"), (_BIG5, "big5hkscs"), (_WESTERN, "cp1252")):
        if label in names:
            return codec
    try:
        found = codecs.lookup(label)
        "".encode(found.name)  # refuses codecs that are not text (base64, zlib)
    except (LookupError, ValueError, UnicodeError, TypeError):
        return ""
    return {"utf-8-sig": "utf-8", "gb2312": "gb18030", "gbk": "gb18030", "big5": "big5hkscs"}.get(
        found.name, found.name
    )


def _choose(payload: bytes, high: bytes, claims: list[tuple[str, str]]) -> tuple[str, str]:
    who = next((who for name, who in claims if name == "utf-8"), "bytes")
    legacy = [(name, who) for name, who in claims if name != "utf-8"]
    sequences = _UTF8.findall(high[:SAMPLE_BYTES])
    share = sum(map(len, sequences)) / len(high[:SAMPLE_BYTES])
    # GBK is hardly ever valid UTF-8 by chance; only in a handful of characters (the word 联通).
    if share > 0.7 and (len(sequences) >= FEW_SEQUENCES or not legacy or who in {"charset", "header"}):
        return "utf-8", who
    for name, claimed_by in legacy:
        if _fits(payload, high, name):
            return name, claimed_by
    guess = _guess(payload, high)
    if guess == "cp1252" and legacy and legacy[0][0] == "cp1252":
        return legacy[0]
    return (guess, "bytes") if guess else ("utf-8", who)


def _fits(payload: bytes, high: bytes, name: str) -> bool:
    """Whether the bytes bear out a claim of a charset other than UTF-8."""
    if name == "gb18030":
        return _everyday(high, _GB_PAIRS) > 0.5
    if name == "big5hkscs":
        return _everyday(payload, _BIG5_PAIRS) > 0.5
    if name.startswith(("utf-16", "utf-32", "utf_16", "utf_32")):
        return payload[:400].count(b"\0") > 50
    try:
        text = payload[:SAMPLE_BYTES].decode(name, "replace")
    except (LookupError, ValueError):
        return False
    if text.count(REPLACEMENT) > len(high) * 0.02 + 2:
        return False
    # Half of the web says iso-8859-1 because the server does; believe it unless the bytes are Chinese.
    return not name.startswith(("cp1252", "iso8859")) or _everyday(high, _GB_PAIRS) < 0.85


def _guess(payload: bytes, high: bytes) -> str:
    gb, big5 = _everyday(high, _GB_PAIRS), _everyday(payload, _BIG5_PAIRS)
    if max(gb, big5) < 0.6:
        return "" if len(high) < 8 else "cp1252"
    return "gb18030" if gb >= big5 else "big5hkscs"


def _everyday(payload: bytes, pairs: re.Pattern[bytes]) -> float:
    """The share of non-ASCII bytes that pair up to everyday characters of a double-byte charset."""
    # Wherever they stand: templates put 100 kB of ASCII before the first hanzi.
    if pairs is _GB_PAIRS:  # both bytes of a pair are beyond ASCII, and nothing else is left
        found = list(map(len, pairs.findall(payload[:SAMPLE_BYTES])))
    else:
        found = [len(match.group()) for match in islice(pairs.finditer(payload), SAMPLE_BYTES // 2)]
    return sum(length for length in found if length > 1) / max(1, sum(found))


def _decoded(payload: bytes, name: str, evidence: str) -> Decoded:
    double = name in {"gb18030", "big5hkscs"}
    text = _double_byte(payload, name) if double else payload.decode(name, "replace")
    return Decoded(text=text.replace("\0", ""), charset=name, replaced=text.count(REPLACEMENT), evidence=evidence)


def _double_byte(payload: bytes, name: str) -> str:
    """Decode; where a lost or foreign byte would shift all pairs after it, find the pairing anew."""
    try:
        return payload.decode(name)
    except UnicodeDecodeError:
        pass
    budget = REPAIR_BYTES
    pieces = []
    for piece in _SAFE.split(payload):
        try:
            pieces.append(piece.decode(name))
        except UnicodeDecodeError:
            budget -= len(piece)
            pieces.append(_repaired(piece, name) if budget > 0 else piece.decode(name, "replace"))
    return "".join(pieces)


def _repaired(piece: bytes, name: str) -> str:
    """The cheapest reading of damaged bytes: rare characters cost a little, lost bytes a lot."""
    pairs = _GB_PAIRS if name == "gb18030" else _BIG5_PAIRS
    best: list[tuple[int, int]] = [(0, 0)] + [(1 << 30, 0)] * len(piece)  # (cost, start of the last character)
    for at in range(len(piece)):
        cost = best[at][0]
        single = 0 if piece[at] < 0x80 else 12
        if cost + single <= best[at + 1][0]:  # of equal readings the one that loses the later byte
            best[at + 1] = (cost + single, at)
        for width in (2, 4) if piece[at] > 0x80 else ():
            unit = piece[at : at + width]
            if len(unit) < width or (width == 4 and not 0x30 <= unit[1] <= 0x39):
                continue
            price = cost + (0 if width == 2 and pairs.fullmatch(unit) else 5)
            if price < best[at + width][0] and _reads(unit, name):
                best[at + width] = (price, at)
    characters, at = [], len(piece)
    while at:
        start = best[at][1]
        characters.append(piece[start:at].decode(name, "replace"))
        at = start
    return "".join(reversed(characters))


def _reads(unit: bytes, name: str) -> bool:
    try:
        unit.decode(name)
    except UnicodeDecodeError:
        return False
    return True
