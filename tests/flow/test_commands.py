"""The commands that go out, as a user types them."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo import building
from demo.building import VOLUMES
from demo.server import DemoServer
from tests.flow.installation import PROFILE, district
from tests.flow.typed import quxun

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

#: Articles of a site: more than a proposal has samples.
EACH = 14


@pytest.fixture
def server() -> Iterator[DemoServer]:
    with DemoServer(district(EACH)) as running:
        yield running


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    profile = tmp_path / "district.toml"
    profile.write_text(PROFILE, encoding="utf-8")
    own = {
        "QUXUN_HOME": str(tmp_path / "home"),
        "QUXUN_DISTRICT": str(profile),
        "QUXUN_DELAY_S": "0",
        "QUXUN_PER_HOST": "4",
        "QUXUN_ALLOW_PRIVATE": "1",
    }
    kept = {name: value for name, value in os.environ.items() if not name.startswith("QUXUN_")}
    return {**kept, **own}


def test_the_demo_shows_one_new_article_one_revision_and_one_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fewer = {key: {column: min(3, often) for column, often in volumes.items()} for key, volumes in VOLUMES.items()}
    monkeypatch.setattr(building, "VOLUMES", fewer)
    said = quxun({**os.environ, "QUXUN_HOME": str(tmp_path)}, "demo").out
    assert "0 new, 0 revised with" in said
    assert "1 new, 1 revised, 1 gone with" in said
    assert "{+" in said
    assert "quxun crawl" in said
    assert "404 since" in said


def test_a_site_is_added_by_its_address_and_crawled(environment: dict[str, str], server: DemoServer) -> None:
    home = f"{server.addresses['gbk']}/"
    [proposal] = quxun(environment, "sources", "add", home, "--json").lines
    assert proposal["kind"] == "index"
    samples = proposal["samples"]
    assert isinstance(samples, list)
    assert len(samples) == 10
    assert sum(bool(each["date"]) and each["characters"] > 20 for each in samples) >= 9
    [run] = quxun(environment, "crawl", "--json").lines
    assert (run["status"], run["new"]) == ("succeeded", len(server.district.articles("gbk")))
    [again] = quxun(environment, "crawl", "--json").lines
    assert (again["new"], again["revised"]) == (0, 0)


def test_the_same_address_is_not_added_twice(environment: dict[str, str], server: DemoServer) -> None:
    home = f"{server.addresses['media']}/"
    quxun(environment, "sources", "add", home, "--yes", "--key", "media", "--name", "东岳新闻网", "--every", "30m")
    again = quxun(environment, "sources", "add", home, "--yes", status=1)
    assert "media exists already" in again.err
    [source] = quxun(environment, "sources", "list", "--json").lines
    assert (source["key"], source["publisher"], source["every_s"]) == ("media", "东岳新闻网", 1800)


def test_a_site_is_added_with_the_schedule_that_is_asked_for(environment: dict[str, str], server: DemoServer) -> None:
    profile = Path(environment["QUXUN_DISTRICT"])
    profile.write_text(PROFILE + 'timezone = "Asia/Urumqi"\n', encoding="utf-8")
    hours = ("--hours", "06:00-12:00", "--hours", "13:00-23:00", "--blackout", "18:00-19:00")
    added = quxun(
        environment, "sources", "add", f"{server.addresses['media']}/", "--yes", "--cron", "0 * * * *", *hours
    )
    assert "at the start of every hour, 06:00-12:00, 13:00-23:00, not 18:00-19:00" in added.err
    [source] = quxun(environment, "sources", "list", "--json").lines
    assert (source["every_s"], source["cron"], source["timezone"]) == (None, "0 * * * *", "Asia/Urumqi")
    assert (source["hours"], source["blackout"]) == (["06:00-12:00", "13:00-23:00"], ["18:00-19:00"])


def test_an_address_without_articles_is_not_added(environment: dict[str, str], server: DemoServer) -> None:
    said = quxun(environment, "sources", "add", f"{server.addresses['media']}/nothing.html", "--yes", status=1)
    assert "404" in said.err
    assert not quxun(environment, "sources", "list", "--json").lines


def test_a_source_is_paused_resumed_exported_and_removed(environment: dict[str, str], server: DemoServer) -> None:
    quxun(environment, "sources", "add", f"{server.addresses['trs']}/", "--yes", "--key", "trs")
    quxun(environment, "sources", "pause", "trs")
    assert "no source to crawl" in quxun(environment, "crawl", status=1).err
    quxun(environment, "sources", "resume", "trs")
    told = quxun(environment, "sources", "export").out
    assert '[[source]]\nkey = "trs"' in told
    profile = Path(environment["QUXUN_DISTRICT"])
    profile.write_text(PROFILE + told, encoding="utf-8")
    quxun(environment, "sources", "remove", "trs")
    quxun(environment, "sources", "pause", "nobody", status=1)
    other = {**environment, "QUXUN_HOME": environment["QUXUN_HOME"] + "2"}
    [run] = quxun(other, "crawl", "--json").lines
    assert run["new"] == len(server.district.articles("trs"))


def test_an_unknown_source_is_named_with_those_there_are(environment: dict[str, str]) -> None:
    assert "no source nobody" in quxun(environment, "crawl", "nobody", status=2).err


def test_an_address_that_is_none_is_refused(environment: dict[str, str]) -> None:
    assert "ftp://" in quxun(environment, "crawl", "--url", "ftp://example.cn/1.html", status=2).err
    assert "http" in quxun(environment, "sources", "add", "ftp://example.cn/", status=2).err


def test_a_private_address_is_not_fetched_unless_it_is_allowed(environment: dict[str, str], server: DemoServer) -> None:
    environment.pop("QUXUN_ALLOW_PRIVATE")
    port = server.addresses["media"].rpartition(":")[2]
    for name in ("127.0.0.1", "localhost"):
        said = quxun(environment, "crawl", "--url", f"http://{name}:{port}/", status=1).out
        assert "private address" in said
    assert not server.traffic.hits
