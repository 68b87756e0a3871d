"""Every way in which a site lists its articles leads to all of them, and to nothing else but what is named here."""

import gzip
from collections.abc import Iterator

import pytest

from demo.model import Listing
from demo.server import DemoServer
from demo.site_els import COLUMNS, DQ, PAGE_SIZE, UNITS
from demo.site_epaper import issue_days
from tests.demo.conftest import TODAY
from tests.demo.visitor import Reply, Visitor, same_address

SITEMAPS = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
ATOM = "{http://www.w3.org/2005/Atom}"
FEED_ITEMS = 30


def published(server: DemoServer, site: str) -> set[str]:
    return {same_address(server.district.url(article)) for article in server.district.articles(site)}


def listings(server: DemoServer, site: str, kind: str) -> list[Listing]:
    found = [listing for listing in server.district.listings(site) if listing.kind == kind]
    assert found, f"{site} has no listing of kind {kind}"
    return found


def walk(visitor: Visitor, url: str) -> Iterator[Reply]:
    """The pages of a list, by 下一页."""
    seen: set[str] = set()
    while url:
        assert url not in seen, f"{url} leads back to itself"
        seen.add(url)
        page = visitor.get(url)
        assert page.status == 200, url
        yield page
        url = page.next_page()


def locations(visitor: Visitor, url: str) -> Iterator[str]:
    """The page URLs of a sitemap, through its index and through gzip."""
    reply = visitor.get(url)
    assert reply.status == 200
    body = gzip.decompress(reply.body) if url.endswith(".gz") else reply.body
    tree = Reply(reply.url, 200, reply.headers, body).xml()
    for place in tree.iter(f"{SITEMAPS}loc"):
        assert place.text is not None
        if tree.tag == f"{SITEMAPS}sitemapindex":
            yield from locations(visitor, place.text)
        else:
            yield place.text


def rows(
    visitor: Visitor, server: DemoServer, body: dict[str, object], size: int = PAGE_SIZE
) -> list[dict[str, object]]:
    """All rows of the list API, page after page until there is none."""
    found: list[dict[str, object]] = []
    for page in range(1, 100):
        answer = visitor.post(f"{server.addresses['els']}/els-service/article/{page}/{size}", body).json()
        data = answer["data"]
        assert answer["success"] is True
        assert isinstance(data, dict)
        if not data["contents"]:
            assert page == data["totalPages"] + 1
            return found
        assert len(data["contents"]) <= size
        found += data["contents"]
    pytest.fail("the API's pages do not end")


def test_there_are_about_three_hundred_articles_thirty_to_seventy_a_site(shared: DemoServer) -> None:
    volumes = {key: len(shared.district.articles(key)) for key in shared.addresses}
    assert len(volumes) == 6
    assert 280 <= sum(volumes.values()) <= 340
    assert all(30 <= volume <= 70 for volume in volumes.values()), volumes


@pytest.mark.parametrize("site", ["trs", "media", "gbk", "repub"])
def test_the_columns_lists_lead_to_every_article(shared: DemoServer, visitor: Visitor, site: str) -> None:
    starts = listings(shared, site, "index")
    pages = [page for start in starts for page in walk(visitor, start.url)]
    assert len(pages) > len(starts), "no list goes on behind its first page"
    found = {same_address(url) for page in pages for url, _ in page.links()}
    assert published(shared, site) <= found


@pytest.mark.parametrize("site", ["trs", "media"])
def test_the_sitemap_names_every_article_and_nothing_else(shared: DemoServer, visitor: Visitor, site: str) -> None:
    (start,) = listings(shared, site, "sitemap")
    found = list(locations(visitor, start.url))
    assert len(found) == len(set(found))
    assert set(found) == published(shared, site)


def test_the_trs_sitemap_is_an_index_of_gzip_files(shared: DemoServer, visitor: Visitor) -> None:
    index = visitor.get(f"{shared.addresses['trs']}/sitemap.xml").xml()
    parts = [place.text or "" for place in index.iter(f"{SITEMAPS}loc")]
    assert len(parts) == 4
    for part in parts:
        answer = visitor.get(part, {"Accept-Encoding": "gzip"})
        assert answer.headers["Content-Encoding"] is None, "the file itself is gzip, not the transfer"
        assert answer.body[:2] == b"\x1f\x8b"


