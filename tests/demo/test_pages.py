"""The pages look like those of the families that they stand for, traps included."""

import html
import json
import re
import urllib.robotparser

import pytest

from demo.district import KEYS
from demo.model import Article, Form
from demo.server import DemoServer
from tests.demo.visitor import Reply, Visitor

GB2312 = re.compile(rb"charset=\"?gb2312")


def page_of(server: DemoServer, visitor: Visitor, article: Article) -> Reply:
    reply = visitor.get(server.district.url(article))
    assert reply.status == 200
    return reply


def text_of(reply: Reply) -> str:
    return html.unescape(reply.text("gb18030" if GB2312.search(reply.body) else "utf-8"))


def metas(text: str) -> dict[str, str]:
    return {name: html.unescape(value) for name, value in re.findall(r'<meta name="(\w+)" content="([^"]*)">', text)}


def comment_free(text: str) -> str:
    return re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)


@pytest.mark.parametrize("site", KEYS)
def test_every_article_page_shows_its_story_and_says_that_it_is_synthetic(
    shared: DemoServer, visitor: Visitor, site: str
) -> None:
    for article in shared.district.articles(site):
        text = text_of(page_of(shared, visitor, article))
        assert "Synthetic page" in text
        assert article.story.title in comment_free(text)
        if article.parts == 1 and not article.scripted:
            assert all(paragraph in text for paragraph in article.story.paragraphs), article.path
        assert article.story.kicker in comment_free(text)
        assert article.story.subtitle in comment_free(text)


@pytest.mark.parametrize("site", ["els", "trs"])
def test_government_pages_carry_the_official_tags(shared: DemoServer, visitor: Visitor, site: str) -> None:
    wrong_dates = 0
    for article in shared.district.articles(site):
        tags = metas(page_of(shared, visitor, article).text())
        assert tags["SiteName"] == shared.district.site(site).name
        assert tags["ArticleTitle"] == article.story.title
        assert tags["ContentSource"] == article.credit
        assert tags["ColumnName"] == shared.district.site(site).column(article.column).name
        wrong_dates += tags["PubDate"] != f"{article.published_at:%Y-%m-%d %H:%M}"
    assert (wrong_dates > 0) == (site == "trs"), "only the city's portal has wrong PubDate tags"


def test_some_articles_of_the_portal_have_their_text_only_in_a_script(shared: DemoServer, visitor: Visitor) -> None:
    scripted = [a for a in shared.district.articles("els") if a.scripted]
    assert 5 < len(scripted) < len(shared.district.articles("els")) / 2
    for article in scripted:
        page = page_of(shared, visitor, article).text()
        found = re.search(r'var memo = "(.*)";', page)
        assert found
        body = html.unescape(json.loads(f'"{found[1]}"'))
        told = [html.unescape(text) for text in re.findall(r"<p[^>]*>(.*?)</p>", body)]
        assert tuple(told) == article.story.paragraphs
        assert article.story.paragraphs[0] not in page.replace(found[0], "")


def test_the_portals_short_address_leads_to_the_long_one(shared: DemoServer, visitor: Visitor) -> None:
    article = shared.district.articles("els")[0]
    short = shared.addresses["els"] + article.path.removeprefix("/9901")
    reply = visitor.get(short)
    assert (reply.status, reply.headers["Location"]) == (301, article.path)


def test_the_gbk_site_declares_gb2312_and_is_no_gb2312(shared: DemoServer, visitor: Visitor) -> None:
    broken = outside_gbk = 0
    for article in shared.district.articles("gbk"):
        reply = page_of(shared, visitor, article)
        assert reply.headers["Content-Type"] == "text/html", "the header names no charset"
        assert GB2312.search(reply.body)
        reply.body.decode("gb18030")
        with pytest.raises(UnicodeDecodeError):
            reply.body.decode("utf-8")
        broken += _undecodable(reply.body, "gb2312")
        outside_gbk += _undecodable(reply.body, "gbk")
    assert broken > 20
    assert 0 < outside_gbk < broken


def _undecodable(body: bytes, charset: str) -> bool:
    try:
        body.decode(charset)
    except UnicodeDecodeError:
        return True
    return False


def test_the_media_sites_json_ld_and_og_tags_agree_with_the_article(shared: DemoServer, visitor: Visitor) -> None:
    for article in shared.district.articles("media")[:10]:
        page = page_of(shared, visitor, article).text()
        found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page)
        assert found
        facts = json.loads(found[1])
        assert facts["headline"] == article.story.title
        assert facts["datePublished"] == article.published_at.isoformat()
        assert [author["name"] for author in facts["author"]] == list(article.story.reporters)
        assert f'<meta property="og:title" content="{html.escape(article.story.title)}">' in page
        assert f'<link rel="canonical" href="{shared.district.url(article)}">' in page


def test_media_pages_carry_lists_of_other_stories(shared: DemoServer, visitor: Visitor) -> None:
    article = shared.district.articles("media")[0]
    own = shared.district.url(article)
    others = {shared.district.url(a) for a in shared.district.articles("media")} - {own}
    linked = {url for url, _ in page_of(shared, visitor, article).links()}
    assert len(linked & others) >= 8


