"""Say whether a capture is an article's page at all, before anything is read from it. Pure.

A challenge page, a soft 404 or a listing that is stored as an article stays wrong for ever. So a
page must look like what it is refused as *and* lack a body: hidden junk in good pages
(`此文章不存在或已下线`, templates left unfilled) must not cost the article.
"""

import re

from crawler.extract.body import find_body
from crawler.extract.decode import decode
from crawler.extract.founder import read_print
from crawler.extract.layout import Line
from crawler.extract.page import Page, parse
from crawler.extract.query import Query
from crawler.extract.rows import dated_titles, linked_titles
from crawler.extract.scripts import script_body
from crawler.extract.words import tight
from storage.records import Capture, Entry, Refusal

SNIFF_BYTES = 2048
BRIEF = 60.0  # weight of a body below which a page may be something else: two short sentences
SHORT = 160.0  # the same where nothing else speaks for an article
NOTICE_CHARS = 80  # the longest line that is read as an error's headline
ROWS = 6  # linked titles that make a listing of a page without a body

_HTML = re.compile(
    rb"<(?:!doctype\s+html|html|head|body|div|p|table|title|meta|h1|span|a|article|section|br|font|center)\b",
    re.IGNORECASE,
)
_FEED = re.compile(
    rb"^\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)?<(?:rss|feed|urlset|sitemapindex|rdf:RDF|datastore|opml|svg)\b",
    re.IGNORECASE | re.DOTALL,
)
_BINARY = (
    b"%PDF",
    b"PK\x03\x04",
    b"GIF8",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"RIFF",
    b"\x1f\x8b",
    b"\xd0\xcf\x11\xe0",
    b"Rar!",
    b"ID3",
    b"BM",
)
_HTML_TYPES = ("html", "xhtml")
_OTHER_TYPES = re.compile(
    r"^(?:image|audio|video|font)/|pdf|json|javascript|css|octet-stream|zip|msword|officedocument|excel|"
    r"powerpoint|rtf|csv",
    re.IGNORECASE,
)

