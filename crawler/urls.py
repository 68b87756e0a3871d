"""Say which page a URL means. Pure: no look-ups, nothing is fetched.

Two rules: `absolute` reads a link as a browser would (WHATWG URL, "basic URL parser"), and `url_key`
folds the spellings under which one site serves one page (RFC 3986 §6.2, plus what news sites add:
session ids, share and campaign parameters, the name of a directory's index file).
"""

import re
from collections.abc import Iterable
from urllib.parse import quote, urljoin, urlsplit

from courlan import extract_domain
from w3lib.url import safe_url_string

# Parameters that say who passed a link on or when, never what it shows. Reviewed one by one: nothing that
# a site may use as the number of an article (id, cid, aid, source, sid, …) belongs here.
_TRACKING_WORDS = """
    _t _ts timestamp spm scm from ref refer referer referrer tt_from wxfrom isappinstalled nsukey clicktime enterid
    share shared sharer share_from share_source share_medium share_plat share_platform share_session_id share_tag
    share_times share_timestamp share_to share_token share_type share_user_id sharefrom shareto sharesource sharetype
    wxshare_count app_share appshare phpsessid jsessionid aspsessionid fbclid gclid msclkid dclid yclid igshid
    bd_vid bd_source hmsr hmpl hmcu hmkw hmci vd_source tdsourcetag ivk_sa pvid bsh_bid mc_cid mc_eid
"""
TRACKING = frozenset(_TRACKING_WORDS.split())
_TRACKING_PREFIXES = ("utm_", "aspsessionid")
#: Parameters that are dropped only when their value is a clock reading or a random fraction (cache busters).
_BUSTERS = frozenset({"t", "ts", "tm", "time", "r", "rnd", "rand", "random", "_"})
_STAMP = re.compile(r"1\d{9}(?:\d{3})?|0\.\d{4,}")

_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:")
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})|(.)", re.DOTALL)
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_IN_PATH = _UNRESERVED | frozenset("!$&'()*+,;=:@/")
_IN_QUERY = _UNRESERVED | frozenset("!$'()*,;:@/?=")
_IN_FRAGMENT = _IN_PATH | frozenset("?")
_IN_HOST = _UNRESERVED | frozenset("!$&'()*+,;=:[]%")
_SESSION = re.compile(r";jsessionid=[^/]*", re.IGNORECASE)
_DIRECTORY_INDEX = re.compile(r"/(?:index|default)\.(?:s?html?)$", re.IGNORECASE)
_WWW = re.compile(r"^(?:www\.)+(?=[^.]+\.[^.])")
_DEFAULT_PORTS = {"http": "80", "https": "443"}
_CONTROLS = "".join(map(chr, range(0x21)))  # C0 controls and the space: a browser strips them off both ends
_INNER = str.maketrans("", "", "\t\n\r")  # and these it removes everywhere


def url_key(url: str) -> str:
    """The identity of a page: `host/path?sorted=parameters`, without a scheme.

    Never raises, and is idempotent: `url_key("http://" + url_key(u)) == url_key(url_key(u)) == url_key(u)`.
    """
    rest = url.strip(_CONTROLS).translate(_INNER)
    before, _, fragment = rest.partition("#")
    before, _, query = before.partition("?")
    before = before.replace("\\", "/")
    if (scheme := _SCHEME.match(before)) and before[scheme.end() :].startswith("//"):
        before = before[scheme.end() :]
    authority, slash, path = before.lstrip("/").partition("/")
    key = _key_host(authority) + _key_path(slash + path)
    if parameters := _key_query(query):
        key += "?" + parameters
    if fragment.startswith("!") and len(fragment) > 1:  # a page of a script-driven site, as crawlers once agreed
        key += "#" + _escaped(fragment, _IN_FRAGMENT)
    return key


def absolute(base: str, href: str) -> str | None:
    """The URL a browser would go to from `base`; None where that is no other page (`#…`, `javascript:`, `tel:`, …)."""
    link = href.strip(_CONTROLS).translate(_INNER)
    if not link or (link.startswith("#") and not link.startswith("#!")):
        return None
    try:
        joined = safe_url_string(urljoin(base.strip(_CONTROLS), _as_browsers_read(link, base)))
        parts = urlsplit(joined)
        usable = parts.scheme in _DEFAULT_PORTS and parts.hostname and (parts.port is None or parts.port >= 0)
    except ValueError:  # no host, a port that is no number, a broken IPv6 address, half a surrogate
        return None
    return joined if usable else None


def origin(url: str) -> str:
    """`scheme://host[:port]`; empty if the URL is no http(s) URL."""
    name = host(url)
    return f"{urlsplit(url.strip(_CONTROLS)).scheme.lower()}://{name}" if name else ""


def host(url: str) -> str:
    """Host in lower case, with the port where it is not the scheme's own; empty if the URL is no http(s) URL."""
    try:
        parts = urlsplit(url.strip(_CONTROLS))
        name, port, scheme = parts.hostname or "", parts.port, parts.scheme.lower()
    except ValueError:
        return ""
    if scheme not in _DEFAULT_PORTS or not name:
        return ""
    name = f"[{name}]" if ":" in name else _ascii_host(name)
    return name if port is None or str(port) == _DEFAULT_PORTS[scheme] else f"{name}:{port}"


