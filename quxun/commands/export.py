"""`quxun export`: everything that came in, for programs and archives."""

import contextlib
import csv
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from io import TextIOWrapper
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import rich_click as click

from crawler.settings import VERSION
from quxun.console import err, said
from quxun.desk import Desk, now, open_desk, progress, since_day, until_day
from quxun.formats import CSV_COLUMNS, article_line, csv_row, json_line
from storage.errors import BlobDamaged, NotFound, QuxunError, UsageError
from storage.records import Article, SnapshotKind
from storage.warc import ArchiveWriter

#: Articles in one question to the database.
PAGE = 200
FORMATS = ("jsonl", "csv", "warc")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    """What to write, and where to."""

    desk: Desk
    articles: Iterator[Article]
    stream: BinaryIO
    compress: bool
    #: Called for each article.
    watch: Callable[[], None]


@dataclass(slots=True)
class _Sum:
    """What was written, and what could not be."""

    articles: int = 0
    #: Snapshots whose payload is older than payloads are kept.
    let_go: int = 0
    problems: list[str] = field(default_factory=list)


@click.command()
@click.option("--format", "form", type=click.Choice(FORMATS), default="jsonl", show_default=True, help="What to write.")
@click.option("--output", "-o", metavar="FILE", type=click.Path(path_type=Path), help="Instead of standard output.")
@click.option("--source", "source_key", metavar="KEY", help="Only what this source brought first.")
@click.option("--since", metavar="D", help="Only what was published from this day (YYYY-MM-DD).")
@click.option("--until", metavar="D", help="Only what was published up to this day.")
def command(form: str, output: Path | None, source_key: str | None, since: str | None, until: str | None) -> None:
    """Write out the articles, each as it reads now.

    `jsonl`: one JSON object an article, which `quxun import` reads again. `csv`: the same fields for
    a spreadsheet. `warc`: every snapshot with its bytes and what was a revisit, for a web archive;
    compressed where the name of FILE ends in .gz. Articles that were taken down are left out, and what
    was let go because of its age cannot be written. Nothing is ever held in memory as a whole.

    \b
        quxun export --output all.jsonl
        quxun export --since 2026-11-01 --until 2026-11-30 --format csv -o november.csv
        quxun export --format warc -o all.warc.gz
    """
    if form == "warc" and output is None and sys.stdout.isatty():
        raise UsageError("a WARC file is nothing to read on a terminal: give --output FILE")
    with open_desk() as desk:
        if source_key is not None:
            desk.store.sources.get(source_key)
        articles = _articles(desk, source_key, since_day(since, desk.zone), until_day(until, desk.zone))
        with _opened(output) as stream, progress(quiet=output is None) as bar:
            task = bar.add_task("exporting", total=None)
            compress = output is not None and output.suffix == ".gz"
            job = _Job(desk=desk, articles=articles, stream=stream, compress=compress, watch=lambda: bar.advance(task))
            done = _WRITERS[form](job)
    for problem in done.problems:
        err().print(said(problem, style="red"))
    if done.let_go:
        err().print(f"{done.let_go} snapshots are left out: their payloads are older than payloads are kept.")
    if output is not None:
        err().print(f"{done.articles} articles written to", said(str(output)))
    if done.problems:
        raise SystemExit(1)


def _articles(desk: Desk, source_key: str | None, since: datetime | None, until: datetime | None) -> Iterator[Article]:
    """The articles in the order of their ids, a page at a time."""
    last = 0
    while page := desk.store.articles.list(after_id=last, limit=PAGE, source_key=source_key, since=since, until=until):
        for article in page:
            if article.takedown is None:
                yield article
        last = page[-1].id


@contextlib.contextmanager
def _opened(output: Path | None) -> Iterator[BinaryIO]:
    """Standard output, or a file that appears under its name only when it is whole."""
    if output is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    if output.is_dir():
        raise UsageError(f"--output {output} is a folder; name a file in it")
    device = output.exists() and not output.is_file()  # /dev/stdout, a named pipe
    part = output if device else output.with_name(f".{output.name}.{os.getpid()}.part")
    try:
        stream = part.open("wb")
    except OSError as error:
        raise UsageError(f"--output {output}: {error.strerror or error}") from error
    try:
        with stream:
            yield stream
        if not device:
            part.replace(output)
    except BrokenPipeError:
        raise
    except OSError as error:  # the disk is full
        raise QuxunError(f"{output} cannot be written: {error.strerror or error}") from error
    finally:
        if not device:
            part.unlink(missing_ok=True)


# ------------------------------------------------------------------ the formats
def _jsonl(job: _Job) -> _Sum:
    done = _Sum()
    for article, links in _linked(job):
        job.stream.write(json_line(article_line(article, job.desk.zone, links)).encode() + b"\n")
        done.articles += 1
        job.watch()
    return done


def _linked(job: _Job) -> Iterator[tuple[Article, Sequence[str]]]:
    """The articles with the ids of those that they have to do with without being their copies."""
    while page := list(islice(job.articles, PAGE)):
        links = job.desk.store.copies.linked([article.id for article in page])
        for article in page:
            yield article, links.get(article.id, ())


def _csv(job: _Job) -> _Sum:
    done = _Sum()
    text = TextIOWrapper(job.stream, encoding="utf-8", errors="replace", newline="", write_through=True)
    try:
        rows = csv.writer(text, lineterminator="\n")
        rows.writerow(CSV_COLUMNS)
        for article, links in _linked(job):
            rows.writerow(csv_row(article_line(article, job.desk.zone, links)))
            done.articles += 1
            job.watch()
    finally:
        text.detach()  # or it would close the stream, which is not ours
    return done


def _warc(job: _Job) -> _Sum:
    done = _Sum()
    writer = ArchiveWriter(job.stream, compress=job.compress, software=f"Quxun/{VERSION}", now=now())
    for article in job.articles:
        _archive(job.desk, article, writer, done)
        done.articles += 1
        job.watch()
    return done


def _archive(desk: Desk, article: Article, writer: ArchiveWriter, done: _Sum) -> None:
    """Write all snapshots of an article; a payload that is lost is a problem, not the end."""
    snapshots = {each.id: each for each in desk.store.articles.snapshots(article.id)}
    for snapshot in snapshots.values():
        original = snapshots.get(snapshot.refers_to) if snapshot.refers_to is not None else None
        if snapshot.kind is SnapshotKind.REVISIT and original is not None:
            writer.revisit(snapshot, original)
        elif snapshot.payload_dropped_at is not None:
            done.let_go += 1
        elif snapshot.payload_digest is not None:
            try:
                payload = desk.store.blobs.get(snapshot.payload_digest)
            except (BlobDamaged, NotFound) as error:
                done.problems.append(f"article {article.id}, snapshot {snapshot.id}: {error}")
                continue
            writer.response(snapshot, payload)


_WRITERS: dict[str, Callable[[_Job], _Sum]] = {"jsonl": _jsonl, "csv": _csv, "warc": _warc}