@pytest.mark.parametrize("site", ["media", "repub"])
def test_rss_holds_the_thirty_newest(shared: DemoServer, visitor: Visitor, site: str) -> None:
    feed = visitor.get(listings(shared, site, "feed")[0].url).xml()
    found = [link.text or "" for link in feed.iterfind("channel/item/link")]
    newest = [shared.district.url(a) for a in shared.district.articles(site)[:FEED_ITEMS]]
    assert [url.removesuffix("?utm_source=rss") for url in found] == newest
    assert len(found) < len(shared.district.articles(site))


def test_rss_of_the_media_site_adds_its_tracking_to_links(shared: DemoServer, visitor: Visitor) -> None:
    feed = visitor.get(f"{shared.addresses['media']}/rss.xml").xml()
    for link in feed.iterfind("channel/item/link"):
        assert link.text is not None
        assert link.text.endswith("?utm_source=rss")
        assert visitor.get(link.text).status == 200


def test_atom_holds_the_thirty_newest(shared: DemoServer, visitor: Visitor) -> None:
    feed = visitor.get(f"{shared.addresses['media']}/atom.xml").xml()
    found = [link.get("href") for link in feed.iterfind(f"{ATOM}entry/{ATOM}link")]
    assert found == [shared.district.url(a) for a in shared.district.articles("media")[:FEED_ITEMS]]


@pytest.mark.parametrize("site", ["els", "gbk", "epaper"])
def test_sites_without_feed_or_sitemap_have_none(shared: DemoServer, visitor: Visitor, site: str) -> None:
    for path in ("/rss.xml", "/feed", "/atom.xml", "/sitemap.xml"):
        assert visitor.get(shared.addresses[site] + path).status == 404


def test_the_list_api_leads_to_every_article(shared: DemoServer, visitor: Visitor) -> None:
    found = rows(visitor, shared, {"dq": DQ, "catas": [column.id for column in COLUMNS]})
    own = {f"{shared.addresses['els']}/{DQ}/{row['dwid']}/{row['xxid']}.html" for row in found if not row["url"]}
    assert own == published(shared, "els")
    assert len(found) == len({row["xxid"] for row in found})


def test_one_row_of_the_api_leads_to_another_site(shared: DemoServer, visitor: Visitor) -> None:
    (foreign,) = [row["url"] for row in rows(visitor, shared, {"dq": DQ}) if row["url"]]
    assert isinstance(foreign, str)
    assert foreign.startswith(shared.addresses["trs"])
    assert visitor.get(foreign).status == 200


@pytest.mark.parametrize("size", [1, 7, 15, 50])
def test_the_api_gives_the_same_rows_whatever_the_size_of_its_pages(
    shared: DemoServer, visitor: Visitor, size: int
) -> None:
    whole = [row["xxid"] for row in rows(visitor, shared, {"dq": DQ}, size=100)]
    assert [row["xxid"] for row in rows(visitor, shared, {"dq": DQ}, size=size)] == whole


def test_a_catalogue_brings_its_own_rows_and_the_pinned_notice(shared: DemoServer, visitor: Visitor) -> None:
    column = COLUMNS[1]
    body = {"dw": [], "catas": [column.id], "type": [1], "fwzt": "3", "order": "fwdate"}
    found = {str(row["xxid"]) for row in rows(visitor, shared, body)}
    articles = shared.district.articles("els")
    own = {str(a.number) for a in articles if a.column == column.slug}
    assert own < found
    assert len(found - own) == 1


def test_a_unit_brings_only_its_rows(shared: DemoServer, visitor: Visitor) -> None:
    unit = UNITS["jzfc"]
    found = rows(visitor, shared, {"dw": [unit], "catas": [], "order": "fwdate"})
    assert {row["dwid"] for row in found} == {unit}
    assert len(found) == len([a for a in shared.district.articles("els") if a.column == "jzfc"])


def test_order_up_begins_with_the_pinned_notice(shared: DemoServer, visitor: Visitor) -> None:
    first = rows(visitor, shared, {"dq": DQ, "order": "up"})[0]
    oldest = [a for a in shared.district.articles("els") if a.column == "tzgg"][-1]
    assert first["xxid"] == str(oldest.number)


