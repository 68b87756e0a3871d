"""The new district's portal, on the els-service platform: list pages are empty shells, a JSON API fills them.

    POST /els-service/article/{page}/{size}      rows of the catalogues in the body, the newest first
    POST /els-service/search/{page}/{size}       the same with the text (`txtmemo`)
    POST /sys-service/webdwcata/dwcataByShow/{id} a catalogue's name
    GET  /9901/<unit>/<id>.html                  an article; every third has its body only in a script

As on the real platform the filter is loose (a pinned notice turns up in every catalogue), a row may name
another site's page in `url`, and `fwdate` is now and then a number of milliseconds.
"""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from hashlib import blake2b
from html import escape
from random import Random
from types import MappingProxyType

from demo.markup import anchor, element, esc, metas, minute, paragraphs
from demo.model import Article, Column, Form, Listing, Page, Request, Site
from demo.names import CODE
from demo.pages import SitePages
from demo.stories import Byline, Desk

NAME = "临湖新区管理委员会"
#: The region, as the platform numbers it.
DQ = "9901"
COLUMNS = (
    Column(slug="xqyw", name="新区要闻", id="1790000000000004101"),
    Column(slug="bmdt", name="部门动态", id="1790000000000004102"),
    Column(slug="jzfc", name="街镇风采", id="1790000000000004103"),
    Column(slug="tzgg", name="通知公告", id="1790000000000004104"),
)
UNITS: Mapping[str, str] = {c.slug: blake2b(f"unit {c.slug}".encode(), digest_size=16).hexdigest() for c in COLUMNS}
FIRST_NUMBER = 1990000000000000000
#: Ids are no neighbours on the real platform either.
NUMBER_STEP = 7919
PAGE_SIZE = 15
MAX_SIZE = 100
#: The row that leads to another site.
FOREIGN_NUMBER = 1980000000000000001
API = re.compile(r"/els-service/(article|search)/(\d{1,6})/(\d{1,4})")
CATALOGUE = re.compile(r"/sys-service/webdwcata/dwcataByShow/(\w+)")
ARTICLE = re.compile(r"(/\d{4})?/([0-9a-f]{32})/(\d{19})\.html")
UPLOAD = re.compile(r"/upload-service/\d{4}/[0-9a-f]{32}/WY(\d{19})\.pdf")
#: Every ninth row states its time in milliseconds.
MILLISECONDS_EVERY = 9


