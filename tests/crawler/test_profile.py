"""The reader of profiles: what it takes, what it refuses and in which words, and that it reads what it writes."""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.profile import (
    DECLARABLE,
    DISTRICT_KEYS,
    DISTRICTS,
    ON_DEMAND,
    RULE_KEYS,
    SOURCE_KEYS,
    District,
    DistrictProfile,
    find_profile,
    load_profile,
    parse_profile,
    to_toml,
)
from storage.errors import ConfigError
from storage.records import (
    Confidence,
    ListingKind,
    ListingSeed,
    NewSource,
    Publisher,
    Schedule,
    Scope,
    SourceKind,
    SourceRules,
    Tls,
)

DOCS = Path(__file__).parents[2] / "docs" / "configuration.md"

DISTRICT = {"code": '"110105"', "name": '"样例新区"', "city": '"样例市"', "province": '"样例省"'}
LAYOUT_LINE = '"http://a.example/%Y%m/%d/node_1.html"'
SOURCE = {"key": '"paper"', "publisher": '"样例日报"', "kind": '"feed"', "url": '"https://a.example/feed.xml"'}


def table(heading: str, values: dict[str, str | None]) -> str:
    return "\n".join([heading, *(f"{key} = {value}" for key, value in values.items() if value is not None)]) + "\n"


def district(**changes: str | None) -> str:
    return table("[district]", {**DISTRICT, **changes})


def source(**changes: str | None) -> str:
    return table("[[source]]", {**SOURCE, **changes})


def problem(text: str) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        parse_profile(text, "here.toml")
    assert caught.value.where == "here.toml"
    assert "\n" not in str(caught.value)
    return caught.value


def only_source(text: str) -> NewSource:
    (found,) = parse_profile(district() + text, "here.toml").sources
    return found


# what it takes
def test_a_profile_needs_four_facts_about_its_district_and_no_source() -> None:
    assert parse_profile(district(), "here.toml") == DistrictProfile(
        district=District(code="110105", name="样例新区", city="样例市", province="样例省")
    )


def test_everything_that_a_district_may_have_is_read() -> None:
    text = district(
        code='"110105001"',
        full_name='"样例市样例新区"',
        timezone='"Asia/Urumqi"',
        former_names='["样例开发区"]',
        former_names_until="2022-09-02",
        places='["甲街道", "乙镇"]',
        places_partial='["丙镇"]',
        landmarks='["样例公园"]',
        false_friends='["样例新区域"]',
    )
    assert parse_profile(text, "here.toml").district == District(
        code="110105001",
        name="样例新区",
        city="样例市",
        province="样例省",
        full_name="样例市样例新区",
        timezone="Asia/Urumqi",
        former_names=("样例开发区",),
        former_names_until=date(2022, 9, 2),
        places=("甲街道", "乙镇"),
        places_partial=("丙镇",),
        landmarks=("样例公园",),
        false_friends=("样例新区域",),
    )


def test_a_source_that_says_little_is_taken_whole_every_hour_with_its_certificate_checked() -> None:
    assert only_source(source()) == NewSource(
        key="paper",
        publisher=Publisher(name="样例日报"),
        kind=SourceKind.FEED,
        url="https://a.example/feed.xml",
        scope=Scope.ALL,
        every_s=3600,
        confidence=Confidence.HIGH,
        declared_by="profile:样例新区",
        tls=Tls.VERIFIED,
    )


def test_everything_that_a_newspaper_may_have_is_read() -> None:
    text = source(
        hosts='["a.example", "b.example:8080"]',
        kind='"epaper"',
        url='"http://a.example/"',
        scope='"district"',
        every='"4h"',
        confidence='"low"',
        tls='"legacy"',
        note='"a note"',
        layout=LAYOUT_LINE,
        first_pages='["node_01.html"]',
        days="3",
        listings='[{ kind = "epaper", url = "http://a.example/one" }, { kind = "feed", url = "http://a.example/two" }]',
    )
    assert only_source(text) == NewSource(
        key="paper",
        publisher=Publisher(name="样例日报", hosts=("a.example", "b.example:8080")),
        kind=SourceKind.EPAPER,
        url="http://a.example/",
        scope=Scope.DISTRICT,
        every_s=4 * 3600,
        confidence=Confidence.LOW,
        declared_by="profile:样例新区",
        tls=Tls.LEGACY,
        rules=SourceRules(layout="http://a.example/%Y%m/%d/node_1.html", first_pages=("node_01.html",), days=3),
        listings=(
            ListingSeed(kind=ListingKind.EPAPER, url="http://a.example/one"),
            ListingSeed(kind=ListingKind.FEED, url="http://a.example/two"),
        ),
        note="a note",
    )