def test_the_api_states_times_as_text_and_now_and_then_as_milliseconds(shared: DemoServer, visitor: Visitor) -> None:
    times = [row["fwdate"] for row in rows(visitor, shared, {"dq": DQ})]
    assert {type(time) for time in times} == {str, int}
    assert len([time for time in times if isinstance(time, int)]) < len(times) / 3


def test_the_search_api_carries_the_text(shared: DemoServer, visitor: Visitor) -> None:
    data = visitor.post(f"{shared.addresses['els']}/els-service/search/1/3", {"dq": DQ}).json()["data"]
    assert isinstance(data, dict)
    newest = shared.district.articles("els")[0]
    assert data["contents"][0]["txtmemo"] == newest.story.text


def test_a_catalogue_tells_its_name(shared: DemoServer, visitor: Visitor) -> None:
    url = f"{shared.addresses['els']}/sys-service/webdwcata/dwcataByShow/{COLUMNS[0].id}"
    assert visitor.post(url, {}).json()["data"] == {"id": COLUMNS[0].id, "name": COLUMNS[0].name}


@pytest.mark.parametrize("body", [b"{", b"[]", b'"text"'])
def test_the_api_refuses_what_is_no_object(shared: DemoServer, visitor: Visitor, body: bytes) -> None:
    answer = visitor.ask("POST", f"{shared.addresses['els']}/els-service/article/1/15", None, body)
    assert answer.status == 400
    assert answer.json()["success"] is False


def test_another_region_has_no_rows(shared: DemoServer, visitor: Visitor) -> None:
    assert rows(visitor, shared, {"dq": "0000"}) == []


def test_the_portals_lists_are_empty_shells(shared: DemoServer, visitor: Visitor) -> None:
    for column in COLUMNS:
        page = visitor.get(f"{shared.addresses['els']}/{column.slug}/?catas={column.id}")
        assert page.status == 200
        assert not {url for url, _ in page.links()} & published(shared, "els")
        assert "/els-service/article/" in page.text()


def test_the_newspapers_pages_lead_to_every_article(shared: DemoServer, visitor: Visitor) -> None:
    found: set[str] = set()
    for front in listings(shared, "epaper", "epaper"):
        page = visitor.get(front.url)
        layouts = dict.fromkeys(url for url, _ in page.links() if "node_A" in url and front.url[:-8] in url)
        for layout in layouts:
            found |= {url for url, _ in visitor.get(layout).links() if "/c/content_" in url}
    assert found == published(shared, "epaper")


def test_the_issues_lead_from_one_to_the_one_before(shared: DemoServer, visitor: Visitor) -> None:
    fronts = [front.url for front in listings(shared, "epaper", "epaper")]
    url, walked = fronts[0], []
    while url:
        walked.append(url)
        url = next((link for link, text in visitor.get(url).links() if text == "上一期"), "")
    assert walked == fronts


def test_a_day_without_an_issue_is_a_plain_404(shared: DemoServer, visitor: Visitor) -> None:
    days = issue_days(TODAY)
    assert len(days) == 6
    assert (days[0] - days[-1]).days > 5, "no gap to find"
    sunday = f"{shared.addresses['epaper']}/lhwb/pc/layout/202611/15/node_A1.html"
    assert visitor.get(sunday).status == 404
    assert visitor.get(sunday.replace("/15/", "/99/")).status == 404
    assert visitor.get(sunday.replace("/15/", "/16/")).status == 200
    assert visitor.get(sunday.replace("/15/", "/16/").replace("A1", "A9")).status == 404


@pytest.mark.parametrize("site", ["trs", "media", "gbk", "epaper", "repub"])
def test_whoever_follows_every_link_from_the_home_page_finds_every_article(
    shared: DemoServer, visitor: Visitor, site: str
) -> None:
    base = shared.addresses[site]
    waiting, seen = [f"{base}/"], {f"{base}/"}
    statuses: dict[int, list[str]] = {}
    while waiting:
        reply = visitor.get(waiting.pop())
        statuses.setdefault(reply.status, []).append(reply.url)
        if not reply.headers["Content-Type"].startswith("text/html"):
            continue
        for url, _ in reply.links():
            if url.startswith(base) and "/print/" not in url and url not in seen:
                seen.add(url)
                waiting.append(url)
    assert published(shared, site) <= {same_address(url) for url in seen}
    assert set(statuses) == {200}, {status: urls[:3] for status, urls in statuses.items() if status != 200}
