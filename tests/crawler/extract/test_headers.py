"""Headline, date, credit and column of made-up pages."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from crawler.extract.headline import strip_site
from storage.records import Extraction, Precision
from tests.crawler.extract.pages import BAR, TITLE, body, entry, page, read


def day(result: Extraction) -> str:
    assert result.published_at is not None
    form = "%Y-%m-%d %H:%M" if result.published_precision is Precision.MINUTE else "%Y-%m-%d"
    return result.published_at.astimezone(ZoneInfo("Asia/Shanghai")).strftime(form)


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        (f"{TITLE}_要闻_望海区人民政府", TITLE),
        (f"{TITLE}-望海网", TITLE),
        (f"{TITLE} - 望海新闻网", TITLE),
        (f"{TITLE}--望海频道", TITLE),
        ("望海区：一季度增长5-8个百分点", "望海区：一季度增长5-8个百分点"),
        (TITLE, TITLE),
    ],
)
def test_the_site_is_taken_off_a_title(title: str, expected: str) -> None:
    assert strip_site(title) == expected


def test_the_shown_headline_wins_over_a_tag_that_is_cut_at_a_quote() -> None:
    title = '奖金711万元！"望海科技奖"首位获奖者公布'
    shown = page(title=title.replace('"', "&quot;"), head='<meta property="og:title" content="奖金711万元！">')
    assert read(shown).title == title


def test_a_banner_in_h1_is_not_the_headline() -> None:
    html = page(above="<h1>望海网</h1>").replace(f"<h1>{TITLE}</h1>", f'<div class="bt">{TITLE}</div>')
    assert read(html).title == TITLE


def test_a_headline_in_bold_alone_is_found_by_the_title() -> None:
    html = page().replace(f"<h1>{TITLE}</h1>", f'<font size="5"><b>{TITLE}</b></font>')
    assert read(html).title == TITLE


def test_a_headline_above_its_bar_needs_no_title_and_no_heading() -> None:
    html = page().replace(f"<title>{TITLE}_望海网</title>", "<title>望海网</title>").replace("h1>", "div>")
    assert read(html).title == TITLE


def test_a_headline_set_in_two_lines_is_one() -> None:
    html = page(title="望海区部署 秋冬季防火").replace(
        "<h1>望海区部署 秋冬季防火</h1>", "<h1>望海区部署<br>秋冬季防火</h1>"
    )
    assert read(html).title == "望海区部署 秋冬季防火"


def test_a_tag_word_in_an_element_of_its_own_is_no_part_of_the_headline() -> None:
    assert read(page().replace("<h1>", "<h1><span>原创</span>")).title == TITLE


def test_a_cut_headline_is_completed_by_the_listing() -> None:
    html = page(title="望海区部署秋冬季森林防火…")
    assert read(html, entry=entry(title=TITLE)).title == TITLE


def test_a_page_without_a_headline_takes_the_listing_s_word() -> None:
    html = page().replace(f"<h1>{TITLE}</h1>", "").replace(f"<title>{TITLE}_望海网</title>", "")
    assert read(html, entry=entry(title=TITLE)).title == TITLE


@pytest.mark.parametrize(
    ("bar", "head", "expected"),
    [
        ("发布时间：2026-11-12 08:05", "", "2026-11-12 08:05"),
        ("发布日期：2026年11月12日", "", "2026-11-12"),
        ("2026-11-12", '<meta name="PubDate" content="2026-11-12 09:12">', "2026-11-12 09:12"),
        ("2026-11-12", '<meta name="PubDate" content="2026-10-01 09:12">', "2026-11-12"),
        ("2026-11-12", '<meta name="PubDate" content="2026-11-12 00:00">', "2026-11-12"),
        ("更新时间：2026-11-15 发布时间：2026-11-12 08:05", "", "2026-11-12 08:05"),
        ("", '<meta name="PubDate" content="2026-11-12 09:12">', "2026-11-12 09:12"),
        ("", '<meta property="article:published_time" content="2026-11-12T01:12:00Z">', "2026-11-12 09:12"),
        ("", "", "2026-11-10"),
        ("3小时前", "", "2026-11-10"),
    ],
)
def test_the_shown_date_comes_first_and_tags_add_what_it_lacks(bar: str, head: str, expected: str) -> None:
    url = "http://www.example.cn/yw/202611/t20261110_1.htm"
    assert day(read(page(bar=f"<div>{bar}</div>", head=head), url=url)) == expected


def test_the_listing_s_date_goes_before_the_url_s() -> None:
    claim = entry(published_at=datetime(2026, 11, 12, 0, 5, tzinfo=UTC), published_precision=Precision.MINUTE)
    result = read(page(bar=""), url="http://www.example.cn/yw/202611/t20261110_1.htm", entry=claim)
    assert day(result) == "2026-11-12 08:05"
    assert result.evidence["published_at"] == "entry"


def test_a_date_after_the_capture_is_not_the_publication_s() -> None:
    result = read(page(bar="<div>活动时间：2027-03-01</div>"), url="http://www.example.cn/yw/202611/t20261110_1.htm")
    assert day(result) == "2026-11-10"


def test_the_date_of_today_in_a_page_s_top_is_not_the_article_s() -> None:
    result = read(
        page(bar="", above="<div>今天是2026年11月21日 星期六</div>", head='<meta name="PubDate" content="2026-11-12">')
    )
    assert day(result) == "2026-11-12"


def test_a_relative_date_counts_from_the_capture() -> None:
    assert day(read(page(bar="<div>昨天 10:20</div>"))) == "2026-11-20 10:20"


@pytest.mark.parametrize(
    ("bar", "expected"),
    [
        ("2026-11-12 来源：望海日报", "望海日报"),
        ("2026-11-12　来源:望海日报　作者:王燕", "望海日报"),
        ("来源：望海日报 2026-11-12", "望海日报"),
        ("2026-11-12 来源：<a>望海网-生态频道</a> 北京 举报", "望海网-生态频道"),
        ("2026-11-12 信息来源：望海区应急管理局 浏览次数：12", "望海区应急管理局"),
        ("2026-11-12 转自:望海在线", "望海在线"),
        ("<span>2026-11-12 08:05</span><a>望海晚报</a>", "望海晚报"),
        ("2026-11-12 来源：", ""),
        ("2026-11-12", ""),
    ],
)
def test_the_credit_is_what_follows_its_label(bar: str, expected: str) -> None:
    assert read(page(bar=f"<div>{bar}</div>")).credit == expected


def test_a_tag_gives_the_credit_that_the_header_lacks() -> None:
    result = read(
        page(bar="<div>2026-11-12 来源：</div>", head='<meta name="ContentSource" content="望海区应急管理局">')
    )
    assert (result.credit, result.evidence["credit"]) == ("望海区应急管理局", "meta:ContentSource")


def test_the_source_of_a_picture_is_not_the_credit() -> None:
    assert read(page("图片来源：望海图库", bar="<div>2026-11-12</div>")).credit == ""


@pytest.mark.parametrize(
    ("crumb", "expected"),
    [
        ("当前位置：<a>首页</a> &gt; <a>要闻动态</a> &gt; 正文", "要闻动态"),
        ("<a>首页</a>&gt;&gt;<a>政务</a>&gt;&gt;<a>通知公告</a>", "通知公告"),
    ],
)
def test_the_column_is_the_last_step_of_the_breadcrumb(crumb: str, expected: str) -> None:
    assert read(page(above=f'<div class="position">{crumb}</div>')).category == expected


def test_every_field_says_where_it_came_from() -> None:
    evidence = read(page("（记者 王燕）", above='<div class="position">当前位置：首页 &gt; 要闻动态</div>')).evidence
    assert set(evidence) == {"title", "text", "published_at", "credit", "byline", "category", "language"}


def test_the_entry_s_text_is_read_where_the_page_has_none() -> None:
    html = f"<html><title>{TITLE}</title><body><h1>{TITLE}</h1>{BAR}<div id='mainText'></div></body></html>"
    result = read(html, entry=entry(content=body()))
    assert result.evidence["text"] == "entry"
    assert len(result.text.split("\n")) == 3
