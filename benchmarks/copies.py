"""How well copies are found, and what it costs: the table of docs/performance.md.

The labelled texts lie outside the project: a folder with `dev/docs.jsonl`, `dev/labels.jsonl` and `score.py`, beside
the checkout or where the variable BENCH_COPIES says.

    python -m benchmarks.copies             fed in published order
    python -m benchmarks.copies --orders    also reversed and shuffled
    python -m benchmarks.copies --cost      CPU for a text of 1,000 characters, bytes of index for a document
"""

import argparse
import importlib.util
import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any
from zlib import crc32

from benchmarks import copies_index
from storage.copies import postings
from storage.store import Store
from text.copies.joining import decide
from text.copies.keys import Document, fingerprint
from text.copies.memory import MemoryIndex
from text.copies.relate import relate
from text.copies.relation import Kinship

VARIABLE = "BENCH_COPIES"
BESIDE = Path(__file__).parents[2] / "shared" / "bench" / "dedup"
BATCH = 100
#: Copies of the labelled texts in the file of which the size is told.
_TIMES = 50
ORDERS = ("published", "reversed", "shuffled")
#: The least or the most that a figure may be; kinds of edit are looked at if there are that many.
LEAST = {
    "pair_f1": 0.98,
    "ari": 0.98,
    "pair_p": 0.99,
    "b3_f1": 0.993,
    "copy_recall": 0.98,
    "real_f1": 0.985,
    "merged_each": 0.97,
    "page_each": 0.93,
    "worst_edit": 0.92,
}
MOST = {"false_merge_hn": 0.004, "false_merge_ordinary": 0.003}
MANY = 20
#: Precision, recall, F1 = ARI, B-cubed, copy recall, false merges of templates and of ordinary texts: on another
#: part of the same data, with thresholds tuned on this one.
PEERS = """\
SHA-256 of the text                1.00  .14  .25  .79  .19    0    0
SHA-256, normalised                1.00  .22  .36  .82  .29    0    0
normalised title                    .18  .79  .30  .90  .84  .24  .09
simhash, 4-grams, distance 8        .60  .53  .56  .89  .64  .12    0
trafilatura's Simhash               .33  .32  .32  .83  .42  .09  .06
datasketch MinHashLSH, .70          .54  .59  .56  .90  .69  .10    0
winnowing, .70                      .89  .57  .70  .91  .68  .07    0
TF-IDF cosine, 2-3-grams            .83  .58  .68  .90  .69  .12    0
containment of 8-windows, .90       .06  .82  .11  .90  .87  .01  .27"""

Line = Mapping[str, Any]


def folder(given: str | None = None) -> Path:
    """Where the labelled texts are."""
    return Path(given or os.environ.get(VARIABLE) or BESIDE)


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def in_order(given: Sequence[Line], order: str) -> list[Line]:
    """The texts as they come in."""
    by_day = sorted(given, key=lambda each: (each["published"] or "", each["id"]))
    if order == "shuffled":
        random.Random(7).shuffle(by_day)
    return by_day[::-1] if order == "reversed" else by_day


def documents(given: Iterable[Line]) -> list[Document]:
    """Numbered by their ids, so that the order in which they come says nothing."""
    return [
        Document(
            id=int(each["id"][1:], 16),
            site=each["site"] or "",
            title=each["title"] or "",
            text=each["text"],
            day=date.fromisoformat(each["published"][:10]) if each["published"] else None,
        )
        for each in given
    ]


def feed(given: Sequence[Document], batch: int = BATCH) -> MemoryIndex:
    """Decide everything in batches."""
    index = MemoryIndex()
    for start in range(0, len(given), batch):
        some = given[start : start + batch]
        index.apply(some, decide(some, index))
    return index


def figures(where: Path, order: str, given: Sequence[Line], labels: Sequence[Line]) -> dict[str, float]:
    """What the scorer says of one order."""
    index = feed(documents(in_order(given, order)))
    names = {int(each["id"][1:], 16): each["id"] for each in given}
    stories = {names[each]: str(known.story) for each, known in index.known_documents.items()}
    links: dict[str, set[str]] = defaultdict(set)
    for each, decision in index.decisions.items():
        for one, link in [(each, link) for link in decision.links] + [
            (parting.document, link) for parting in decision.partings for link in parting.links
        ]:
            if link.kinship is not Kinship.TEMPLATE:  # as in an export
                links[names[one]].add(names[link.other])
    return scored(scorer(where), labels, stories, {one: sorted(others) for one, others in links.items()})


def scored(
    score: Callable[..., dict[str, Any]],
    labels: Sequence[Line],
    stories: Mapping[str, str],
    links: Mapping[str, list[str]],
) -> dict[str, float]:
    told = score(labels, stories, links)
    found = {name: float(value) for name, value in told.items() if not isinstance(value, dict)}
    edits = told["edit_recall"]
    found["merged_each"], found["page_each"] = edits["merged_each"][0], edits["page_each"][0]
    found["worst_edit"] = min(
        share for kind, (share, many) in edits.items() if many >= MANY and not kind.endswith(("_any", "_each"))
    )
    found["real_f1"] = score(labels, stories, links, _is_real)["pair_f1"]
    for name, half in (("half_a", 0), ("half_b", 1)):
        some = [each for each in labels if crc32(each["group"].encode()) % 2 == half and not each["merged_of"]]
        found[f"{name}_f1"] = score(some, stories, links)["pair_f1"]
    return found


