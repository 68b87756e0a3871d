"""Read a district's profile: the reviewed TOML that says what the district is called and where its news is.

Pure but for reading one file. It never guesses: a key that is unknown or missing and a wrong value are a
`ConfigError` that names the file, the key (dotted; a source by its key, or by its number from 1 while it
has none) and the value. The keys are listed in docs/configuration.md.
"""

import json
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields
from datetime import date, datetime
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from crawler.toml_table import TomlTable, shown
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
from storage.schedules import check_cron, check_spans

DISTRICTS = Path(__file__).parent / "districts"

#: What only one kind of source can use → that kind.
RULE_KEYS = dict.fromkeys(("layout", "first_pages", "days"), ListingKind.EPAPER)
RULE_KEYS |= dict.fromkeys(("dq", "dw", "catas"), ListingKind.ELS)
SOURCE_KEYS = (
    *("key", "publisher", "hosts", "kind", "url", "scope", "every", "cron", "hours", "blackout", "confidence", "tls"),
    *("note", "listings"),
    *RULE_KEYS,
)
#: An import is filled by a command, so there is nothing that a profile could declare.
DECLARABLE = tuple(kind for kind in SourceKind if kind is not SourceKind.IMPORT)

#: `every` of a source that is only run when somebody asks for it.
ON_DEMAND = "on-demand"
UNITS_S = {"s": 1, "m": 60, "h": 3600, "d": 86400}
MAX_EVERY_S, MAX_DAYS = 366 * 86400, 3660
#: A name for command lines and URLs: nothing that a shell splits or takes for an option.
SOURCE_KEY = re.compile(r"(?!-)[^\s\x00-\x1f\x7f]{1,200}")
HOST = re.compile(r"(?:[^\s/@:?#\[\]A-Z]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?")
ADDRESS = re.compile(r"https?://(?:[^\s/@:?#\[\]]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?(?:[/?#]\S*)?")
#: The strftime codes that mean the same on every system; `%%` is a percent sign.
LAYOUT_CODE = re.compile(r"%([Yymdj%])")


@dataclass(frozen=True, slots=True, kw_only=True)
class District:
    """An area with an official code and everything that texts call it."""

    #: GB/T 2260 (6 digits), or with the street (9) or community (12) of the statistical lists.
    code: str
    name: str
    city: str
    province: str
    full_name: str = ""
    timezone: str = "Asia/Shanghai"
    former_names: tuple[str, ...] = ()
    #: The day from which `name` is the official one.
    former_names_until: date | None = None
    #: Towns and streets wholly inside, and those of which a part is.
    places: tuple[str, ...] = ()
    places_partial: tuple[str, ...] = ()
    #: Parks, projects and sites inside.
    landmarks: tuple[str, ...] = ()
    #: Words that contain one of the names and mean something else.
    false_friends: tuple[str, ...] = ()


DISTRICT_KEYS = tuple(field.name for field in fields(District))


@dataclass(frozen=True, slots=True, kw_only=True)
class DistrictProfile:
    """A district and the sources of its news, in the order of the file."""

    district: District
    sources: tuple[NewSource, ...] = ()

    @property
    def declared_by(self) -> str:
        return f"profile:{self.district.name}"


def find_profile(name_or_path: str) -> Path:
    """The file of a profile that comes with Quxun, by its name, else the file at that path; or ConfigError."""
    known = {path.stem: path for path in DISTRICTS.glob("*.toml")}
    path = known.get(name_or_path, Path(name_or_path))
    with suppress(OSError):  # a name too long, a folder that may not be read
        if path.is_file():
            return path
    names = ", ".join(sorted(known))
    raise ConfigError("district", name_or_path, f"neither a file nor the name of a profile (there is {names})")


