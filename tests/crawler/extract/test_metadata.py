"""What a page says beside title, text, date, credit and authors. Every page and name is made up."""

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from storage.records import Link, Role
from tests.crawler.extract.pages import BAR, PARAGRAPHS, TITLE, page, read
from tests.crawler.extract.test_headers import day

DOCS = Path(__file__).parents[3] / "docs" / "commands.md"
AT = datetime(2026, 11, 12, 1, 30, tzinfo=UTC)


# ------------------------------------------------------------------ modified
@pytest.mark.parametrize(
    ("bar", "head", "expected", "evidence"),
    [
        (BAR + "<div>最后更新：2026-11-12 09:30</div>", "", AT, "header"),
        ("<div>发布时间：2026-11-12 08:05 更新时间：2026-11-12 09:30</div>", "", AT, "header"),
        ("<div>更新时间：2026-11-12 09:30</div>", "", None, None),
        (BAR + "<div>更新时间：2026-11-12</div>", "", None, None),
        (BAR, '<meta property="article:modified_time" content="2026-11-12T09:30:00+08:00">', AT, None),
        (BAR, '<meta name="lastmodifiedtime" content="2026-11-12-23:59:59">', None, None),
        (BAR, '<meta property="og:updated_time" content="2026-11-01T09:30:00+08:00">', None, None),
    ],
)
def test_a_change_counts_if_it_is_stated_to_the_minute_beside_the_publication(
    bar: str, head: str, expected: datetime | None, evidence: str | None
) -> None:
    result = read(page(bar=bar, head=head))
    assert result.modified_at == expected
    assert ("modified_at" in result.evidence) == (expected is not None)
    if evidence:
        assert result.evidence["modified_at"] == evidence


# ------------------------------------------------------------------ kicker and sub-title
@pytest.mark.parametrize(
    ("above", "bar", "kicker", "subtitle"),
    [
        ('<div class="pretitle">压实责任 守护青山</div>', BAR, "压实责任 守护青山", ""),
        ("<h3>压实责任，守护望海青山</h3>", BAR, "压实责任，守护望海青山", ""),
        ("", "<h2>——全区排查隐患三十六处</h2>" + BAR, "", "——全区排查隐患三十六处"),
        ("", '<p class="sub-title">排查隐患三十六处</p>' + BAR, "", "排查隐患三十六处"),
        ("", "<div>全区排查隐患三十六处 已全部整改到位</div>" + BAR, "", "全区排查隐患三十六处 已全部整改到位"),
        ("<div>望海网 正文</div>", "<div>望海晚报记者 王燕</div>" + BAR, "", ""),
        ("<div><a href=/>首页</a> &gt; <a href=/x>要闻</a></div>", "<div>望海区融媒体中心</div>" + BAR, "", ""),
        ("", BAR + "<div>全区排查隐患三十六处 已全部整改到位</div>", "", ""),
    ],
)
def test_kicker_and_subtitle_stand_around_the_headline(above: str, bar: str, kicker: str, subtitle: str) -> None:
    result = read(page(above=above, bar=bar))
    assert (result.title, result.kicker, result.subtitle) == (TITLE, kicker, subtitle)


# ------------------------------------------------------------------ pictures and files
@pytest.mark.parametrize(
    ("picture", "caption", "evidence"),
    [
        ('<figure><img src=/p/1.jpg alt="x"><figcaption>会议现场</figcaption></figure>', "会议现场", "body+figcaption"),
        ("<p><img src=/p/1.jpg></p><p>图为会议现场。王燕 摄</p>", "图为会议现场。王燕 摄", "body+line"),
        ('<p><img src=/p/1.jpg></p><p style="text-align:center">会议现场</p>', "会议现场", "body+line"),
        ('<p><img src=/p/1.jpg></p><p class="img-desc">会议现场</p>', "会议现场", "body+line"),
        ('<p><img src=/p/1.jpg alt="会议现场"></p>', "会议现场", "body+alt"),
        ('<p><img src=/p/1.jpg alt="IMG_2024.jpg"></p>', "", "body"),
        (f'<p><img src=/p/1.jpg alt="{TITLE}"></p>', "", "body"),
        ("<p><img src=/p/1.jpg></p><h3>压实责任</h3>", "", "body"),
    ],
)
def test_a_caption_is_what_is_set_under_a_picture(picture: str, caption: str, evidence: str) -> None:
    result = read(page().replace(f"<p>{PARAGRAPHS[1]}", f"{picture}<p>{PARAGRAPHS[1]}"))
    assert result.images == (Link(url="http://www.example.cn/p/1.jpg", label=caption),)
    assert result.evidence["images"] == evidence