def test_the_ids_of_a_list_api_are_read() -> None:
    found = only_source(source(kind='"els"', dq='"0530"', dw='["d1", "d2"]', catas='["c"]'))
    assert found.rules == SourceRules(dq="0530", dw=("d1", "d2"), catas=("c",))


def test_a_site_may_have_the_rules_of_the_kinds_of_its_listings() -> None:
    found = only_source(
        source(kind='"site"', dq='"0530"', listings='[{ kind = "els", url = "http://a.example/" }]'),
    )
    assert found.rules.dq == "0530"


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ('"90s"', 90),
        ('"30m"', 1800),
        ('"1h"', 3600),
        ('"1d"', 86400),
        ("1800", 1800),
        ('"1800"', 1800),
        ('"on-demand"', None),
    ],
)
def test_every_is_a_number_with_its_unit_or_of_seconds(written: str, seconds: int | None) -> None:
    assert only_source(source(every=written)).every_s == seconds


def test_a_schedule_is_read_with_the_zone_of_the_district() -> None:
    text = source(cron='"0 6-22 * * *"', hours='["06:00-23:00"]', blackout='["12:00-13:00", "22:00-22:30"]')
    (found,) = parse_profile(district(timezone='"Asia/Urumqi"') + text, "here.toml").sources
    assert found.every_s is None
    assert found.schedule == Schedule(
        cron="0 6-22 * * *",
        hours=("06:00-23:00",),
        blackout=("12:00-13:00", "22:00-22:30"),
        timezone="Asia/Urumqi",
    )


def test_hours_stand_beside_an_interval() -> None:
    found = only_source(source(hours='["22:00-05:30"]'))
    assert (found.every_s, found.schedule) == (3600, Schedule(hours=("22:00-05:30",)))


def test_the_order_of_sources_is_that_of_the_file() -> None:
    text = district() + source(key='"b"') + source(key='"a"')
    assert [found.key for found in parse_profile(text, "here.toml").sources] == ["b", "a"]


def test_a_percent_sign_of_a_layout_is_written_twice() -> None:
    found = only_source(source(kind='"epaper"', layout='"http://a.example/a%%20b/%Y-%m-%d/"'))
    assert date(2024, 1, 2).strftime(found.rules.layout) == "http://a.example/a%20b/2024-01-02/"


def test_a_byte_order_mark_before_the_file_is_ignored(tmp_path: Path) -> None:
    path = tmp_path / "bom.toml"
    path.write_text(district(), encoding="utf-8-sig")
    assert load_profile(path).district.name == "样例新区"


# what it refuses
BAD_DISTRICTS: list[tuple[dict[str, str | None], str, str]] = [
    ({"code": None}, "district.code", "missing"),
    ({"name": None}, "district.name", "missing"),
    ({"city": None}, "district.city", "missing"),
    ({"province": None}, "district.province", "missing"),
    ({"code": "371700"}, "district.code", "371700"),
    ({"code": '"37170"'}, "district.code", "'37170'"),
    ({"code": '"3717001"'}, "district.code", "'3717001'"),
    ({"code": '"37170x"'}, "district.code", "'37170x'"),
    ({"code": '"３７１７００"'}, "district.code", "'３７１７００'"),
    ({"name": '""'}, "district.name", "''"),
    ({"name": '"  "'}, "district.name", "'  '"),
    ({"name": "7"}, "district.name", "7"),
    ({"name": '["a"]'}, "district.name", "['a']"),
    ({"full_name": '""'}, "district.full_name", "''"),
    ({"timezone": '"Asia/Heze"'}, "district.timezone", "'Asia/Heze'"),
    ({"timezone": '"Asia"'}, "district.timezone", "'Asia'"),
    ({"timezone": '"../etc"'}, "district.timezone", "'../etc'"),
    ({"timezone": "8"}, "district.timezone", "8"),
    ({"former_names": '"x"'}, "district.former_names", "'x'"),
    ({"places": "[1]"}, "district.places", "1"),
    ({"places": '["甲", ""]'}, "district.places", "''"),
    ({"landmarks": "{ a = 1 }"}, "district.landmarks", "{'a': 1}"),
    ({"former_names_until": '"2022-09-02"'}, "district.former_names_until", "'2022-09-02'"),
    ({"former_names_until": "2022-09-02T08:00:00"}, "district.former_names_until", "2022-09-02 08:00:00"),
    ({"former_names_until": "08:00:00"}, "district.former_names_until", "08:00:00"),
    ({"former_name": '["x"]'}, "district.former_name", "['x']"),
    ({"days": "3"}, "district.days", "3"),
]