def test_newspaper_articles_have_the_templates_marks(shared: DemoServer, visitor: Visitor) -> None:
    features = 0
    for article in shared.district.articles("epaper"):
        page = page_of(shared, visitor, article).text()
        story = article.story
        assert f'<p id="PreTitle">{html.escape(story.kicker)}</p>' in page
        assert f'<h2 id="Title">{html.escape(story.title)}</h2>' in page
        assert f'<p id="SubTitle">{html.escape(story.subtitle)}</p>' in page
        assert f'<span id="layout">第{article.column}版:' in page
        assert re.search(r"<!--enpproperty <articleid>\d+</articleid>.*/enpproperty-->", page)
        assert "<!--enpcontent-->" in page
        features += bool(story.kicker and story.subtitle)
    assert features >= 5


def test_names_of_two_characters_are_set_wide_in_the_newspaper(shared: DemoServer) -> None:
    blocks = [a.story.paragraphs[0] for a in shared.district.articles("epaper") if a.story.paragraphs[0][0] == "□"]
    assert len(blocks) > 10
    assert any("\u3000" in block for block in blocks)


def test_a_long_article_goes_on_on_a_second_page(shared: DemoServer, visitor: Visitor) -> None:
    long = [a for a in shared.district.articles("trs") if a.parts == 2]
    assert long
    for article in long:
        first = page_of(shared, visitor, article)
        second = visitor.get(first.next_page())
        assert second.status == 200
        assert "下一页" not in second.text()
        told = [
            text for reply in (first, second) for text in re.findall(r'<p align="justify">　　(.*?)</p>', reply.text())
        ]
        assert tuple(html.unescape(text) for text in told) == article.story.paragraphs


@pytest.mark.parametrize("site", ["els", "trs"])
def test_attachments_can_be_fetched(shared: DemoServer, visitor: Visitor, site: str) -> None:
    offering = [a for a in shared.district.articles(site) if a.attachment]
    assert offering
    for article in offering:
        (url,) = [url for url, text in page_of(shared, visitor, article).links() if text == article.attachment]
        reply = visitor.get(url)
        assert reply.headers["Content-Type"] == "application/pdf"
        assert reply.body.startswith(b"%PDF-")


def test_there_are_briefs_of_about_sixty_characters(shared: DemoServer) -> None:
    briefs = [a.story.text for a in shared.district.articles() if a.story.form is Form.BRIEF]
    assert len(briefs) >= 10
    assert all(40 <= len(text) <= 80 for text in briefs)


def test_a_visit_changes_the_republishers_page_and_nothing_else(shared: DemoServer, visitor: Visitor) -> None:
    article = shared.district.articles("repub")[0]
    once, twice = (page_of(shared, visitor, article) for _ in range(2))
    assert once.body != twice.body
    assert re.sub(rb"\d+\xe6\xac\xa1", b"", once.body) == re.sub(rb"\d+\xe6\xac\xa1", b"", twice.body)
    assert once.headers["ETag"] is None
    assert once.headers["Last-Modified"] is None


def test_the_republisher_knows_its_articles_by_either_order_of_parameters(shared: DemoServer, visitor: Visitor) -> None:
    article = shared.district.articles("repub")[0]
    turned = f"{shared.addresses['repub']}/newsshow.php?id={article.number}&cid={article.column}"
    assert article.story.title in text_of(visitor.get(turned))
    assert visitor.get(turned.replace("cid=", "cid=9")).status == 404


def test_the_soft_404_is_listed_and_answers_200(shared: DemoServer, visitor: Visitor) -> None:
    lists = visitor.get(f"{shared.addresses['gbk']}/xw/").links()
    assert shared.district.soft_404 in {url for url, _ in lists}
    reply = visitor.get(shared.district.soft_404)
    assert reply.status == 200
    assert "不存在或已被删除" in text_of(reply)


@pytest.mark.parametrize("site", KEYS)
def test_a_missing_page_is_a_real_404(shared: DemoServer, visitor: Visitor, site: str) -> None:
    for path in ("/nothing.html", "/print/1.html", "/../etc/passwd", "/%00", "/xw/index_99.htm", "/newsshow.php?id=²"):
        assert visitor.get(f"{shared.addresses[site]}{path}".replace("²", "%C2%B2")).status == 404


@pytest.mark.parametrize("site", KEYS)
def test_robots_forbid_the_print_copies_that_every_article_links_to(
    shared: DemoServer, visitor: Visitor, site: str
) -> None:
    rules = urllib.robotparser.RobotFileParser()
    rules.parse(visitor.get(f"{shared.addresses[site]}/robots.txt").text().splitlines())
    for article in shared.district.articles(site):
        assert rules.can_fetch("quxun", article.path)
    reply = page_of(shared, visitor, shared.district.articles(site)[0])
    (copy,) = [url for url, _ in reply.links() if "/print/" in url]
    assert not rules.can_fetch("quxun", copy)
    assert visitor.get(copy).status == 200
    assert (site == "media") == (rules.crawl_delay("quxun") is not None)


@pytest.mark.parametrize("site", ["trs", "media"])
def test_robots_name_the_sitemap(shared: DemoServer, visitor: Visitor, site: str) -> None:
    rules = urllib.robotparser.RobotFileParser()
    rules.parse(visitor.get(f"{shared.addresses[site]}/robots.txt").text().splitlines())
    assert rules.site_maps() == [f"{shared.addresses[site]}/sitemap.xml"]
