"""What is published, edited or withdrawn shows in every list, feed and sitemap, and nowhere else."""

import gzip
import html
from datetime import datetime
from email.utils import parsedate_to_datetime

import pytest

from demo.district import KEYS
from demo.model import EditKind, Likeness
from demo.server import DemoServer
from demo.site_els import DQ
from tests.demo.test_stories import told
from tests.demo.visitor import Visitor, same_address


def listed(server: DemoServer, visitor: Visitor, site: str) -> str:
    """The first page of everything that lists the newest of a site, as one text."""
    pages = []
    for listing in server.district.listings(site):
        if listing.kind == "els":
            pages.append(visitor.post(listing.url, {"dq": DQ}).text())
        elif listing.kind == "sitemap":
            pages.append(sitemap(visitor, listing.url))
        else:
            reply = visitor.get(listing.url)
            pages.append(reply.text("gb18030" if site == "gbk" else "utf-8"))
            pages += [same_address(url) for url, _ in reply.links()]
    return html.unescape("\n".join(pages))


def sitemap(visitor: Visitor, url: str) -> str:
    index = visitor.get(url)
    parts = [place.text or "" for place in index.xml().iter() if (place.text or "").endswith(".gz")]
    return "\n".join([index.text(), *(gzip.decompress(visitor.get(part).body).decode() for part in parts)])


def lastmod(visitor: Visitor, sitemap_url: str, url: str) -> datetime:
    text = sitemap(visitor, sitemap_url)
    after = text[text.index(f"<loc>{url}</loc>") :]
    return datetime.fromisoformat(after.partition("<lastmod>")[2].partition("</lastmod>")[0])


@pytest.mark.parametrize("site", KEYS)
def test_a_published_article_is_listed_first_and_answers(server: DemoServer, visitor: Visitor, site: str) -> None:
    before = server.district.articles(site)
    deed = server.publish(site)
    assert (deed.action, deed.site) == ("published", site)
    assert deed.url not in {server.district.url(a) for a in before}
    assert server.district.articles(site)[0].story.title == deed.title
    reply = visitor.get(deed.url)
    assert reply.status == 200
    assert deed.title in html.unescape(reply.text("gb18030" if site == "gbk" else "utf-8"))
    if site != "epaper":  # the newspaper lists by page, and the article may be on any of the four
        assert deed.title in listed(server, visitor, site)


def test_a_late_article_of_the_newspaper_stands_on_a_page_of_todays_issue(server: DemoServer, visitor: Visitor) -> None:
    deed = server.publish("epaper")
    page = server.district.find(deed.url).column
    front = server.district.listings("epaper")[0].url
    layout = visitor.get(front.replace("node_A1", f"node_{page}"))
    assert deed.url in {url for url, _ in layout.links()}


@pytest.mark.parametrize("site", KEYS)
@pytest.mark.parametrize("kind", EditKind)
def test_an_edited_article_says_something_else_at_the_same_address(
    server: DemoServer, visitor: Visitor, site: str, kind: EditKind
) -> None:
    before = {server.district.url(a): a for a in server.district.articles(site)}
    deed = server.edit(site, kind=kind)
    old, new = before[deed.url], server.district.find(deed.url)
    assert told(old) != told(new)
    assert (new.number, new.published_at) == (old.number, old.published_at)
    assert new.modified_at > old.modified_at
    assert (old.story.title != new.story.title) == (kind is EditKind.TITLE)
    assert visitor.get(deed.url).status == 200
    unchanged = [a for a in server.district.articles(site) if a.number != new.number]
    assert unchanged == [a for a in before.values() if a.number != new.number]


@pytest.mark.parametrize("site", ["els", "trs", "media", "gbk", "repub"])
def test_a_new_headline_shows_in_the_lists(server: DemoServer, visitor: Visitor, site: str) -> None:
    assert "（更新1）" not in listed(server, visitor, site)
    deed = server.edit(site, server.district.url(server.district.articles(site)[0]), EditKind.TITLE)
    assert deed.title in listed(server, visitor, site)


@pytest.mark.parametrize("site", ["trs", "media"])
def test_an_edit_moves_the_sitemaps_lastmod(server: DemoServer, visitor: Visitor, site: str) -> None:
    address = f"{server.addresses[site]}/sitemap.xml"
    deed = server.edit(site)
    (other, *_) = [server.district.url(a) for a in server.district.articles(site) if a.modified_at == a.published_at]
    edited = server.district.find(deed.url)
    assert lastmod(visitor, address, deed.url) == edited.modified_at
    assert lastmod(visitor, address, other) < edited.modified_at