def load_profile(path: Path) -> DistrictProfile:
    """The profile in a file. Raises ConfigError for anything that is wrong with it."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise ConfigError(str(path), "", error.strerror or str(error)) from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise ConfigError(str(path), f"line {line}", "is not UTF-8") from error
    return parse_profile(text, str(path))


def parse_profile(text: str, where: str) -> DistrictProfile:
    """The profile in a text; `where` is what an error calls it."""
    root = TomlTable(where, "", _toml(text, where))
    root.expect(("district", "source"))
    district = _district(root.table("district"))
    sources: list[NewSource] = []
    for number, table in enumerate(root.tables("source"), start=1):
        key = table.values.get("key")
        table.path = f"source.{key}" if isinstance(key, str) and SOURCE_KEY.fullmatch(key) else f"source[{number}]"
        source = _source(table, district)
        if any(source.key == other.key for other in sources):
            raise table.error("key", f"{source.key!r} is declared twice")
        sources.append(source)
    return DistrictProfile(district=district, sources=tuple(sources))


def _toml(text: str, where: str) -> Mapping[str, object]:
    try:
        return tomllib.loads(text)
    except RecursionError as error:  # thousands of brackets
        raise ConfigError(where, "", "is not TOML: nested too deeply") from error
    except ValueError as error:  # also Python's own for a number of thousands of digits
        end = f"line {len(text.splitlines())}, the end"
        raise ConfigError(where, "", f"is not TOML: {str(error).replace('end of document', end)}") from error


def _district(table: TomlTable) -> District:
    table.expect(DISTRICT_KEYS)
    code = table.text("code")
    if not re.fullmatch(r"[0-9]{6}|[0-9]{9}|[0-9]{12}", code):
        raise table.error("code", f"{code!r} is not 6, 9 or 12 digits")
    return District(
        code=code,
        name=table.text("name"),
        city=table.text("city"),
        province=table.text("province"),
        full_name=table.text("full_name", ""),
        timezone=_timezone(table),
        former_names=table.texts("former_names"),
        former_names_until=_day(table, "former_names_until"),
        places=table.texts("places"),
        places_partial=table.texts("places_partial"),
        landmarks=table.texts("landmarks"),
        false_friends=table.texts("false_friends"),
    )


def _timezone(table: TomlTable) -> str:
    name = table.text("timezone", "Asia/Shanghai")
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:  # unknown; not a name; a folder of names
        raise table.error("timezone", f"{name!r} is not a time zone such as 'Asia/Shanghai'") from error
    return name


def _day(table: TomlTable, key: str) -> date | None:
    value = table.values.get(key)
    if value is None or (isinstance(value, date) and not isinstance(value, datetime)):
        return value
    raise table.error(key, f"{shown(value)} is not a day such as 2022-09-02, without quotes")


def _source(table: TomlTable, district: District) -> NewSource:
    table.expect(SOURCE_KEYS)
    key = table.text("key")
    if not SOURCE_KEY.fullmatch(key):
        raise table.error("key", f"{key!r} is not a name without spaces, of at most 200 characters")
    kind = table.choice("kind", DECLARABLE)
    listings = tuple(_listing(listing) for listing in table.tables("listings"))
    return NewSource(
        key=key,
        publisher=Publisher(name=table.text("publisher"), hosts=_hosts(table)),
        kind=kind,
        url=_address(table, "url"),
        scope=table.choice("scope", tuple(Scope), Scope.ALL),
        every_s=None if "cron" in table.values else _every(table),
        schedule=_schedule(table, district.timezone),
        confidence=table.choice("confidence", tuple(Confidence), Confidence.HIGH),
        declared_by=f"profile:{district.name}",
        tls=table.choice("tls", tuple(Tls), Tls.VERIFIED),
        rules=_rules(table, kind, listings),
        listings=listings,
        note=table.text("note", ""),
    )


def _listing(table: TomlTable) -> ListingSeed:
    table.expect(("kind", "url"))
    return ListingSeed(kind=table.choice("kind", tuple(ListingKind)), url=_address(table, "url"))


def _hosts(table: TomlTable) -> tuple[str, ...]:
    hosts = table.texts("hosts")
    for host in hosts:
        if not HOST.fullmatch(host):
            raise table.error("hosts", f"{host!r} is not a host such as 'www.example.cn', in lower case")
    return hosts


def parse_every(text: str) -> int | None:
    """Seconds between two runs, None for `on-demand`. Raises ValueError with a sentence."""
    match = re.fullmatch(r"([0-9]{1,9})([smhd]?)", text)
    seconds = int(match[1]) * UNITS_S[match[2] or "s"] if match else 0
    if text != ON_DEMAND and not 1 <= seconds <= MAX_EVERY_S:
        raise ValueError(f"{text!r} is not '30m', '1h', '1d', seconds or '{ON_DEMAND}', up to 366 days")
    return seconds or None


def _every(table: TomlTable) -> int | None:
    value = table.values.get("every", 3600)
    try:
        return parse_every(value if isinstance(value, str) else shown(value))
    except ValueError as error:
        raise table.error("every", str(error)) from error


def _schedule(table: TomlTable, timezone: str) -> Schedule:
    cron, hours, blackout = table.text("cron", ""), table.texts("hours"), table.texts("blackout")
    if cron and "every" in table.values:
        raise table.error("cron", f"{cron!r} stands beside every = {shown(table.values['every'])}: one of the two")
    try:
        if cron:
            check_cron(cron)
    except ValueError as error:
        raise table.error("cron", str(error)) from error
    for key, spans in (("hours", (hours, ())), ("blackout", (hours, blackout))):
        try:
            check_spans(*spans)
        except ValueError as error:
            raise table.error(key, str(error)) from error
    return Schedule(cron=cron, hours=hours, blackout=blackout, timezone=timezone)


def _rules(table: TomlTable, kind: SourceKind, listings: Sequence[ListingSeed]) -> SourceRules:
    kinds = {kind.value, *(listing.kind.value for listing in listings)}
    for key, needed in RULE_KEYS.items():
        if key in table.values and needed.value not in kinds:
            raise table.error(key, f"is for kind {needed.value!r}, and this source is {kind.value!r}")
    return SourceRules(
        layout=_layout(table, kind),
        first_pages=table.texts("first_pages"),
        days=table.number("days", SourceRules().days, 1, MAX_DAYS),
        dq=table.text("dq", ""),
        dw=table.texts("dw"),
        catas=table.texts("catas"),
    )


def _layout(table: TomlTable, kind: SourceKind) -> str:
    """A URL that differs from day to day; a newspaper must have it, it is empty elsewhere."""
    if "layout" not in table.values and kind is not SourceKind.EPAPER:
        return ""
    layout = _address(table, "layout")
    if "%" in LAYOUT_CODE.sub("", layout):
        raise table.error("layout", f"{layout!r} has another code than %Y %y %m %d %j (a percent sign is %%)")
    days = (date(2024, 1, 2), date(2024, 1, 3), date(2024, 2, 2), date(2025, 1, 2))
    if len({day.strftime(layout) for day in days}) < len(days):
        raise table.error("layout", f"{layout!r} is the same on different days: it needs %Y, %m and %d")
    return layout


def _address(table: TomlTable, key: str) -> str:
    url = table.text(key)
    try:
        fits = ADDRESS.fullmatch(url) and url.isprintable() and urlsplit(url).port != 0
    except ValueError:  # a port or an IPv6 address that cannot be
        fits = False
    if not fits:
        raise table.error(key, f"{url!r} is not an http or https address, without a password")
    return url


def to_toml(district: District | None, sources: Iterable[NewSource]) -> str:
    """A profile as TOML that reads back the same; without a district only its `[[source]]` tables.

    A source of kind `import` is left out; `declared_by` and the schedule's zone follow from the profile that is read.
    """
    blocks = [_block("[district]", {key: getattr(district, key) for key in DISTRICT_KEYS})] if district else []
    blocks += [_block("[[source]]", _values(source)) for source in sources if source.kind in DECLARABLE]
    return "\n".join(blocks)


def _values(source: NewSource) -> dict[str, object]:
    values: dict[str, object] = {
        "key": source.key,
        "publisher": source.publisher.name,
        "hosts": source.publisher.hosts,
        "kind": source.kind.value,
        "url": source.url,
        "scope": source.scope.value,
        "every": "" if source.schedule.cron else _written_every(source.every_s),
        "cron": source.schedule.cron,
        "hours": source.schedule.hours,
        "blackout": source.schedule.blackout,
        "confidence": source.confidence.value,
        "tls": "" if source.tls is Tls.VERIFIED else source.tls.value,
        "note": source.note,
        "listings": source.listings,
    }
    rules = {key: getattr(source.rules, key) for key in RULE_KEYS}
    return values | {key: value for key, value in rules.items() if value != getattr(SourceRules(), key)}


def _written_every(every_s: int | None) -> str:
    if every_s is None:
        return ON_DEMAND
    unit = next(unit for unit in reversed(UNITS_S) if every_s % UNITS_S[unit] == 0)
    return f"{every_s // UNITS_S[unit]}{unit}"


def _block(heading: str, values: Mapping[str, object]) -> str:
    lines = [f"{key} = {_written(value)}" for key, value in values.items() if value]
    return "\n".join([heading, *lines]) + "\n"


def _written(value: object) -> str:
    match value:
        case str():
            # JSON's escapes are TOML's, but for DEL, which JSON leaves as it is and TOML forbids.
            return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
        case ListingSeed():
            return f"{{ kind = {_written(value.kind.value)}, url = {_written(value.url)} }}"
        case tuple():
            return f"[{', '.join(_written(item) for item in value)}]"
        case _:
            return str(value)