@pytest.mark.parametrize(("changes", "key", "shown"), BAD_DISTRICTS)
def test_a_wrong_district_is_refused_by_key_and_value(changes: dict[str, str | None], key: str, shown: str) -> None:
    error = problem(district(**changes))
    assert error.key == key
    assert shown in error.problem


BAD_SOURCES: list[tuple[dict[str, str | None], str, str]] = [
    ({"key": None}, "source[1].key", "missing"),
    ({"key": '""'}, "source[1].key", "''"),
    ({"key": '"two words"'}, "source[1].key", "'two words'"),
    ({"key": '"--all"'}, "source[1].key", "'--all'"),
    ({"key": "5"}, "source[1].key", "5"),
    ({"key": r'"a\u0000"'}, "source[1].key", r"'a\x00'"),
    ({"publisher": None}, "source.paper.publisher", "missing"),
    ({"publisher": '" "'}, "source.paper.publisher", "' '"),
    ({"kind": None}, "source.paper.kind", "missing"),
    ({"kind": '"rss"'}, "source.paper.kind", "'rss'"),
    ({"kind": '"import"'}, "source.paper.kind", "'import'"),
    ({"kind": "true"}, "source.paper.kind", "True"),
    ({"url": None}, "source.paper.url", "missing"),
    ({"url": '"a.example/feed"'}, "source.paper.url", "'a.example/feed'"),
    ({"url": '"ftp://a.example/"'}, "source.paper.url", "'ftp://a.example/'"),
    ({"url": '"http:///path"'}, "source.paper.url", "'http:///path'"),
    ({"url": '"http://a.example:99999/"'}, "source.paper.url", "99999"),
    ({"url": '"http://a.example:x/"'}, "source.paper.url", "example:x"),
    ({"url": '"http://[::1/"'}, "source.paper.url", "[::1"),
    ({"url": '"http://a.example/a b"'}, "source.paper.url", "a b"),
    ({"url": r'"http://a.example/\n"'}, "source.paper.url", r"\n"),
    ({"url": '"http://me:secret@a.example/"'}, "source.paper.url", "without a password"),
    ({"scope": '"some"'}, "source.paper.scope", "'some'"),
    ({"confidence": '"H"'}, "source.paper.confidence", "'H'"),
    ({"tls": '"none"'}, "source.paper.tls", "'none'"),
    ({"note": "1"}, "source.paper.note", "1"),
    ({"hosts": '"a.example"'}, "source.paper.hosts", "'a.example'"),
    ({"hosts": '["http://a.example"]'}, "source.paper.hosts", "'http://a.example'"),
    ({"hosts": '["A.example"]'}, "source.paper.hosts", "'A.example'"),
    ({"every": '"1w"'}, "source.paper.every", "'1w'"),
    ({"every": '"h"'}, "source.paper.every", "'h'"),
    ({"every": '"-1h"'}, "source.paper.every", "'-1h'"),
    ({"every": '"1.5h"'}, "source.paper.every", "'1.5h'"),
    ({"every": "0"}, "source.paper.every", "0"),
    ({"every": '"0m"'}, "source.paper.every", "'0m'"),
    ({"every": "-60"}, "source.paper.every", "-60"),
    ({"every": "60.0"}, "source.paper.every", "60.0"),
    ({"every": "true"}, "source.paper.every", "True"),
    ({"every": '"367d"'}, "source.paper.every", "'367d'"),
    ({"every": "0x1" + "0" * 5000}, "source.paper.every", "a huge number"),
    ({"cron": '"0 6 * *"'}, "source.paper.cron", "'0 6 * *' is not a cron expression"),
    ({"cron": '"60 * * * *"'}, "source.paper.cron", "bad minute"),
    ({"cron": '""'}, "source.paper.cron", "''"),
    ({"cron": "6"}, "source.paper.cron", "6 is not a text"),
    ({"cron": '"0 0 30 2 *"'}, "source.paper.cron", "bad day-of-month"),
    ({"cron": '"0 6 * * *"', "every": '"1h"'}, "source.paper.cron", "beside every = '1h'"),
    ({"cron": '"0 6 * * *"', "every": '"on-demand"'}, "source.paper.cron", "beside every = 'on-demand'"),
    ({"hours": '"06:00-23:00"'}, "source.paper.hours", "'06:00-23:00' is not a list"),
    ({"hours": '["6-23"]'}, "source.paper.hours", "'6-23' is not a span of the day"),
    ({"hours": "[6]"}, "source.paper.hours", "6 is not a text"),
    ({"blackout": '["12:00-25:00"]'}, "source.paper.blackout", "'12:00-25:00' is not a span"),
    ({"blackout": '["00:00-24:00"]'}, "source.paper.blackout", "leaves no minute of the day"),
    (
        {"hours": '["06:00-08:00"]', "blackout": '["05:00-09:00"]'},
        "source.paper.blackout",
        "'05:00-09:00' leaves no minute of the day",
    ),
    ({"layout": '"http://a.example/%Y/%m/%d"'}, "source.paper.layout", "'epaper'"),
    ({"days": "3"}, "source.paper.days", "'epaper'"),
    ({"dq": '"0530"'}, "source.paper.dq", "'els'"),
    ({"kind": '"epaper"'}, "source.paper.layout", "missing"),
    ({"kind": '"epaper"', "layout": '"%Y/%m/%d"'}, "source.paper.layout", "'%Y/%m/%d'"),
    ({"kind": '"epaper"', "layout": '"http://a.example/%Y/%m/"'}, "source.paper.layout", "%Y/%m/"),
    ({"kind": '"epaper"', "layout": '"http://a.example/a%20b/%Y/%m/%d"'}, "source.paper.layout", "%20"),
    ({"kind": '"epaper"', "layout": '"http://a.example/%Y/%m/%d%"'}, "source.paper.layout", "%d%"),
    ({"kind": '"epaper"', "layout": LAYOUT_LINE, "days": "0"}, "source.paper.days", "0"),
    ({"kind": '"epaper"', "layout": LAYOUT_LINE, "days": '"7"'}, "source.paper.days", "'7'"),
    ({"kind": '"epaper"', "layout": LAYOUT_LINE, "days": "true"}, "source.paper.days", "True"),
    (
        {"kind": '"epaper"', "layout": LAYOUT_LINE, "first_pages": '"node_1.html"'},
        "source.paper.first_pages",
        "'node_1.html'",
    ),
    ({"kind": '"els"', "dw": '"x"'}, "source.paper.dw", "'x'"),
    ({"kind": '"els"', "dq": "530"}, "source.paper.dq", "530"),
    ({"listings": '"x"'}, "source.paper.listings", "'x'"),
    ({"listings": '["x"]'}, "source.paper.listings", "['x']"),
    ({"listings": '[{ kind = "feed" }]'}, "source.paper.listings[1].url", "missing"),
    ({"listings": '[{ kind = "site", url = "http://a.example/" }]'}, "source.paper.listings[1].kind", "'site'"),
    ({"listings": '[{ kind = "feed", url = "x" }]'}, "source.paper.listings[1].url", "'x'"),
    (
        {"listings": '[{ kind = "feed", url = "http://a.example/", every = 1 }]'},
        "source.paper.listings[1].every",
        "unknown key",
    ),
    ({"kinds": '"feed"'}, "source.paper.kinds", "'feed'"),
]


