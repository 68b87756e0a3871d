"""Robots files: the last one fetched."""

from storage.records import RobotsFile
from storage.store import Store
from tests.builders import HOST, NOW, later


def test_a_robots_file_comes_back_byte_for_byte(store: Store) -> None:
    assert store.robots.get(HOST) is None
    file = RobotsFile(origin=HOST, status=200, body=b"User-agent: *\n\x00\xff", fetched_at=NOW)
    store.robots.put(file)
    assert store.robots.get(HOST) == file
    assert store.robots.get("https://www.example.cn") is None


def test_the_one_fetched_last_stays(store: Store) -> None:
    new = RobotsFile(origin=HOST, status=0, body=b"", fetched_at=later(hours=2))
    store.robots.put(RobotsFile(origin=HOST, status=200, body=b"a", fetched_at=NOW))
    store.robots.put(new)
    store.robots.put(RobotsFile(origin=HOST, status=404, body=b"b", fetched_at=later(hours=1)))
    assert store.robots.get(HOST) == new
