"""The transport: validators, compression, connections, counters."""

import re
import signal
import socket
import subprocess
import sys
import threading
import time
from email.utils import parsedate_to_datetime
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from demo.district import KEYS, District
from demo.server import DemoServer
from tests.demo.conftest import TODAY
from tests.demo.visitor import Visitor

ROOT = Path(__file__).parents[2]
#: What a crawl may cost the demo and its client together, in seconds of CPU a page: 200 pages a second on one core.
CPU_S = 1 / 200
ETAGS, DATES = {"els", "trs", "media", "epaper"}, {"trs", "media", "gbk", "epaper"}


def has_ended(connection: socket.socket) -> bool:
    """Whether the other side closed it, politely or not; waits for that until the socket's timeout."""
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:
        return True


def first(server: DemoServer, site: str) -> str:
    return server.district.url(server.district.articles(site)[0])


@pytest.mark.parametrize("site", KEYS)
def test_an_unchanged_article_is_a_304_to_whoever_brings_its_validators(
    shared: DemoServer, visitor: Visitor, site: str
) -> None:
    reply = visitor.get(first(shared, site))
    assert (reply.headers["ETag"] is not None) == (site in ETAGS)
    assert (reply.headers["Last-Modified"] is not None) == (site in DATES)
    for sent, received in (("If-None-Match", "ETag"), ("If-Modified-Since", "Last-Modified")):
        value = reply.headers[received]
        again = visitor.get(reply.url, {sent: value or '"nothing"'})
        assert again.status == (304 if value else 200)
        if value:
            assert again.body == b""
            assert again.headers[received] == value


@pytest.mark.parametrize("site", ["trs", "media", "gbk", "epaper"])
def test_unchanged_listings_are_304s(shared: DemoServer, visitor: Visitor, site: str) -> None:
    for listing in shared.district.listings(site):
        reply = visitor.get(listing.url)
        assert visitor.get(listing.url, {"If-Modified-Since": reply.headers["Last-Modified"]}).status == 304


def test_an_edit_ends_the_304s_of_its_page_alone(server: DemoServer, visitor: Visitor) -> None:
    pages = [visitor.get(server.district.url(a)) for a in server.district.articles("trs")[:6]]
    deed = server.edit("trs", pages[2].url)
    answers = {p.url: visitor.get(p.url, {"If-None-Match": p.headers["ETag"]}).status for p in pages}
    assert answers == {p.url: 200 if p.url == deed.url else 304 for p in pages}


def test_if_none_match_wins_over_if_modified_since(shared: DemoServer, visitor: Visitor) -> None:
    reply = visitor.get(first(shared, "media"))
    since = reply.headers["Last-Modified"]
    assert visitor.get(reply.url, {"If-None-Match": '"other"', "If-Modified-Since": since}).status == 200
    assert visitor.get(reply.url, {"If-None-Match": f'"other", W/{reply.headers["ETag"]}'}).status == 304
    assert visitor.get(reply.url, {"If-None-Match": "*"}).status == 304


def test_a_later_date_is_a_304_an_earlier_or_a_broken_one_is_not(shared: DemoServer, visitor: Visitor) -> None:
    reply = visitor.get(first(shared, "gbk"))
    for since, status in (
        ("Fri, 01 Jan 2038 00:00:00 GMT", 304),
        ("Fri, 01 Jan 2021 00:00:00 GMT", 200),
        ("yesterday", 200),
    ):
        assert visitor.get(reply.url, {"If-Modified-Since": since}).status == status


def test_last_modified_is_the_articles_time_and_not_later_than_the_servers(
    shared: DemoServer, visitor: Visitor
) -> None:
    article = shared.district.articles("gbk")[0]
    reply = visitor.get(shared.district.url(article))
    assert parsedate_to_datetime(reply.headers["Last-Modified"]) == article.modified_at
    assert abs(parsedate_to_datetime(reply.headers["Date"]).timestamp() - time.time()) < 60