_CHALLENGE = re.compile(
    r"\$_ts\b|__jsl_clearance|__jsluid|acw_sc__v2|<meta[^>]{0,400}\br=[\"']m[\"']|_Incapsula_|cf[-_]chl|"
    r"challenge-platform|"
    r"aliyun_waf|awswaf|waf_captcha|geetest|NoCaptcha|TencentCaptcha|sec-cpt|bm-verify",
    re.IGNORECASE,
)
_CHALLENGED = re.compile(
    r"人机(?:验证|识别|检测)|安全验证|滑动(?:验证|滑块)|拖动滑块|验证码|请完成验证|访问(?:过于|太过)?频繁|"
    r"访问行为异常|请求(?:已被|被)拦截|访问(?:已被|被)(?:拦截|阻断|拒绝|禁止)|"
    r"访问受限|请开启javascript并刷新|网站防火墙|安全狗|云盾|云锁|创宇盾|waf|checkingyourbrowser|justamoment|"
    r"attentionrequired|captcha|unusualtraffic|verifyyouarehuman",
    re.IGNORECASE,
)
_GONE = re.compile(
    r"(?:页面|网页|内容|文章|信息|链接|资源|文件|新闻|帖子|地址|稿件|网址|栏目).{0,12}(?:不存在|未找到|找不到|"
    r"没有找到|已(?:经)?(?:被)?(?:删除|删|下线|下架|撤销|移除|失效|过期|关闭)|被(?:删除|移除|屏蔽)|丢失|走丢|"
    r"飞走|失踪|无法访问|无法显示|打不开|出错)|"
    r"(?:找不到|未找到|没有找到|无法找到).{0,14}(?:页面|网页|内容|文章|信息|资源|文件)|此内容因违规|"
    r"该内容已被发布者删除|"
    r"^(?:\W*(?:http|错误|error)?\W*(?:40[0-9]|410|50[0-9])\b.{0,40})$|notfound|pagenotfound|forbidden|"
    r"badgateway|internalservererror|serviceunavailable|"
    r"(?:系统|服务器|程序|数据库|网站|站点|运行时|内部)(?:内部)?(?:错误|出错|繁忙|异常|正在维护|维护中|升级中|"
    r"已关闭|暂停访问)|serverErrorin|出错(?:了|啦)|暂时无法访问|"
    r"^(?:提示信息|错误提示|系统提示|出错提示|信息提示|访问出错|页面提示)$|抱歉.{0,20}(?:不存在|找不到|删除|"
    r"下线|没有)",
    re.IGNORECASE,
)
_LOGIN = re.compile(r"登录|登陆|请先登|sign\s?in|log\s?in|身份认证|统一认证|会员中心|账号密码", re.IGNORECASE)
_NO_SCRIPT = re.compile(
    # `javascript:` is no word but the address of a button: `<a href="javascript:window.close()">关闭`.
    r"(?:enable|启用|开启|打开|支持|without).{0,20}javascript(?!:)|javascript(?!:).{0,20}(?:enable|启用|开启|打开|关闭|"
    r"禁用|disabled)",
    re.IGNORECASE,
)
_LOADING = re.compile(
    r"^(?:正在加载|加载中|数据加载中|loading|请稍候|请稍等|页面加载中|正在跳转|跳转中|redirecting).{0,20}$",
    re.IGNORECASE,
)
_WHOLE_DAY = re.compile(r"\d{4}[-/.年]\s?\d{1,2}[-/.月]\s?\d{1,2}")
_SENTENCE = re.compile(r".{14,}[。！？][”’）)]*$")
#: A headline is longer than the name of a column; its day and first sentence stand within so many lines.
HEADLINE = 7
HEADED_WITHIN = 5
_PASSWORD = Query("//input[translate(@type, 'PASWORD', 'pasword') = 'password']")
_SCRIPTS = Query("//script")
_REFRESH = Query("//meta[translate(@http-equiv, 'REFSH', 'refsh') = 'refresh']")
_ARTICLE_METAS = ("articletitle", "article:published_time", "pubdate", "publishdate")
_CHALLENGE_STATUS = {412, 521, 567, 405, 403, 503, 429}


def judge(capture: Capture, charset: str = "", *, entry: Entry | None = None) -> Page | Refusal:
    """The page of a capture, or why it is no article's.

    `charset` is what the caller knows of the encoding; a shell whose `entry` brings the text is no shell.
    """
    payload = capture.payload
    if not payload.strip():
        return Refusal.EMPTY
    if not _is_html(payload, capture.header("content-type")):
        return Refusal.NOT_HTML
    decoded = decode(payload, capture.header("content-type"), charset)
    page = parse(decoded.text, capture.final_url or capture.url, decoded.charset)
    if page.cut:
        return Refusal.TOO_COMPLEX
    return _refusal(page, capture.status, entry) or page


def _is_html(payload: bytes, content_type: str) -> bool:
    """What the bytes look like wins over what the header says, where they look like something."""
    start = payload[:SNIFF_BYTES].lstrip(b"\xef\xbb\xbf\x00 \t\r\n")
    if start.startswith(_BINARY) or _FEED.match(start):
        return False
    kind = content_type.partition(";")[0].strip().lower()
    if start[:1] in {b"{", b"["} and not any(word in kind for word in _HTML_TYPES):
        return False
    if _OTHER_TYPES.search(kind):
        return _HTML.match(start) is not None
    if any(word in kind for word in _HTML_TYPES):
        return b"<" in payload or not _looks_binary(start)
    wide = start.replace(b"\0", b"")
    return _HTML.search(wide) is not None or _HTML.search(payload[: 10 * SNIFF_BYTES]) is not None


def _looks_binary(start: bytes) -> bool:
    controls = sum(byte < 9 or 13 < byte < 32 for byte in start)
    return controls > len(start) * 0.1