@pytest.mark.parametrize(
    ("extra", "below", "expected"),
    [
        (("<a href=/f/1.pdf>防火方案.pdf</a>",), "", ["防火方案.pdf"]),
        (
            (),
            "<div><p>附件：</p><a href=/f/1.docx>1.防火方案</a><a href=/f/2.xls>2.名单</a></div>",
            ["1.防火方案", "2.名单"],
        ),
        ((), "<div><a href=/down?id=12>附件1：防火方案.docx</a></div>", ["附件1：防火方案.docx"]),
        ((), '<div><a href="/module/download/downfile.jsp?filename=a.pdf">防火方案</a></div>', ["防火方案"]),
        ((), "<div><a href=/app/download.html?from=x>客户端</a><a href=/n/2.html>附件说明</a></div>", []),
        ((), "<p>页脚</p>" * 40 + "<a href=/gy.doc>望海公约</a>", []),
        ((), "<p>页脚</p>" * 40 + "<a href=/gy.doc>附件：望海公约</a>", ["附件：望海公约"]),
    ],
)
def test_attachments_are_files_in_or_close_below_the_body(
    extra: tuple[str, ...], below: str, expected: list[str]
) -> None:
    assert [link.label for link in read(page(*extra, below=below)).attachments] == expected


# ------------------------------------------------------------------ origin and print
@pytest.mark.parametrize(
    ("bar", "extra", "origin", "printed"),
    [
        (
            BAR,
            ("《望海日报》（2026年11月12日 第10版）",),
            "《望海日报》(2026年11月12日 第10版)",
            ("望海日报", "第10版"),
        ),
        (
            BAR,
            ("（来源：望海日报 2026年11月12日 第A02版）",),
            "《望海日报》(2026年11月12日 第A02版)",
            ("望海日报", "第A02版"),
        ),
        (
            BAR + "<div>《 望海日报 》（ 2026年11月12日 10 版）</div>",
            (),
            "《望海日报》(2026年11月12日 第10版)",
            ("望海日报", "第10版"),
        ),
        (BAR, ("（刊于《望海月谈》2026年第24期）",), "《望海月谈》2026年第24期", ("", "")),
        (BAR, ("本文转自：望海在线",), "望海在线", ("", "")),
        ("<div>2026-11-12 来源：望海网 转自：望海在线</div>", (), "望海在线", ("", "")),
        (BAR, ("据《望海日报》报道，全区共排查隐患三十六处，已全部整改到位，没有发生一起火情。",), "", ("", "")),
    ],
)
def test_the_origin_is_who_the_credited_medium_took_it_from(
    bar: str, extra: tuple[str, ...], origin: str, printed: tuple[str, str]
) -> None:
    result = read(page(*extra, bar=bar))
    assert (result.origin, (result.paper, result.page)) == (origin, printed)
    assert result.issue_date == (date(2026, 11, 12) if printed[0] else None)
    assert day(result).startswith("2026-11-12")


def test_a_digital_newspaper_of_any_maker_says_its_paper_page_and_issue() -> None:
    above = (
        "<div>望海晚报</div><div>2026年11月12日 星期四</div><div>第A02版：要闻</div>"
        "<a href=/1>上一版</a><br><a href=/2>下一版</a><br><a href=/3>版面导航</a>"
    )
    result = read(page(above=above, bar=""), url="http://szb.example.cn/html/2026-11/12/c_1.htm")
    assert (result.paper, result.page, result.issue_date) == ("望海晚报", "第A02版:要闻", date(2026, 11, 12))
    assert result.evidence["page"] == "press"


def test_a_page_of_the_web_that_mentions_a_newspaper_s_page_is_not_one() -> None:
    result = read(page(above="<div>望海晚报 第A02版：要闻</div>"))
    assert (result.paper, result.page, result.issue_date) == ("", "", None)


# ------------------------------------------------------------------ column, address, people
@pytest.mark.parametrize(
    ("above", "head", "expected"),
    [
        ("<div><a href=/>望海网</a>&gt;&gt;<a href=/x>文化</a>&gt;&gt;正文</div>", "", "文化"),
        ("<div><a href=/>首页</a> → <a href=/x>理论新闻</a></div>", "", "理论新闻"),
        ("<div>当前位置：</div><ul><li><a href=/>首页</a></li><li>&gt;<a href=/x>要闻</a></li></ul>", "", "要闻"),
        ('<ul class="crumbs"><li><a href=/>首页</a></li><li><a href=/x>要闻</a></li></ul>', "", "要闻"),
        ("<div>当前位置：首页 &gt; 要闻</div>", '<meta name="ColumnName" content="政务动态">', "政务动态"),
        ("", '<meta name="lanmu" content="公报">', "公报"),
        (f"<div>首页 &gt; 要闻 &gt; {TITLE}</div>", "", "要闻"),
        ("<div>首页</div>", "", ""),
    ],
)
def test_the_column_is_the_official_one_else_the_breadcrumb_s_last_step(above: str, head: str, expected: str) -> None:
    assert read(page(above=above, head=head)).category == expected