@pytest.mark.parametrize("site", KEYS)
def test_answers_are_compressed_for_those_who_ask(shared: DemoServer, visitor: Visitor, site: str) -> None:
    plain = visitor.get(first(shared, site))
    packed = visitor.get(plain.url, {"Accept-Encoding": "br, gzip;q=0.5"})
    refused = visitor.get(plain.url, {"Accept-Encoding": "gzip;q=0"})
    assert plain.headers["Content-Encoding"] is refused.headers["Content-Encoding"] is None
    assert packed.headers["Content-Encoding"] == "gzip"
    assert int(packed.headers["Content-Length"]) < int(plain.headers["Content-Length"])
    assert plain.headers["Vary"] == packed.headers["Vary"] == "Accept-Encoding"
    if site != "repub":
        assert packed.body == plain.body == refused.body


def test_the_tag_of_a_compressed_answer_is_weak_and_still_good(shared: DemoServer, visitor: Visitor) -> None:
    url, wish = first(shared, "media"), {"Accept-Encoding": "gzip"}
    tag = visitor.get(url, wish).headers["ETag"]
    assert tag.startswith('W/"')
    assert visitor.get(url, {**wish, "If-None-Match": tag}).status == 304


def test_head_answers_without_a_body(shared: DemoServer, visitor: Visitor) -> None:
    url = first(shared, "trs")
    head, whole = visitor.ask("HEAD", url), visitor.get(url)
    assert (head.status, head.body) == (200, b"")
    assert head.headers["Content-Length"] == str(len(whole.body))


def test_other_methods_are_refused(shared: DemoServer, visitor: Visitor) -> None:
    refused = visitor.ask("POST", first(shared, "trs"), None, b"{}")
    assert (refused.status, refused.headers["Allow"]) == (405, "GET, HEAD")
    refused = visitor.get(f"{shared.addresses['els']}/els-service/article/1/15")
    assert (refused.status, refused.headers["Allow"]) == (405, "POST")


def test_a_folder_without_its_slash_leads_to_the_one_with(shared: DemoServer, visitor: Visitor) -> None:
    reply = visitor.get(f"{shared.addresses['trs']}/zwyw")
    assert (reply.status, reply.headers["Location"]) == (301, "/zwyw/")
    assert visitor.get(f"{shared.addresses['trs']}/zwyw/").status == 200


def test_what_is_no_request_is_a_400_and_the_server_lives_on(shared: DemoServer, visitor: Visitor) -> None:
    address = urlsplit(shared.addresses["els"])
    for junk in (b"hello\r\n\r\n", b"POST / HTTP/1.1\r\nContent-Length: many\r\n\r\n", b"A" * 70_000 + b"\r\n\r\n"):
        with socket.create_connection((address.hostname, address.port), timeout=20) as raw:
            raw.sendall(junk)
            assert raw.recv(4096).startswith(b"HTTP/1.1 400 ")
    assert visitor.get(first(shared, "els")).status == 200


def test_one_connection_serves_many_requests_and_closes_when_asked(shared: DemoServer) -> None:
    address = urlsplit(shared.addresses["media"])
    assert address.hostname == "127.0.0.1"
    connection = HTTPConnection(address.netloc, timeout=20)
    connection.request("GET", "/")
    connection.getresponse().read()
    kept = connection.sock
    connection.request("GET", "/yw/", headers={"Connection": "close"})
    connection.getresponse().read()
    assert kept is not None
    assert kept.fileno() == -1, "the client saw no end"
    connection.close()


def test_requests_are_counted_by_site_path_and_status(server: DemoServer, visitor: Visitor) -> None:
    url = first(server, "trs")
    tag = visitor.get(url).headers["ETag"]
    visitor.get(url, {"If-None-Match": tag, "User-Agent": "someone"})
    visitor.get(f"{server.addresses['repub']}/nothing?x=1")
    assert server.requests == 3
    assert server.traffic.by_site() == {"trs": 2, "repub": 1}
    assert server.traffic.by_path("trs") == {urlsplit(url).path: 2}
    assert server.traffic.by_path("repub") == {"/nothing?x=1": 1}
    assert server.traffic.by_status() == {200: 1, 304: 1, 404: 1}
    assert [hit.conditional for hit in server.traffic.hits] == [False, True, False]
    assert server.traffic.hits[1].user_agent == "someone"
    assert server.traffic.hits[1].sent_bytes == 0
    assert server.traffic.max_in_flight() == 1
    server.reset_counts()
    assert server.requests == 0
    assert server.traffic.max_in_flight() == 0