def _refusal(page: Page, status: int, entry: Entry | None) -> Refusal | None:
    printed = read_print(page)
    if printed is not None and printed.is_page:
        return Refusal.LISTING
    lines = page.layout.lines
    if _is_headed(page, lines):
        return None
    body = find_body(page.layout, page.weights)
    weight = page.weights.of(body.start, body.end) if body else 0.0
    if _is_challenge(page, status, weight):
        return Refusal.CHALLENGE
    if script_body(page.text) or (entry and entry.content):
        return None
    if weight < SHORT and (refusal := _of_few_words(page, weight, lines)):
        return refusal
    return Refusal.LISTING if _is_listing(page, weight, lines) else None


def _of_few_words(page: Page, weight: float, lines: list[Line]) -> Refusal | None:
    """What a page without much of a body is."""
    if not (_is_tagged(page) and weight >= BRIEF / 2) and _says(_GONE, page, lines, weight):
        return Refusal.SOFT_404
    if weight >= BRIEF:
        return None
    if _PASSWORD.holds(page.tree) and _says(_LOGIN, page, lines, weight):
        return Refusal.LOGIN
    if not _is_shell(page, lines):
        return None
    has_anything = lines or _SCRIPTS.holds(page.tree) or _REFRESH.holds(page.tree)
    return Refusal.SHELL if has_anything else Refusal.EMPTY


def _is_tagged(page: Page) -> bool:
    """Whether it names its day to machines as only articles do."""
    return any(name in page.tags.metas for name in _ARTICLE_METAS) or "datePublished" in page.tags.linked_data


def _is_challenge(page: Page, status: int, weight: float) -> bool:
    if weight >= SHORT:
        return False
    shown = tight("".join(line.text for line in page.layout.lines[:40]))[:600]
    marked = _CHALLENGE.search(page.text[:200_000]) is not None
    if marked and (len(shown) < 200 or status in _CHALLENGE_STATUS):
        return True
    told = _CHALLENGED.search(tight(page.tags.title) + " " + shown) is not None
    return told and (len(shown) < 300 or status in _CHALLENGE_STATUS)


def _says(pattern: re.Pattern[str], page: Page, lines: list[Line], weight: float) -> bool:
    """Whether the title or a heading says so; without a body, any line may."""
    if page.tags.title and len(page.tags.title) <= NOTICE_CHARS and pattern.search(tight(page.tags.title).lower()):
        return True
    plain = [line for line in lines if line.linked * 2 <= len(line.text) and len(line.text) <= NOTICE_CHARS]
    any_line = weight < BRIEF / 2 or (weight < BRIEF and len(plain) <= 25)
    return any((any_line or line.heading) and pattern.search(tight(line.text).lower()) for line in plain)


def _is_shell(page: Page, lines: list[Line]) -> bool:
    """Nothing to see but what a script would put there."""
    plain = [line.text for line in lines if line.linked * 2 <= len(line.text)]
    shown = sum(map(len, plain))
    if shown < 40 and sum(line.linked for line in lines) < 60:
        return True
    if any(_LOADING.match(text) for text in plain) and shown < 200:
        return True
    return shown < 200 and _NO_SCRIPT.search(page.text) is not None


def _is_headed(page: Page, lines: list[Line]) -> bool:
    """Its title stands on it as a headline, with a day and a sentence under it: a brief among many links."""
    plain = [line.text for line in lines if line.linked * 2 <= len(line.text)]
    for number, text in enumerate(plain):
        if len(text) < HEADLINE or not page.tags.title.startswith(text):
            continue
        below = plain[number + 1 : number + 1 + HEADED_WITHIN]
        day = next((place for place, line in enumerate(below) if _WHOLE_DAY.search(line)), None)
        if day is not None and any(_SENTENCE.search(line) for line in below[day + 1 :]):
            return True
    return False


def _is_listing(page: Page, weight: float, lines: list[Line]) -> bool:
    """Many linked titles, dates beside them, and no body."""
    if weight >= 2 * SHORT or _is_tagged(page):
        return False
    titles = len(linked_titles(lines))
    if weight < BRIEF and titles >= ROWS:
        return True
    return titles >= 2 * ROWS and dated_titles(lines) >= (ROWS if weight < SHORT else 2 * ROWS)