class ElsPages(SitePages):
    name = NAME
    columns = COLUMNS
    first_number = FIRST_NUMBER
    step = NUMBER_STEP
    dated = False
    desk = Desk(bylines=(Byline.TAIL, Byline.NONE, Byline.NONE))
    forms = MappingProxyType({"tzgg": Form.NOTICE})

    def __init__(self, site: Site, partner: Site) -> None:
        """`partner` is the site that one row leads to."""
        super().__init__(site)
        self.partner = partner

    def path(self, number: int, column: str, at: datetime) -> str:
        return f"/{DQ}/{UNITS[column]}/{number}.html"

    def list_path(self, column: str) -> str:
        return f"/{column}/?catas={self.site.column(column).id}"

    def listings(self) -> tuple[Listing, ...]:
        return (Listing(kind="els", url=f"{self.site.base}/els-service/article/1/{PAGE_SIZE}"),)

    def credit(self, rng: Random) -> str:
        return rng.choice((NAME, "临湖新区融媒体中心", "新区党群工作部", "新区社会事业局"))

    def methods(self, path: str) -> tuple[str, ...]:
        return ("POST",) if path.startswith(("/els-service/", "/sys-service/")) else super().methods(path)

    def route(self, request: Request) -> Page | None:
        path = request.path
        if path == "/":
            return self._home()
        if found := API.fullmatch(path):
            return self._api(found[1], int(found[2]), int(found[3]), request.body)
        if found := CATALOGUE.fullmatch(path):
            return self._catalogue(found[1])
        if found := ARTICLE.fullmatch(path):
            return self._article(path, int(found[3]))
        if found := UPLOAD.fullmatch(path):
            return self.file() if int(found[1]) in self.site.articles else None
        slug = path.strip("/")
        return self._shell(slug) if path.endswith("/") and slug in UNITS else None

    # -------------------------------------------------------------- the API
    def _api(self, service: str, page: int, size: int, body: bytes) -> Page:
        try:
            asked = json.loads(body or b"{}")
        except ValueError:
            asked = None
        if not isinstance(asked, dict) or not 1 <= size <= MAX_SIZE or page < 1:
            return self._json({"success": False, "message": "参数错误"}, status=400)
        rows = self._rows(asked, with_text=service == "search")
        window = rows[(page - 1) * size : page * size]
        return self._json({"success": True, "data": {"totalPages": -(-len(rows) // size), "contents": window}})

    def _rows(self, asked: Mapping[str, object], *, with_text: bool) -> list[dict[str, object]]:
        """The rows that the body asks for; what it does not name is not filtered by."""
        if asked.get("dq", DQ) != DQ:
            return []
        catas, units = _strings(asked.get("catas")), _strings(asked.get("dw"))
        pinned = self._pinned()
        chosen = [
            article
            for article in self.site.newest()
            if (not catas or self.site.column(article.column).id in catas or article is pinned)
            and (not units or UNITS[article.column] in units)
        ]
        if asked.get("order") == "up" and pinned in chosen:
            chosen = [pinned, *(article for article in chosen if article is not pinned)]
        rows = [(article.published_at, self._row(article, with_text=with_text)) for article in chosen]
        if asked.get("order") != "up":
            rows = sorted([*rows, *self._foreign(catas, units)], key=lambda row: row[0], reverse=True)
        return [row for _, row in rows]

    def _row(self, article: Article, *, with_text: bool) -> dict[str, object]:
        milliseconds = article.number // NUMBER_STEP % MILLISECONDS_EVERY == 0
        at = article.published_at
        files = [{"fileurl": self._upload(article)}] if article.attachment else []
        row: dict[str, object] = {
            "xxid": str(article.number),
            "dwid": UNITS[article.column],
            "subject": article.story.title,
            "subtitle": article.story.subtitle,
            "fwdate": int(at.timestamp() * 1000) if milliseconds else f"{minute(at)}:00",
            "url": "",
            "files": files,
        }
        return row | {"txtmemo": article.story.text} if with_text else row

    def _foreign(self, catas: frozenset[str], units: frozenset[str]) -> list[tuple[datetime, dict[str, object]]]:
        """The row that leads to another site: its oldest story."""
        column = COLUMNS[0]
        oldest = self.partner.newest()[-1:]
        if (catas and column.id not in catas) or (units and UNITS[column.slug] not in units) or not oldest:
            return []
        row: dict[str, object] = {
            "xxid": str(FOREIGN_NUMBER),
            "dwid": UNITS[column.slug],
            "subject": oldest[0].story.title,
            "subtitle": "",
            "fwdate": f"{minute(oldest[0].published_at)}:00",
            "url": self.partner.base + oldest[0].path,
            "files": [],
        }
        return [(oldest[0].published_at, row)]

    def _pinned(self) -> Article | None:
        notices = self.site.newest("tzgg")
        return notices[-1] if notices else None

    def _catalogue(self, cata: str) -> Page:
        name = next((c.name for c in COLUMNS if c.id == cata), "")
        return self._json({"success": bool(name), "data": {"id": cata, "name": name} if name else None})

    def _json(self, value: Mapping[str, object], status: int = 200) -> Page:
        text = json.dumps(value, ensure_ascii=False)
        return Page(body=text.encode(), status=status, content_type="application/json; charset=utf-8")

    def _upload(self, article: Article) -> str:
        return f"/upload-service/{DQ}/{UNITS[article.column]}/WY{article.number}.pdf"

    # -------------------------------------------------------------- the pages
    def _home(self) -> Page:
        heads = "\n".join(f"<h2>{anchor(a.link)}</h2>" for a in self.site.newest()[:3])
        columns = json.dumps([{"cata": c.id, "name": c.name, "dw": UNITS[c.slug]} for c in COLUMNS], ensure_ascii=False)
        main = (
            f'<div class="headline">{heads}</div>\n<div id="columns"></div>\n'
            f'<script>var dq="{DQ}", cataList={columns};\n'
            "cataList.forEach(function(c){ "
            "loadList('/els-service/article/1/8', {dq:dq, catas:[c.cata]}, c.name); });</script>"
        )
        head = f"<script>{LOADER}</script>\n{self._site_metas()}"
        return self.html(self.frame(NAME, main, head=head), None)

    def _shell(self, slug: str) -> Page:
        column = self.site.column(slug)
        main = (
            f'<h2>{esc(column.name)}</h2><ul class="list" id="newsList"></ul><div id="pager"></div>\n'
            f"<script>loadList('/els-service/article/1/{PAGE_SIZE}', "
            f'{{"dq":"{DQ}","catas":["{column.id}"],"type":[1],"fwzt":"3","order":"fwdate"}}, "newsList");</script>'
        )
        named = metas([("ColumnName", column.name), ("ColumnType", "动态")])
        head = f"<script>{LOADER}</script>\n{self._site_metas()}\n{named}"
        return self.html(self.frame(f"{column.name}-{NAME}", main, head=head), None)

    def _article(self, path: str, number: int) -> Page | None:
        article = self.site.articles.get(number)
        if article is None:
            return None
        if path != article.path:
            return self.moved(article.path)
        story = article.story
        body = paragraphs(story.paragraphs, '<p style="text-indent:2em">')
        if article.scripted:
            # A string of escaped HTML; escaping < also keeps the script from ending early.
            memo = f"<script>var memo = {json.dumps(escape(body))};\nshowMemo(memo);</script>"
            text = f'<div id="mainText"></div>\n{memo}'
        else:
            text = f'<div id="mainText">\n{body}\n</div>'
        files = ""
        if article.attachment:
            file = f'<a class="media" href="{self._upload(article)}">{esc(article.attachment)}</a>'
            files = f'<div class="pdf-box">附件：{file}</div>'
        main = (
            f'{self.crumbs(article)}\n<div class="detail">{element("p", story.kicker, "pretitle")}\n'
            f'<h1 class="title">{esc(story.title)}</h1>{element("p", story.subtitle, "subtitle")}\n'
            f'<div class="info"><span>发布时间：{minute(article.published_at)}</span> '
            f'<span>来源：{esc(article.credit)}</span> <span>浏览次数：<em id="hits"></em></span></div>\n'
            f"{text}\n{files}\n"
            f'<div class="editor">责任编辑：{esc(story.editor)}</div></div>\n{self.tools(article)}'
        )
        return self.html(self.frame(f"{story.title}-{NAME}", main, head=self._article_metas(article)), None)

    def _site_metas(self) -> str:
        return metas(
            [("SiteName", NAME), ("SiteDomain", self.site.base.partition("//")[2]), ("SiteIDCode", f"{CODE}0001")]
        )

    def _article_metas(self, article: Article) -> str:
        pairs = [
            ("ColumnName", self.site.column(article.column).name),
            ("ArticleTitle", article.story.title),
            ("PubDate", minute(article.tagged_at or article.published_at)),
            ("ContentSource", article.credit),
        ]
        return f"{self._site_metas()}\n{metas(pairs)}"


LOADER = (
    "function loadList(url, data, target){ var x=new XMLHttpRequest(); x.open('POST', url);"
    " x.setRequestHeader('Content-Type','application/json');"
    " x.onload=function(){ fill(target, JSON.parse(x.responseText)); }; x.send(JSON.stringify(data)); }\n"
    "function fill(target, answer){ var u=document.getElementById(target)||document.getElementById('columns');"
    " answer.data.contents.forEach(function(r){ var l=document.createElement('li'), a=document.createElement('a');"
    f" a.href=r.url||('/{DQ}/'+r.dwid+'/'+r.xxid+'.html');"
    " a.textContent=r.subject; l.appendChild(a); u.appendChild(l); }); }\n"
)


def _strings(value: object) -> frozenset[str]:
    return frozenset(str(item) for item in value) if isinstance(value, list) else frozenset()
