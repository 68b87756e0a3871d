"""The page of the service: is it at work, what runs now, what is due next, what became of the last runs.

Plain HTML without a script, so that it can be read anywhere. Whatever comes from a page of somebody else's is escaped,
and set apart so that it cannot turn around the text beside it.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from urllib.parse import quote
from zoneinfo import ZoneInfo

from storage.figures import Coming
from storage.records import Alarm, Issue, Run, RunStatus, SourceState
from storage.runs import SCHEDULED
from web.answers import seconds
from web.glance import Glance
from web.markup import Markup, document, joined, tag
from web.metrics import Now, lateness_s, places
from web.side import Side
from web.style import STYLE

REFRESH_S = 10
#: A source that is late by less was due a moment ago.
_LATE_S = 60.0

#: Columns: `>` in front means numbers, `.t` a text that needs room.
_RUNNING = (">run", ".t source", ">for", ">requests", ">listed", ">new", ">revised", ">failed")
_RUNS = (">run", "source", "status", "ended", ">took", ">requests", ">new", ">revised", ".t reason")
_ISSUES = ("when", "source", ">run", "kind", ">count", ".t what")

_COLOURS = {
    RunStatus.SUCCEEDED: "good",
    RunStatus.DEGRADED: "warn",
    RunStatus.FAILED: "bad",
    RunStatus.ABANDONED: "bad",
    RunStatus.CANCELED: "dim",
}


def page(side: Side, reasons: Sequence[str], seen: Glance | None) -> str:
    """The page; `seen` is None if the database does not answer."""
    parts = () if seen is None else (_tiles(side, seen), *_sections(side, seen))
    return document(
        "区讯 Quxun", STYLE, _header(side, reasons), _reasons(reasons), *parts, _footer(), refresh_s=REFRESH_S
    )


def _header(side: Side, reasons: Sequence[str]) -> Markup:
    state = tag("span", "not ready", class_="state bad") if reasons else tag("span", "ready", class_="state good")
    when = side.clock().astimezone(side.zone)
    told = f"version {side.version} · {when:%Y-%m-%d %H:%M:%S} {side.zone.key} · renewed every {REFRESH_S} s"
    return tag(
        "header", tag("h1", tag("span", "区讯", lang="zh-Hans"), " Quxun"), state, tag("span", told, class_="dim")
    )


def _reasons(reasons: Sequence[str]) -> Markup | None:
    return tag("ul", *(tag("li", reason) for reason in reasons), class_="reasons") if reasons else None


def _footer() -> Markup:
    links = [
        ("/docs", "the API"),
        ("/api/service", "this as JSON"),
        ("/api/runs", "runs"),
        ("/api/sources", "sources"),
        ("/api/issues", "issues"),
        ("/metrics", "figures for Prometheus"),
    ]
    return tag("footer", *(tag("a", words, href=href) for href, words in links))


# ------------------------------------------------------------------ figures
def _tiles(side: Side, seen: Glance) -> Markup:
    now, standing = seen.now, seen.now.standing
    late = lateness_s(standing, now.at)
    stopped = standing.sources[SourceState.PAUSED]
    tiles = [
        _tile("running", f"{standing.running} of {places(side, now)}", _processes(now)),
        _tile("waiting", f"{standing.due} due, {standing.asked} asked for", f"late by {_span(late)}" if late else ""),
        _tile("sources", str(standing.sources[SourceState.ACTIVE]), f"{standing.failing} failing, {stopped} paused"),
        _tile("disk", _size(now.space.database_bytes), _free(now)),
    ]
    if seen.stock is not None:
        stored = f"{seen.stock.snapshots:,} snapshots, {seen.stock.stories:,} stories"
        tiles.insert(3, _tile("articles", f"{seen.stock.articles:,}", stored))
    return tag("dl", *tiles)


def _tile(term: str, value: str, more: str) -> Markup:
    return tag("div", tag("dt", term), tag("dd", value, tag("small", more) if more else None))


def _processes(now: Now) -> str:
    number = len(now.processes)
    return f"{number} process{'' if number == 1 else 'es'} at work"


def _free(now: Now) -> str:
    return "" if now.free_bytes is None else f"{_size(now.free_bytes)} free"


# ------------------------------------------------------------------ tables
def _sections(side: Side, seen: Glance) -> Iterable[Markup | None]:
    at, zone = seen.now.at, side.zone
    if seen.alarms:
        yield _section("Open alarms", ("since", "source", ".t what"), [_alarm(each, zone) for each in seen.alarms], "")
    yield _section("Running now", _RUNNING, [_running(run, at) for run in seen.running], "Nothing runs right now.")
    if seen.waiting:
        waiting = [_waiting(run, at) for run in seen.waiting]
        yield _section("Waiting for a place", (">run", "source", ".t what", ">for"), waiting, "")
    yield _section(
        "Due next",
        ("source", ".t publisher", "when", ">failures"),
        [_coming(each, at, zone) for each in seen.coming],
        "No source is polled yet: quxun sources add URL",
    )
    yield _section("Last runs", _RUNS, [_run(run, zone) for run in seen.runs], "No run has ended yet.")
    yield _section("Issues of the last days", _ISSUES, [_issue(each, zone) for each in seen.issues], "None.")


def _section(title: str, heads: Sequence[str], lines: Sequence[Markup], none: str) -> Markup:
    if not lines:
        return tag("section", tag("h2", title), tag("p", none, class_="dim"))
    head = tag("thead", tag("tr", *(_head(words) for words in heads)))
    table = tag("table", head, tag("tbody", *lines))
    return tag("section", tag("h2", title), tag("div", table, class_="wide"))


def _head(words: str) -> Markup:
    if words.startswith(">"):
        return tag("th", words[1:], class_="n")
    return tag("th", words[3:], class_="t") if words.startswith(".t ") else tag("th", words)


def _running(run: Run, at: datetime) -> Markup:
    counts = run.counters
    numbers = (counts.requests, counts.listed, counts.new, counts.revised, counts.failed)
    since = run.started_at or run.queued_at
    return tag(
        "tr",
        _run_cell(run),
        _source_cell(run.source_key),
        _number(_span((at - since).total_seconds())),
        *_numbers(numbers),
    )


def _waiting(run: Run, at: datetime) -> Markup:
    what = ", ".join(run.wish.urls) or ("everything again" if run.wish.full else "what is new")
    span = _span((at - (run.due_at or run.queued_at)).total_seconds())
    asked = "due" if run.requested_by == SCHEDULED else f"asked for by {run.requested_by}: {what}"
    return tag("tr", _run_cell(run), _source_cell(run.source_key), tag("td", _foreign(asked)), _number(span))


def _coming(source: Coming, at: datetime, zone: ZoneInfo) -> Markup:
    ahead_s = (source.due_at - at).total_seconds()
    if ahead_s < -_LATE_S:
        when = joined(tag("span", f"late by {_span(-ahead_s)}", class_="warn"))
    else:
        when = joined(
            f"in {_span(ahead_s)}" if ahead_s > 0 else "now",
            " ",
            tag("span", _clock(source.due_at, zone), class_="dim"),
        )
    failures = tag("span", str(source.failures), class_="bad") if source.failures else Markup("")
    return tag(
        "tr",
        _source_cell(source.source_key),
        tag("td", _foreign(source.publisher)),
        tag("td", when, class_="k"),
        tag("td", failures, class_="n"),
    )


def _run(run: Run, zone: ZoneInfo) -> Markup:
    counts = run.counters
    took = _span(seconds(run)) if run.started_at else ""
    return tag(
        "tr",
        _run_cell(run),
        _source_cell(run.source_key),
        tag("td", run.status.value, class_=f"k {_COLOURS.get(run.status, '')}".strip()),
        tag("td", _clock(run.finished_at, zone), class_="k"),
        _number(took),
        *_numbers((counts.requests, counts.new, counts.revised)),
        tag("td", _foreign(run.reason)),
    )


def _issue(issue: Issue, zone: ZoneInfo) -> Markup:
    return tag(
        "tr",
        tag("td", _clock(issue.created_at, zone), class_="k"),
        _source_cell(issue.source_key),
        tag("td", tag("a", str(issue.run_id), href=f"/api/runs/{issue.run_id}"), class_="n"),
        tag("td", issue.kind.value, class_="k"),
        _number(str(issue.count) if issue.count > 1 else ""),
        tag("td", _foreign(issue.detail), tag("br") if issue.detail and issue.url else None, _link(issue.url)),
    )


def _alarm(alarm: Alarm, zone: ZoneInfo) -> Markup:
    words = joined(tag("strong", _foreign(alarm.headline)), tag("br") if alarm.detail else None, _foreign(alarm.detail))
    return tag(
        "tr", tag("td", _clock(alarm.opened_at, zone), class_="k"), _source_cell(alarm.source_key), tag("td", words)
    )


# ------------------------------------------------------------------ cells
def _run_cell(run: Run) -> Markup:
    return tag("td", tag("a", str(run.id), href=f"/api/runs/{run.id}"), class_="n")


def _source_cell(key: str) -> Markup:
    return (
        tag("td", tag("a", _foreign(key), href=f"/api/sources/{quote(key, safe='')}"), class_="k") if key else tag("td")
    )


def _numbers(numbers: Iterable[int]) -> list[Markup]:
    """Cells with numbers; a nought is left out, so that the others are seen."""
    return [_number(f"{number:,}" if number else "") for number in numbers]


def _number(words: str) -> Markup:
    return tag("td", words, class_="n")


def _foreign(words: str) -> Markup | None:
    """Words that somebody else wrote."""
    return tag("bdi", words, lang="zh-Hans") if words else None


def _link(url: str) -> Markup | None:
    """A link where it leads to a page; any other address only as text."""
    if not url.startswith(("http://", "https://")):
        return _foreign(url)
    return tag("a", tag("bdi", url), href=url, rel="noopener noreferrer")


# ------------------------------------------------------------------ words
def _clock(when: datetime | None, zone: ZoneInfo) -> str:
    return f"{when.astimezone(zone):%m-%d %H:%M:%S}" if when else ""


def _span(length_s: float) -> str:
    """A length of time as people say it."""
    length = timedelta(seconds=max(round(length_s), 0))
    minutes, rest = divmod(length.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    if length.days:
        return f"{length.days} d {hours} h"
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def _size(count: int) -> str:
    """Bytes as people read them."""
    power = max(len(str(count)) - 1, 0) // 3
    unit = ("B", "KB", "MB", "GB", "TB")[min(power, 4)]
    return f"{count} B" if unit == "B" else f"{count / 1000 ** min(power, 4):.1f} {unit}"
