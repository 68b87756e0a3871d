"""Images and attachments of an article. Pure."""

import re
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement

from crawler.extract.body import Body
from crawler.extract.layout import clean_text
from crawler.extract.words import squash
from storage.records import Link

MAX_LINKS = 100
FAR = 200  # lines below a body where a list of attachments may still stand

_FILE = re.compile(r"\.(?:pdf|docx?|xlsx?|pptx?|wps|et|ofd|rar|zip|7z|txt|csv)$", re.IGNORECASE)
_FILE_QUERY = re.compile(
    r"(?:downfile|download|downloadfile|filedown)\.(?:jsp|aspx?|ashx|php|do|action)$", re.IGNORECASE
)
_FILE_NAME = re.compile(
    r"[?&](?:file_?name|file|name|url)=[^&#]*\.(?:pdf|docx?|xlsx?|pptx?|wps|ofd|rar|zip)\b", re.IGNORECASE
)
_ATTACHED = re.compile(r"^\W*附件|\.(?:pdf|docx?|xlsx?|pptx?|wps|et|ofd|rar|zip)\W*$", re.IGNORECASE)
_CAPTION = re.compile(
    r"(?:摄|供图|制图|图|资料|资料片|截图|画面)[)）\]】。]?$|^[(（\[【▲△↑↓◎●■]*\s*(?:图为|图[一二三四\d]?\s*[:：/]|图片|上图|下图|左图|右图)|^[▲△↑↓]"
)
_CAPTION_BOX = re.compile(
    r"caption|pic-?(?:text|note|desc|info)|img-?(?:text|note|desc|info|title)|photo-?(?:text|desc)|tu-?(?:shuo|zhu)"
)
_CENTRED = re.compile(r"text-align\s*:\s*center", re.IGNORECASE)
_FILE_ALT = re.compile(
    r"\.(?:jpe?g|png|gif|webp|bmp|tiff?)$|^[A-Za-z0-9_@.-]*$|^(?:图片|插图|image|img|未标题.*|untitled.*|微信图片.*)$",
    re.IGNORECASE,
)
MAX_CAPTION = 90
NEAR = 20  # lines below a body in which its attachments may be listed
_NO_PICTURE = re.compile(
    r"qr|erweima|ewm|wechat|weixin|logo|icon|blank|spacer|loading|pixel|share|avatar|button|/file_?type|/ext/",
    re.IGNORECASE,
)
_SOURCES = ("data-src", "data-original", "data-lazy-src", "data-echo", "src")


def images_of(body: Body, url: str, title: str = "") -> tuple[tuple[Link, ...], str]:
    """The pictures that stand between the lines of a body, and where their captions were read."""
    found: dict[str, Link] = {}
    places: dict[str, None] = {}
    for number, element in body.layout.images:
        if not body.start <= number <= body.end or not (address := _picture(element, url)) or address in found:
            continue
        label, place = _caption(body, number, element, title)
        found[address] = Link(url=address, label=label)
        if place:
            places[place] = None
        if len(found) == MAX_LINKS:
            break
    return tuple(found.values()), "+".join(("body", *places)) if found else ""


def attachments_of(body: Body, headline: int, url: str) -> tuple[tuple[Link, ...], str]:
    """The files that a page links to in or close below its body, and further down behind the word 附件."""
    found: dict[str, Link] = {}
    places: dict[str, None] = {}
    for number, element in body.layout.links:
        href = (element.get("href") or "").strip()
        if number <= headline or not href or number > body.end + FAR:
            continue
        near, named = number < body.end + NEAR, is_file(href)
        if not near and not named:
            continue
        label = clean_text("".join(element.itertext())) or (element.get("title") or "").strip()
        attached = (near or label.startswith("附件")) and (named or _is_attached(label, href))
        address = absolute(url, href) if attached else ""
        if address and address not in found:
            found[address] = Link(url=address, label=label[:200])
            places["body" if body.start <= number < body.end else "below"] = None
    return tuple(found.values())[:MAX_LINKS], "+".join(places)


def _is_attached(label: str, href: str) -> bool:
    """Whether a link without a file's name in its address is called one: `附件1：名单.docx`."""
    path = href.partition("?")[0].partition("#")[0].lower()
    return (
        _ATTACHED.search(label) is not None
        and not href.startswith(("#", "javascript:", "mailto:"))
        and not path.endswith((".html", ".htm", ".shtml", "/"))
    )


def absolute(base: str, href: str) -> str:
    """A web address, or an empty string for anything else."""
    try:
        address = urljoin(base, href)
        return address if urlsplit(address).scheme in {"http", "https"} else ""
    except ValueError:
        return ""


def is_file(href: str) -> bool:
    """Whether an address names a document or an archive."""
    if "." not in href[-6:] and "?" not in href and "#" not in href:
        return False
    path = href.partition("?")[0].partition("#")[0]
    if _FILE.search(path) is not None or (_FILE_QUERY.search(path) is not None and "?" in href):
        return True
    return "?" in href and _FILE_NAME.search(href) is not None


def _picture(element: HtmlElement, url: str) -> str:
    source = next(
        (value for name in _SOURCES if (value := (element.get(name) or "").strip()) and not value.startswith("data:")),
        "",
    )
    if not source or _NO_PICTURE.search(source) or _is_tiny(element):
        return ""
    return absolute(url, source)


def _is_tiny(element: HtmlElement) -> bool:
    sizes = [
        value
        for name in ("width", "height")
        if (value := (element.get(name) or "").strip().removesuffix("px")).isdigit()
    ]
    return any(int(size) < 40 for size in sizes)


def _caption(body: Body, number: int, element: HtmlElement, title: str) -> tuple[str, str]:
    """The caption of a picture and where it stands; a name of a file is none."""
    for around in element.iterancestors("figure"):
        caption = around.find(".//figcaption")
        if caption is not None and (text := clean_text("".join(caption.itertext()))):
            return text[:200], "figcaption"
        break
    if text := _line_below(body, number):
        return text, "line"
    said = clean_text(element.get("alt") or element.get("title") or "")[:200]
    return ("", "") if _FILE_ALT.search(said) or squash(said) == squash(title) else (said, "alt")


def _line_below(body: Body, number: int) -> str:
    """The short line right under a picture that is set or worded as its caption."""
    if not body.start <= number < body.end:
        return ""
    line = body.layout.lines[number]
    box = body.layout.boxes[line.box] if line.box >= 0 else None
    if len(line.text) > MAX_CAPTION or line.heading or line.linked:
        return ""
    centred = box is not None and (
        _CENTRED.search(box.element.get("style") or "") or (box.element.get("align") or "").lower() == "center"
    )
    named = box is not None and _CAPTION_BOX.search(box.name)
    return line.text if named or _CAPTION.search(line.text) or (centred and not line.text.endswith("：")) else ""