def test_requests_that_are_open_at_once_are_seen(visitor: Visitor) -> None:
    with DemoServer(District(today=TODAY), latency_s=0.3) as server:
        urls = [server.district.url(a) for a in server.district.articles("media")[:3]]
        urls.append(first(server, "gbk"))

        def fetch(url: str) -> None:
            with Visitor() as alone:
                assert alone.get(url).status == 200

        threads = [threading.Thread(target=fetch, args=(url,)) for url in urls]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert server.traffic.max_in_flight("media") == 3
        assert server.traffic.max_in_flight("gbk") == 1
        assert server.traffic.max_in_flight() == 4


def test_a_page_costs_little_enough_for_two_hundred_a_second(server: DemoServer, visitor: Visitor) -> None:
    urls = [server.district.url(article) for article in server.district.articles()]
    began = time.process_time()
    for url in urls:
        assert visitor.get(url, {"Accept-Encoding": "gzip"}).status == 200
    assert time.process_time() - began < len(urls) * CPU_S


def test_stopping_closes_ports_and_connections_and_starting_again_works(visitor: Visitor) -> None:
    server = DemoServer(District(today=TODAY))
    server.start()
    address = urlsplit(server.addresses["media"])
    visitor.get(f"{server.addresses['media']}/")
    with socket.create_connection((address.hostname, address.port), timeout=20) as silent:
        server.stop()
        assert has_ended(silent), "a connection outlived the server"
    with pytest.raises(ConnectionError):
        visitor.get(f"http://{address.netloc}/")
    with pytest.raises(ConnectionError):
        socket.create_connection((address.hostname, address.port), timeout=5)
    assert server.addresses == {}
    server.stop()
    addresses = server.start()
    assert server.start() == addresses
    assert visitor.get(f"{addresses['media']}/").status == 200
    server.stop()


def test_every_absolute_link_names_the_port_that_answers(shared: DemoServer, visitor: Visitor) -> None:
    own = shared.addresses["media"]
    for path in ("/rss.xml", "/atom.xml", "/sitemap.xml"):
        bases = set(re.findall(r"http://[\w.:-]+", visitor.get(own + path).text()))
        assert bases - {"http://www.w3.org", "http://www.sitemaps.org"} == {own}


def test_a_taken_port_is_an_error_and_leaves_nothing_open(shared: DemoServer) -> None:
    taken = urlsplit(shared.addresses["els"]).port
    assert taken is not None
    server = DemoServer(District(today=TODAY), port=taken)
    with pytest.raises(OSError, match=str(taken)):
        server.start()
    assert server.addresses == {}
    server.stop()


@pytest.mark.parametrize("port", [-1, 65_531, 70_000])
def test_a_port_without_room_for_six_sites_is_refused(port: int) -> None:
    with pytest.raises(ValueError, match="6 sites need a port"):
        DemoServer(District(today=TODAY), port=port)


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGINT")
def test_the_module_serves_until_it_is_interrupted(visitor: Visitor) -> None:
    command = [sys.executable, "-m", "demo", "--port", "0", "--today", "2026-11-20"]
    listening = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)  # a shell's background jobs are born deaf
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, preexec_fn=listening) as child:  # noqa: PLW1509
        assert child.stdout is not None
        lines = [child.stdout.readline() for _ in range(len(KEYS) + 1)]
        addresses = [found[0] for line in lines if (found := re.search(r"http://127\.0\.0\.1:\d+", line))]
        assert len(addresses) == len(set(addresses)) == len(KEYS)
        assert all(visitor.get(f"{address}/").status == 200 for address in addresses)
        child.send_signal(signal.SIGINT)
        assert child.wait(20) == 0


def test_the_module_says_when_its_port_is_taken(shared: DemoServer) -> None:
    taken = str(urlsplit(shared.addresses["els"]).port)
    done = subprocess.run(
        [sys.executable, "-m", "demo", "--port", taken],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert f"cannot listen on port {taken}" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_module_names_a_wrong_argument() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "demo", "--port", "65533"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert "65533" in done.stderr
