"""Sources over HTTP: see them, pause and resume them."""

from storage.records import Schedule, SourceKind, SourceState, Tls
from tests.builders import NOW, World, later, new_source
from tests.web.sides import Client, ended


def test_sources_are_listed_with_their_schedules(client: Client, world: World) -> None:
    schedule = Schedule(cron="0 6 * * *", blackout=("01:00-05:00",))
    world.store.sources.add(new_source("paper", every_s=None, schedule=schedule, tls=Tls.LEGACY), NOW)
    world.store.sources.add(new_source("imported", kind=SourceKind.IMPORT), NOW)
    told = {each["key"]: each for each in client.get("/api/sources").json()["sources"]}
    assert set(told) == {"example", "paper"}
    assert told["example"]["every_s"] == 3600
    assert told["paper"]["schedule"]["cron"] == "0 6 * * *"
    assert (told["paper"]["tls"], told["paper"]["every_s"]) == ("legacy", None)


def test_removed_sources_are_listed_when_asked_for(client: Client, world: World) -> None:
    world.store.sources.set_state("example", SourceState.REMOVED, NOW)
    assert client.get("/api/sources").json()["sources"] == []
    assert [each["state"] for each in client.get("/api/sources?all=true").json()["sources"]] == ["removed"]


def test_one_source_comes_with_what_is_known_of_it(client: Client, world: World) -> None:
    world.store.sources.reschedule(world.source.id, later(hours=1), failures=2)
    last = ended(world)
    told = client.get("/api/sources/example").json()
    assert (told["failures"], told["next_due_at"]) == (2, "2024-05-01T13:00:00+08:00")
    assert [each["url"] for each in told["listings"]] == [world.listing.url]
    assert told["runs"][0]["id"] == last.id
    assert client.get("/api/sources/nobody").status_code == 404


def test_a_source_whose_key_is_like_an_address_is_found(client: Client, world: World) -> None:
    for key in ("url:www.example.cn:8080", "a/b", "新闻"):
        world.store.sources.add(new_source(key), NOW)
        assert client.get("/api/sources/" + key.replace("/", "%2F")).json()["key"] == key
        assert client.post("/api/sources/" + key.replace("/", "%2F") + "/pause").json()["state"] == "paused"


def test_a_paused_source_is_not_due_until_it_is_resumed(client: Client, world: World) -> None:
    assert client.post("/api/sources/example/pause").json()["state"] == "paused"
    assert world.store.figures.standing(NOW).due == 0
    assert client.post("/api/sources/example/resume").json()["state"] == "active"
    assert world.store.figures.standing(NOW).due == 1


def test_what_does_not_exist_cannot_be_paused(client: Client) -> None:
    assert client.post("/api/sources/nobody/pause").status_code == 404
    assert client.post("/api/sources/%00/pause").status_code == 422