def test_the_canonical_link_goes_before_the_address_of_the_same_host_in_a_tag() -> None:
    og = '<meta property="og:url" content="http://www.example.cn/b.html">'
    assert read(page(head=og)).canonical_url == "http://www.example.cn/b.html"
    linked = read(page(head=og + '<link rel="canonical" href="/c.html">'))
    assert (linked.canonical_url, linked.evidence["canonical_url"]) == (
        "http://www.example.cn/c.html",
        "link:canonical",
    )
    assert read(page(head='<meta property="og:url" content="http://other.example/b.html">')).canonical_url == ""
    assert read(page(head='<meta property="og:url" content="">')).canonical_url == ""


@pytest.mark.parametrize(
    ("extra", "expected"),
    [
        (("□本报记者 王　沛",), [("王沛", Role.REPORTER)]),
        (("（作者：王燕望海大学教授）",), [("王燕", Role.AUTHOR)]),
        (("（作者系望海大学教授）",), []),
        (("撰文：欧阳海 阿布都热西提·买买提",), [("欧阳海", Role.AUTHOR), ("阿布都热西提·买买提", Role.AUTHOR)]),
        (("区委宣传部 供稿",), []),
        (("（通讯员 刘会 李琴雯）",), [("刘会", Role.CORRESPONDENT), ("李琴雯", Role.CORRESPONDENT)]),
        (("编辑：王燕",), []),
    ],
)
def test_a_sign_off_is_the_byline_if_it_names_people(extra: tuple[str, ...], expected: list[tuple[str, Role]]) -> None:
    result = read(page(*extra, bar="<div>2026-11-12</div>"))
    assert [(person.name, person.role) for person in result.byline] == expected


@pytest.mark.parametrize(
    ("bar", "expected"),
    [
        ("<div>记者：王燕 通讯员：林小溪、周小满</div>", ["王燕记者", "林小溪通讯员", "周小满通讯员"]),
        ("<div>望海新闻记者 王燕</div>", ["王燕记者"]),
        ("<div>王燕/望海青年报</div>", ["王燕作者"]),
        ("<div>作者：<a>王燕</a> <a>林小溪</a></div>", ["王燕作者", "林小溪作者"]),
        ("<div>记者：您好，请介绍一下情况</div>", []),
    ],
)
def test_roles_are_those_of_the_labels(bar: str, expected: list[str]) -> None:
    result = read(page(bar=f"{bar}<div>2026-11-12 08:05</div>"))
    assert [person.name + person.role.value for person in result.byline] == expected


# ------------------------------------------------------------------ evidence
def test_the_text_of_a_header_is_enough_without_classes_and_tags() -> None:
    html = page(
        bar='<div class="info"><span class="time">2026-11-12 08:05</span><span class="source">海右参考</span></div>',
        head='<meta name="PubDate" content="2026-11-12 08:05"><meta name="ContentSource" content="海右参考">',
    )
    plain = re.sub(r'<meta name="[^>]*>| class="[^"]*"', "", html)
    named, unnamed = read(html), read(plain)
    assert (named.credit, named.published_at) == (unnamed.credit, unnamed.published_at)
    assert unnamed.credit == "海右参考"


def test_every_value_has_its_evidence_in_words_that_are_documented() -> None:
    words = set(re.findall(r"`([a-z0-9-]+)(?=[:`+])", DOCS.read_text(encoding="utf-8").partition("Evidence")[2]))
    result = read(
        page(
            "（记者 王燕）",
            "《望海日报》（2026年11月12日 第10版）",
            "责任编辑：李强",
            "<img src=/p/1.jpg alt=会议现场><a href=/f/1.pdf>防火方案.pdf</a>",
            head='<link rel="canonical" href="/c.html">',
            above='<h3>压实责任，守护望海青山</h3><div class="position">当前位置：首页 &gt; 要闻</div>',
            bar="<h2>——全区排查隐患三十六处</h2>" + BAR + "<div>最后更新：2026-11-12 09:30</div>",
        ).replace("<h3>", "<div></div><h3>")
    )
    told = {name for name in result.evidence if getattr(result, name)}
    assert told == set(result.evidence)
    assert {"byline", "editors", "origin", "paper", "page", "issue_date", "modified_at", "subtitle"} <= told
    assert {"images", "attachments", "canonical_url", "language", "category", "credit", "published_at"} <= told
    places = {part.partition(":")[0] for value in result.evidence.values() for part in value.split("+")}
    assert places <= words | {f"h{level}" for level in range(1, 7)}