def same_site(a: str, b: str) -> bool:
    """Whether two URLs belong to one registrable domain, or to one address and port where there is none."""
    ours, theirs = host(a), host(b)
    if not ours or not theirs:
        return False
    if ours == theirs:
        return True
    domains = _registrable(ours), _registrable(theirs)
    if None in domains:
        return ours.removeprefix("www.") == theirs.removeprefix("www.")
    return domains[0] == domains[1]


def without_fragment(url: str) -> str:
    """The URL as a server sees it; `#!…` stays, since it names a page of its own."""
    before, _, fragment = url.partition("#")
    return url if fragment.startswith("!") else before


def on_site(url: str, page: str, hosts: Iterable[str]) -> bool:
    """Whether a link of `page` stays on its host or leads to one of `hosts`; `www.` makes no difference."""
    name = host(url).removeprefix("www.")
    return bool(name) and name in {own.lower().removeprefix("www.") for own in (host(page), *hosts)}


# ------------------------------------------------------------------ reading as browsers do
def _as_browsers_read(link: str, base: str) -> str:
    """The link with slashes the way `urljoin` needs them: `\\` counts as `/`, and `http:a` means `a`.

    ValueError if it has a scheme and nothing else.
    """
    cut = min((at for at in (link.find("?"), link.find("#")) if at >= 0), default=len(link))
    before, after = link[:cut].replace("\\", "/"), link[cut:]
    scheme = _SCHEME.match(before)
    if scheme is None:
        return ("//" + before.lstrip("/") if before.startswith("//") else before) + after
    name, rest = scheme.group().lower(), before[scheme.end() :]
    if name not in ("http:", "https:"):
        return link
    if not rest.startswith("//") and base.lower().startswith(name):
        return rest + after
    if not (target := rest.lstrip("/")):
        raise ValueError("a scheme without a host")
    return f"{name}//{target}{after}"


# ------------------------------------------------------------------ the parts of a key
def _key_host(authority: str) -> str:
    name = _ascii_host(authority.rpartition("@")[2])
    while (shorter := _shorter_host(name)) != name:  # `a.cn.:80.:080` has several ends
        name = shorter
    return name


def _shorter_host(name: str) -> str:
    shape = re.fullmatch(r"(.*?)(?::(\d+))?", name, re.DOTALL)
    name, port = (shape[1].rstrip(".:"), (shape[2] or "").lstrip("0")) if shape else (name, "")
    name = _WWW.sub("", name) or "-"  # a host must stay, or the path would be read as one the next time
    return name if port in ("", *_DEFAULT_PORTS.values()) else f"{name}:{port}"


def _ascii_host(name: str) -> str:
    """The host in lower-case ASCII: IDNA where it can be had, percent-escapes where not."""
    if not name.isascii():
        try:
            encoded = name.encode("idna").decode("ascii")
        except UnicodeError:
            encoded = ""
        if encoded and not set(encoded) & set("/?#@\\"):  # a wide `／` must not become a slash
            name = encoded
    return _kept(name, _IN_HOST).lower()


def _key_path(path: str) -> str:
    segments: list[str] = []
    cleaned = _SESSION.sub("", _escaped(path, _IN_PATH))
    for segment in cleaned.split("/"):
        if segment == "..":
            del segments[-1:]
        elif segment != ".":
            segments.append(segment)
    segments = [segment for segment in segments if segment]
    is_directory = cleaned.endswith(("/", "/.", "/..")) or not segments
    joined = "".join(f"/{segment}" for segment in segments) + ("/" if is_directory else "")
    return _DIRECTORY_INDEX.sub("/", joined)


def _key_query(query: str) -> str:
    pieces = (_parameter(piece) for piece in query.replace("+", "%20").split("&"))
    return "&".join(sorted({piece for piece in pieces if piece}))


def _parameter(piece: str) -> str:
    """One `name=value`, normalised; empty if it says nothing about the page."""
    cleaned = re.sub(r"^(?:amp;)+", "", _escaped(piece, _IN_QUERY))  # &amp; escaped once too often
    name, _, value = cleaned.partition("=")
    lower = name.lower()
    if lower in TRACKING or lower.startswith(_TRACKING_PREFIXES):
        return ""
    if lower in _BUSTERS and _STAMP.fullmatch(value):
        return ""
    return cleaned


def _escaped(text: str, allowed: frozenset[str]) -> str:
    """Percent-encoding normalised: needless escapes undone, the others in upper case, stray `%` escaped."""

    if "%" not in text and allowed.issuperset(text):
        return text

    def one(match: re.Match[str]) -> str:
        code, char = match[1], match[2]
        if code is None:
            return char if char in allowed else quote(char, safe="", errors="replace")
        decoded = chr(int(code, 16))
        return decoded if decoded in _UNRESERVED else f"%{code.upper()}"

    return _ESCAPE.sub(one, text)


def _kept(text: str, allowed: frozenset[str]) -> str:
    return "".join(char if char in allowed else quote(char, safe="", errors="replace") for char in text)


def _registrable(name: str) -> str | None:
    return extract_domain(f"http://{name}/", fast=False) or None
