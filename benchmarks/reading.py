"""`make bench-reading`: how well and how fast labelled pages are read, beside other extractors.

Prints a table for every set of labelled pages: the peers' rows and, under them, ours. The pages are no part
of the project; --pages or the variable BENCH_PAGES says where they are. The peers' figures are those of
benchmarks/peers.json; --peers measures them again, in an environment of their own under build/, and --record
writes the file anew. --damage reads the pages as damage leaves them, --command measures `quxun extract --batch`.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import lxml.html

from benchmarks import damage, peer
from benchmarks.labelled import VARIABLE, Labelled, folder, load, read_page, sets
from benchmarks.scoring import COLUMNS, score
from crawler.extract.version import EXTRACTOR

HERE = Path(__file__).parent
RECORDED = HERE / "peers.json"
PINS = HERE / "peers.txt"
HOME = HERE.parent / "build" / "peers"
READINGS = 500  # at least so many are measured for a speed
PEER_LIMIT_S = 1800
OURS = f"Quxun {EXTRACTOR}"
SPEED = ("pages/s", "x lxml")

Row = dict[str, float]


def say(text: str = "") -> None:
    print(text, flush=True)


# ------------------------------------------------------------------ ours
def ours(pages: list[Labelled], *, speed: bool = True) -> Row:
    """Our row: what is read, and what reading costs once everything is loaded."""
    read = {page.id: read_page(page) for page in pages}
    row = score((page.truth for page in pages), read)
    return row | _speed(pages) if speed else row


def _speed(pages: list[Labelled]) -> Row:
    """Pages per CPU second, and how many plain lxml parses of the same text one reading costs."""
    rounds = -(-READINGS // len(pages))
    texts = [page.text for page in pages]
    reading = plain = 0.0
    for _ in range(rounds):  # by turns, so that a change of the machine's speed meets both
        began = time.process_time()
        for page in pages:
            read_page(page)
        between = time.process_time()
        for text in texts:
            _parse(text)
        reading += between - began
        plain += time.process_time() - between
    return {"pages/s": rounds * len(pages) / reading, "x lxml": reading / plain}


def _parse(text: str) -> None:
    try:
        lxml.html.document_fromstring(text)
    except ValueError:  # an XML declaration that names a charset
        lxml.html.document_fromstring(text.encode())


def command_speed(where: Path, name: str) -> str:
    """What `quxun extract --batch` takes for a page, its start subtracted."""
    truths = [page.truth for page in load(where, name)]
    rounds = -(-READINGS // len(truths))
    lines = [
        {"id": truth["id"], "file": str((where / name / truth["file"]).resolve()), "charset": truth["charset"]}
        for truth in truths
    ] * rounds
    start, whole = _command_s(lines[:1]), _command_s(lines)
    per_page = (whole - start) / (len(lines) - 1)
    return f"quxun extract --batch on {name}: {1 / per_page:.0f} pages per CPU second, {len(lines)} readings"


def _command_s(lines: list[dict[str, Any]]) -> float:
    """CPU seconds of the command on a batch."""
    with tempfile.TemporaryDirectory() as home:
        batch = Path(home) / "pages.jsonl"
        batch.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        quxun = Path(sys.executable).with_name("quxun")
        subprocess.run([quxun, "extract", "--batch", batch], stdout=subprocess.DEVNULL, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


# ------------------------------------------------------------------ peers
def install_peers() -> Path:
    """The Python of the peers' environment; made when it is missing or its pins have changed."""
    python, stamp = HOME / "bin" / "python", HOME / "pins.txt"
    if not stamp.exists() or stamp.read_text() != PINS.read_text():
        say("Installing the other extractors into build/peers.")
        venv.create(HOME, clear=True, with_pip=True)
        pip = [str(python), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
        subprocess.run([*pip, "--no-deps", "--requirement", str(PINS)], check=True)
        stamp.write_text(PINS.read_text())
    return python


def measure_peer(python: Path, name: str, pages: list[Labelled]) -> tuple[Row, dict[str, str]]:
    """A peer's row, and the versions it was measured with."""
    lines = (
        {"id": page.id, "url": page.truth.get("url") or "", "lang": page.truth["lang"], "html": page.text}
        for page in pages
    )
    done = subprocess.run(
        [python, HERE / "peer.py", name],
        input="".join(json.dumps(line) + "\n" for line in lines),
        stdout=subprocess.PIPE,
        env={"PATH": os.environ.get("PATH", ""), "HOME": str(HOME), "PYTHONHASHSEED": "0"},
        text=True,
        timeout=PEER_LIMIT_S,
        check=True,
    )
    *read, last = [json.loads(line) for line in done.stdout.splitlines()]
    seconds = sum(line["cpu_s"] for line in read)
    row = score((page.truth for page in pages), {line["id"]: line for line in read})
    return row | {"pages/s": len(read) / seconds, "x lxml": seconds / last["lxml_s"]}, last["versions"]


def measure_peers(where: Path, names: Sequence[str]) -> dict[str, Any]:
    """What peers.json holds, measured now."""
    python = install_peers()
    versions: dict[str, str] = {}
    rows: dict[str, dict[str, Row]] = {}
    for name in names:
        pages = load(where, name)
        for who in peer.PEERS:
            row, versions = measure_peer(python, who, pages)
            rows.setdefault(name, {})[who] = {key: round(value, 4) for key, value in row.items()}
            say(f"{name}: {who} measured")
    return {"measured": datetime.now(UTC).date().isoformat(), "versions": versions, "sets": rows}


# ------------------------------------------------------------------ tables
def table(title: str, rows: dict[str, Row]) -> Iterator[str]:
    """The lines of a table, with the columns that any row has."""
    columns = [name for name in (*COLUMNS, *SPEED) if any(name in row for row in rows.values())]
    yield f"{title:<25}" + "".join(f"{column:>9}" for column in columns)
    for name, row in rows.items():
        yield f"{name:<25}" + "".join(f"{_cell(column, row.get(column)):>9}" for column in columns)


def _cell(column: str, value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.1f}" if column in SPEED else f"{value:.3f}"


def main(arguments: Sequence[str]) -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", nargs="*", metavar="SET", help="only these")
    parser.add_argument("--pages", metavar="FOLDER", help=f"the folder of the sets, instead of {VARIABLE}")
    parser.add_argument("--peers", action="store_true", help="measure the other extractors again")
    parser.add_argument("--record", action="store_true", help="the same, and write benchmarks/peers.json")
    parser.add_argument("--damage", action="store_true", help="read the Chinese sets as damage leaves them, too")
    parser.add_argument("--command", action="store_true", help="measure the command on the first set, too")
    given = parser.parse_args(arguments)
    where = folder(given.pages)
    names = given.sets or sets(where)
    missing = [name for name in names if name not in sets(where)]
    if missing or not names:
        what = f"is no set {missing[0]}" if missing else "are no labelled pages"
        raise SystemExit(f"There {what} in {where}; name the folder that holds them with --pages or {VARIABLE}.")
    recorded = json.loads(RECORDED.read_text(encoding="utf-8"))
    if given.peers or given.record:
        recorded = measure_peers(where, names)
    if given.record:
        RECORDED.write_text(json.dumps(recorded, indent=1) + "\n", encoding="utf-8")
    versions = ", ".join(f"{name} {version}" for name, version in recorded["versions"].items())
    say(f"The other extractors as of {recorded['measured']}: {versions}")
    for name in names:
        pages = load(where, name)
        say()
        for line in table(f"{name}, {len(pages)} pages", {**recorded["sets"].get(name, {}), OURS: ours(pages)}):
            say(line)
        if given.damage and name.startswith("zh"):
            for line in table("  damaged", dict(damage.rows(pages))):
                say(line)
    if given.command:
        say(f"\n{command_speed(where, names[0])}")


if __name__ == "__main__":
    main(sys.argv[1:])