def _is_real(label: Line) -> bool:
    made = label["kind"] == "hardneg" and (label["hn"] or "").startswith("t_")
    return label["kind"] in ("real", "single", "hardneg") and not made


def scorer(where: Path) -> Callable[..., dict[str, Any]]:
    """The function `score` that lies beside the data."""
    spec = importlib.util.spec_from_file_location("score_of_copies", where / "score.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found: Callable[..., dict[str, Any]] = module.score
    return found


def missed(found: Mapping[str, float]) -> list[str]:
    """The bars that were not reached."""
    low = [f"{name} {found[name]:.4f} < {bar}" for name, bar in LEAST.items() if found[name] < bar]
    return low + [f"{name} {found[name]:.4f} > {bar}" for name, bar in MOST.items() if found[name] > bar]


def table(results: Mapping[str, Mapping[str, float]]) -> str:
    """A line a figure, a column an order."""
    rows = [f"{'':24}{'bar':>8}" + "".join(f"{order:>12}" for order in results)]
    shown = [(name, f"≥ {bar}") for name, bar in LEAST.items()] + [(name, f"≤ {bar}") for name, bar in MOST.items()]
    for name, bar in [*shown, ("half_a_f1", ""), ("half_b_f1", "")]:
        rows.append(f"{name:24}{bar:>8}" + "".join(f"{found[name]:12.4f}" for found in results.values()))
    return "\n".join(rows)


def cost(given: Sequence[Line]) -> str:
    """Medians over the texts of about 1,000 characters, and the size of a real SQLite file."""
    some = [each for each in documents(given) if 900 <= len(each.text) <= 1100]
    prints = {each.id: fingerprint(each) for each in some}
    copies = [(prints[each.id], _nearly(each)) for each in some]
    alone = _median(lambda each: fingerprint(each).hashes(), some)
    together = _median(lambda pair: relate(*pair), copies)
    kept = [each.hashes for each in feed(documents(in_order(given, "published"))).decisions.values()]
    mean, length = statistics.mean(map(len, kept)), statistics.mean(len(each["text"]) for each in given)
    return (
        f"{len(some)} texts of 900 to 1,100 characters, CPU: fingerprint {alone:.2f} ms, comparison with a near copy "
        f"{together:.2f} ms, both {alone + together:.2f} ms (bar 1.0)\n"
        f"index on SQLite, {len(kept)} texts of {length:.0f} characters {_TIMES} times over: "
        f"{_index_bytes(kept):.0f} bytes a document with {mean:.1f} hashes each (bar 320)"
    )


def _nearly(document: Document) -> Any:
    """A near copy: a line before, a character changed every 200, the last paragraph cut."""
    text = "".join("某" if at % 200 == 199 else each for at, each in enumerate(document.text[:-100]))
    other = Document(
        id=-1, site="x", title=document.title, text=f"记者从有关方面获悉以下内容\n{text}", day=document.day
    )
    return fingerprint(other)


def _median(work: Callable[[Any], object], given: Sequence[Any]) -> float:
    spent = []
    for each in given:
        began = time.process_time_ns()
        work(each)
        spent.append((time.process_time_ns() - began) / 1e6)
    return statistics.median(spent)


def _index_bytes(kept: Sequence[Sequence[int]]) -> float:
    """Bytes a document of the tables by which copies are found, each time with other hashes of the same size."""
    draw = random.Random(7)
    number = 0
    with (
        tempfile.TemporaryDirectory() as folder,
        Store.open(f"sqlite:///{Path(folder) / 'quxun.db'}", migrate=True) as store,
    ):
        with store.database.write() as connection:
            copies_index.people(connection)
        for _ in range(_TIMES):
            first = number + 1
            other = draw.getrandbits(42)
            pairs = [(each ^ other, first + at) for at, hashes in enumerate(kept) for each in hashes]
            number += len(kept)
            with store.database.write() as connection:
                copies_index.members(connection, range(first, number + 1))
                postings.add(connection, pairs)
        return sum(each for _, each in copies_index.sizes(store.database, number))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", help=f"the folder with dev/ and score.py (or the variable {VARIABLE})")
    parser.add_argument("--orders", action="store_true", help="reversed and shuffled, too")
    parser.add_argument("--cost", action="store_true", help="CPU and bytes")
    options = parser.parse_args()
    where = folder(options.data)
    if not (where / "score.py").exists():
        print(f"There are no labelled texts at {where}; name their folder with --data.")
        return 2
    given, labels = lines(where / "dev" / "docs.jsonl"), lines(where / "dev" / "labels.jsonl")
    if options.cost:
        print(cost(given))
        return 0
    results = {each: figures(where, each, given, labels) for each in (ORDERS if options.orders else ORDERS[:1])}
    print(table(results))
    print("\nothers                             P     R    F1   B³  copy  FM templates, ordinary\n" + PEERS)
    short = [f"{order}: {each}" for order, found in results.items() for each in missed(found)]
    print("\n" + ("\n".join(short) if short else "every bar is reached"))
    return 1 if short else 0


if __name__ == "__main__":
    sys.exit(main())