def test_an_edit_moves_the_updated_time_of_its_atom_entry(server: DemoServer, visitor: Visitor) -> None:
    article = server.district.articles("media")[3]
    server.edit("media", server.district.url(article))
    edited = server.district.find(server.district.url(article))
    feed = visitor.get(f"{server.addresses['media']}/atom.xml").text()
    assert f"<updated>{edited.modified_at.isoformat()}</updated>" in feed


@pytest.mark.parametrize("site", KEYS)
def test_a_deleted_article_is_gone_from_every_list_and_answers_404(
    server: DemoServer, visitor: Visitor, site: str
) -> None:
    deed = server.delete(site)
    assert deed.action == "deleted"
    assert visitor.get(deed.url).status == 404
    rows = listed(server, visitor, site)
    assert same_address(deed.url).removeprefix(server.addresses[site]) not in rows.replace("utm_source=rss", "")
    assert deed.url not in {server.district.url(a) for a in server.district.articles(site)}


@pytest.mark.parametrize("site", ["trs", "media", "gbk"])
def test_a_deletion_makes_its_list_a_new_one(server: DemoServer, visitor: Visitor, site: str) -> None:
    article = server.district.articles(site)[0]
    url = next(x.url for x in server.district.listings(site) if f"/{article.column}/" in x.url)
    before = visitor.get(url)
    server.delete(site, server.district.url(article))
    again = visitor.get(url, {"If-Modified-Since": before.headers["Last-Modified"]})
    assert again.status == 200
    assert parsedate_to_datetime(again.headers["Last-Modified"]) > parsedate_to_datetime(
        before.headers["Last-Modified"]
    )


def test_an_address_is_never_used_twice(server: DemoServer) -> None:
    for site in KEYS:
        first = server.publish(site)
        server.delete(site, first.url)
        assert server.publish(site).url != first.url


def test_the_republisher_takes_the_story_it_is_told_to(server: DemoServer) -> None:
    original = server.publish("media")
    deed = server.publish("repub", copy_of=original.url)
    copy, source = server.district.find(deed.url), server.district.find(original.url)
    assert told(copy) == told(source)
    assert copy.copied_from is not None
    assert copy.copied_from.likeness is Likeness.EXACT
    assert original.url in deed.detail


def test_new_advertising_changes_every_page_and_no_story(server: DemoServer, visitor: Visitor) -> None:
    article = server.district.articles("media")[5]
    url = server.district.url(article)
    before = visitor.get(url)
    texts = [a.story for a in server.district.articles("media")]
    server.advertise("media")
    after = visitor.get(url, {"If-None-Match": before.headers["ETag"]})
    assert after.status == 200
    assert after.body != before.body
    assert after.headers["Last-Modified"] != before.headers["Last-Modified"]
    assert [a.story for a in server.district.articles("media")] == texts


def test_a_change_on_one_site_leaves_the_others_bytes_alone(server: DemoServer, visitor: Visitor) -> None:
    others = [server.district.url(server.district.articles(site)[0]) for site in ("els", "trs", "gbk", "epaper")]
    before = [visitor.get(url).body for url in others]
    server.publish("media")
    server.edit("media")
    server.delete("media")
    assert [visitor.get(url).body for url in others] == before


@pytest.mark.parametrize("site", ["els", "trs", "media", "gbk", "epaper"])
def test_publishing_leaves_the_bytes_of_older_articles_alone(server: DemoServer, visitor: Visitor, site: str) -> None:
    older = [server.district.url(a) for a in server.district.articles(site)]
    before = [visitor.get(url).body for url in older]
    server.publish(site)
    assert [visitor.get(url).body for url in older] == before


def test_what_cannot_be_done_is_said(server: DemoServer) -> None:
    media = server.district.url(server.district.articles("media")[0])
    with pytest.raises(ValueError, match="no site 'nope'; there are els, trs"):
        server.publish("nope")
    with pytest.raises(ValueError, match="is not on the site 'gbk'"):
        server.edit("gbk", media)
    with pytest.raises(ValueError, match="no article at"):
        server.delete("media", media + "x")
    with pytest.raises(ValueError, match="only the site 'repub'"):
        server.publish("gbk", copy_of=media)