@pytest.mark.parametrize(("changes", "key", "shown"), BAD_SOURCES)
def test_a_wrong_source_is_refused_by_its_key_and_value(changes: dict[str, str | None], key: str, shown: str) -> None:
    error = problem(district() + source(**changes))
    assert error.key == key
    assert shown in error.problem


def test_a_source_without_a_name_is_told_by_its_number() -> None:
    assert problem(district() + source() + source(key=None)).key == "source[2].key"


def test_an_unknown_key_is_answered_with_the_one_that_was_meant() -> None:
    assert "did you mean 'false_friends'?" in problem(district(false_freinds="[]")).problem


def test_a_value_of_great_length_is_shown_short() -> None:
    assert len(problem(district(timezone=f'"{"x" * 70}"', name="[" + "1," * 5000 + "]")).problem) < 200


def test_a_source_declared_twice_is_refused() -> None:
    error = problem(district() + source() + source())
    assert (error.key, error.problem) == ("source.paper.key", "'paper' is declared twice")


@pytest.mark.parametrize(
    ("text", "key", "shown"),
    [
        ("", "district", "missing"),
        ("district = 5", "district", "5"),
        ("[[district]]\nname = 'x'", "district", "[district]"),
        (district() + "[source]\nkey = 'x'", "source", "list of tables"),
        ("source = ['x']\n" + district(), "source", "['x']"),
        ("title = 'x'\n" + district(), "title", "'x'"),
        (district() + "[[sources]]\n", "sources", "did you mean 'source'?"),
    ],
)
def test_a_file_of_another_shape_is_refused(text: str, key: str, shown: str) -> None:
    error = problem(text)
    assert error.key == key
    assert shown in error.problem


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (district() + "name = ", "line 6"),
        (district() + "name = '再来'", "line 6"),
        ("[district]\nname == 'x'", "line 2"),
        ("[district]\nplaces = [", "line 2"),
        ("[district]\n\nname = 'x'\n[district]", "line 4"),
        ("[district]\ncode = " + "9" * 5000, "is not TOML"),
        ("x = " + "[" * 100_000, "nested too deeply"),
        ("just words", "line 1"),
    ],
)
def test_what_is_not_toml_is_refused_with_its_line(text: str, shown: str) -> None:
    error = problem(text)
    assert "is not TOML" in error.problem
    assert shown in error.problem


