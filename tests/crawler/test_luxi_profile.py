"""The profile that comes with Quxun: 鲁西新区 and its sources."""

from collections import Counter
from urllib.parse import urlsplit

import pytest

from crawler.profile import DistrictProfile, find_profile, load_profile, parse_profile, to_toml
from storage.records import Confidence, NewSource, Scope, SourceKind


@pytest.fixture(scope="module")
def luxi() -> DistrictProfile:
    return load_profile(find_profile("luxi"))


def by_key(profile: DistrictProfile) -> dict[str, NewSource]:
    return {source.key: source for source in profile.sources}


def test_the_district_lies_in_heze(luxi: DistrictProfile) -> None:
    assert (luxi.district.name, luxi.district.city, luxi.district.province) == ("鲁西新区", "菏泽市", "山东省")
    assert luxi.district.code.startswith("3717")


def test_no_place_is_both_wholly_and_partly_inside(luxi: DistrictProfile) -> None:
    assert len(luxi.district.places) == 7
    assert len(luxi.district.places_partial) == 6
    assert not set(luxi.district.places) & set(luxi.district.places_partial)


def test_former_names_have_the_city_in_them_as_the_bare_ones_are_everybodys(luxi: DistrictProfile) -> None:
    assert all(name.startswith("菏泽") for name in luxi.district.former_names)


def test_no_name_is_listed_twice(luxi: DistrictProfile) -> None:
    district = luxi.district
    names = [district.name, district.full_name, *district.former_names, *district.places, *district.places_partial]
    names += [*district.landmarks, *district.false_friends]
    assert [name for name, count in Counter(names).items() if count > 1] == []


def test_only_what_is_the_districts_own_is_taken_whole(luxi: DistrictProfile) -> None:
    assert {source.key for source in luxi.sources if source.scope is Scope.ALL} == {"hzlxxq", "dzwww-lxxq"}


def test_the_five_sources_of_nearly_every_day_are_declared(luxi: DistrictProfile) -> None:
    hosts = {urlsplit(source.url).hostname for source in luxi.sources}
    assert {"hzlxxq.heze.gov.cn", "www.heze.cn", "heze.dzwww.com", "heze.subaoxw.com"} <= hosts
    assert {"mdwb", "hzrb"} <= by_key(luxi).keys()


def test_the_list_apis_are_asked_by_region_while_their_news_columns_are_unknown(luxi: DistrictProfile) -> None:
    apis = [source for source in luxi.sources if source.kind is SourceKind.ELS]
    assert {source.key for source in apis} == {"hzlxxq", "heze-gov"}
    for source in apis:
        assert source.rules.dq
        assert source.rules.catas == ()
        assert source.confidence is Confidence.LOW
        assert "discovered at the first run" in source.note


def test_every_newspaper_has_a_layout(luxi: DistrictProfile) -> None:
    papers = [source for source in luxi.sources if source.kind is SourceKind.EPAPER]
    assert {source.key for source in papers} == {"mdwb", "hzrb", "qlwb"}
    assert all(source.rules.layout for source in papers)


def test_what_is_derived_is_marked_low_and_says_why(luxi: DistrictProfile) -> None:
    low = {source.key for source in luxi.sources if source.confidence is Confidence.LOW}
    assert low == {"hzlxxq", "heze-gov", "mdwb", "heze-cn", "subaoxw-heze", "iqilu-heze", "people-sd"}
    assert all(by_key(luxi)[key].note for key in low)


def test_no_source_is_asked_more_often_than_its_news_can_change(luxi: DistrictProfile) -> None:
    assert all(source.every_s is not None and 1800 <= source.every_s <= 86400 for source in luxi.sources)


def test_a_publisher_has_the_same_hosts_wherever_it_is_named_and_its_sources_live_on_them(
    luxi: DistrictProfile,
) -> None:
    hosts: dict[str, tuple[str, ...]] = {}
    for source in luxi.sources:
        assert hosts.setdefault(source.publisher.name, source.publisher.hosts) == source.publisher.hosts
        addresses = [source.url, *(listing.url for listing in source.listings)]
        assert {urlsplit(address).hostname for address in addresses} <= set(source.publisher.hosts)


def test_a_source_with_several_listings_names_its_own_address_among_them(luxi: DistrictProfile) -> None:
    for source in luxi.sources:
        assert not source.listings or source.url in {listing.url for listing in source.listings}


def test_it_reads_back_the_same_when_it_is_written(luxi: DistrictProfile) -> None:
    assert parse_profile(to_toml(luxi.district, luxi.sources), "again") == luxi