# files
def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    path = tmp_path / "none.toml"
    with pytest.raises(ConfigError, match="No such file") as caught:
        load_profile(path)
    assert caught.value.where == str(path)


def test_a_folder_is_no_profile(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="directory"):
        load_profile(tmp_path)


def test_a_file_in_another_encoding_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "gbk.toml"
    path.write_bytes(b"[district]\n" + 'name = "样例"\n'.encode("gb18030"))
    with pytest.raises(ConfigError, match="line 2: is not UTF-8") as caught:
        load_profile(path)
    assert caught.value.where == str(path)


def test_a_profile_is_found_by_its_name_or_its_path(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(district(), encoding="utf-8")
    assert find_profile("luxi") == DISTRICTS / "luxi.toml"
    assert find_profile(str(path)) == path


def test_a_name_wins_over_a_file_that_happens_to_be_called_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "luxi").write_text("", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert find_profile("luxi") == DISTRICTS / "luxi.toml"


@pytest.mark.parametrize("name", ["", " ", "nowhere", "./nowhere.toml", ".", "x" * 5000])
def test_a_profile_that_is_nowhere_is_refused_with_the_names_there_are(name: str) -> None:
    with pytest.raises(ConfigError, match="luxi"):
        find_profile(name)


# writing
CHARACTERS = st.characters(exclude_categories=["Cs"])
TEXT = st.text(CHARACTERS, min_size=1, max_size=12).filter(lambda text: bool(text.strip()))
TEXTS = st.lists(TEXT, max_size=3).map(tuple)
URL = st.sampled_from(["http://a.example/", "https://a.example:8443/路径?q=1#x", "http://[::1]:80/a%20b"])
LAYOUT = st.sampled_from(["http://a.example/%Y%m/%d/node_1.html", "https://a.example/%%20/%Y/%j"])
DISTRICT_RECORDS = st.builds(
    District,
    code=st.from_regex(r"[0-9]{6}|[0-9]{9}|[0-9]{12}", fullmatch=True),
    name=TEXT,
    city=TEXT,
    province=TEXT,
    full_name=TEXT | st.just(""),
    timezone=st.sampled_from(["Asia/Shanghai", "UTC"]),
    former_names=TEXTS,
    former_names_until=st.none() | st.dates(),
    places=TEXTS,
    places_partial=TEXTS,
    landmarks=TEXTS,
    false_friends=TEXTS,
)
EPAPER_RULES = st.builds(SourceRules, layout=LAYOUT, first_pages=TEXTS, days=st.integers(1, 3660))
ELS_RULES = st.builds(SourceRules, dq=TEXT | st.just(""), dw=TEXTS, catas=TEXTS)


SPAN_LISTS = st.lists(st.sampled_from(["06:00-23:00", "22:00-05:30", "18:00-24:00"]), max_size=2).map(tuple)
SCHEDULES = st.builds(
    Schedule,
    cron=st.sampled_from(["", "0 6-22 * * *", "*/20 * * * MON#1"]),
    hours=SPAN_LISTS,
    blackout=st.lists(st.sampled_from(["12:00-13:00", "23:30-00:30"]), max_size=2).map(tuple),
)


@st.composite
def sources(draw: st.DrawFn) -> NewSource:
    kind = draw(st.sampled_from(DECLARABLE))
    schedule = draw(SCHEDULES)
    rules = {SourceKind.EPAPER: EPAPER_RULES, SourceKind.ELS: ELS_RULES}.get(kind, st.just(SourceRules()))
    return NewSource(
        key=draw(st.from_regex(r"[a-z鲁][a-z0-9.:/西-]{0,8}", fullmatch=True)),
        publisher=Publisher(name=draw(TEXT), hosts=draw(st.sampled_from([(), ("a.example",), ("[::1]:80", "b.cn")]))),
        kind=kind,
        url=draw(URL),
        scope=draw(st.sampled_from(Scope)),
        every_s=None if schedule.cron else draw(st.none() | st.integers(1, 366 * 86400)),
        schedule=schedule,
        confidence=draw(st.sampled_from(Confidence)),
        tls=draw(st.sampled_from(Tls)),
        rules=draw(rules),
        listings=draw(
            st.lists(st.builds(ListingSeed, kind=st.sampled_from(ListingKind), url=URL), max_size=2).map(tuple)
        ),
        note=draw(TEXT | st.just("")),
    )


@given(DISTRICT_RECORDS, st.lists(sources(), max_size=3, unique_by=lambda source: source.key))
def test_what_is_written_reads_back_the_same(written: District, declared: list[NewSource]) -> None:
    read = parse_profile(to_toml(written, declared), "here.toml")
    assert read.district == written
    assert to_toml(read.district, read.sources) == to_toml(written, declared)
    assert {found.declared_by for found in read.sources} <= {read.declared_by} == {f"profile:{written.name}"}
    assert {found.schedule.timezone for found in read.sources} <= {written.timezone}
    assert [as_by_hand(found) for found in read.sources] == [as_by_hand(found) for found in declared]


def as_by_hand(found: NewSource) -> NewSource:
    """The source without what the profile gives it: its name and its zone."""
    return replace(found, declared_by="hand", schedule=replace(found.schedule, timezone="UTC"))


def test_sources_can_be_written_without_a_district_to_stand_behind_one() -> None:
    hand = NewSource(key="x", publisher=Publisher(name="某报"), kind=SourceKind.PAGE, url="http://a.example/")
    text = to_toml(None, [hand])
    assert text.startswith("[[source]]\n")
    assert only_source(text).key == "x"


def test_a_source_that_is_only_run_on_demand_is_written_so() -> None:
    hand = NewSource(
        key="x", publisher=Publisher(name="某报"), kind=SourceKind.FEED, url="http://a.example/", every_s=None
    )
    assert f'every = "{ON_DEMAND}"' in to_toml(None, [hand])


def test_an_import_is_not_written_because_no_profile_could_declare_it() -> None:
    hand = NewSource(key="x", publisher=Publisher(name="某报"), kind=SourceKind.IMPORT, url="")
    assert to_toml(None, [hand]) == ""


# the documentation
def documented_keys(heading: str) -> list[str]:
    section = DOCS.read_text(encoding="utf-8").split(f"### `{heading}`\n", 1)[1].split("\n#", 1)[0]
    return re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)


def test_every_key_is_documented_and_every_documented_key_exists() -> None:
    assert documented_keys("[district]") == list(DISTRICT_KEYS)
    assert sorted(documented_keys("[[source]]")) == sorted(SOURCE_KEYS)
    assert set(RULE_KEYS) <= set(SOURCE_KEYS)


def test_the_profile_in_the_documentation_is_one() -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    assert len(parse_profile(example, "configuration.md").sources) == 1
