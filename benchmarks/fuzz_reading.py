"""`python -m benchmarks.fuzz_reading --minutes N`: read mutated pages until time is up; nothing may raise or take long.

Seeded: the same seed makes the same pages in the same order. The labelled pages are mutated where they are at hand,
and made-up ones everywhere. What raises or takes too long is saved into build/fuzz/, and the exit status is 1.
"""

import argparse
import random
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from benchmarks.labelled import folder, load, read, sets

SAVED = Path(__file__).parent.parent / "build" / "fuzz"
PAGE_LIMIT_S = 3.0  # of CPU time
MAX_PAYLOAD = 3_000_000  # bytes: mutation upon mutation doubles a page
MADE_UP = (
    "<html><head><meta charset='gbk'><title>a</title></head><body><h1>a</h1><div class='info'>2026-11-12 08:05</div>"
    "<div id='zoom'><p>望海区近日召开秋冬季防火工作会议，要求各街道压实责任。（记者 王燕）</p></div></body></html>"
).encode("gbk")
NASTY = (
    *(b"<div>" * 300, b"</div>" * 300, b"<table><tr><td>" * 40, b"<font>" * 300, b"<p>" * 2000, b"<br>" * 3000),
    *(b"<!--", b"-->", b"<script>", b"</script>", b"<style>", b"<title>", b"<textarea>", b"<![CDATA[", b"<?php"),
    *(b"\0", b"\xff", b"\xfe\xff", b"\xff\xfe", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"&#xD800;", b"&#0;", b"&amp" * 500),
    *(b"<a href='" + b"x" * 9000 + b"'>", b"<div " + b"a=1 " * 3000 + b">", b"x" * 50_000, b"1" * 3000, b"." * 3000),
    *(
        "编辑:" * 500,
        "来源：" * 300,
        "\u202e\u200b" * 900,
        "一审/" * 400,
        "2026-11-12 " * 300,
        "（记者 " * 300,
        "【" * 900,
    ),
)
PIECES = tuple(piece.encode() if isinstance(piece, str) else piece for piece in NASTY)

Mutation = Callable[[bytes, random.Random, Sequence[bytes]], bytes]


def _span(payload: bytes, rng: random.Random, most: int) -> tuple[int, int]:
    start = rng.randrange(len(payload) + 1)
    return start, min(len(payload), start + rng.randrange(1, most))


def drop(payload: bytes, rng: random.Random, _others: Sequence[bytes]) -> bytes:
    start, end = _span(payload, rng, 3000)
    return payload[:start] + payload[end:]


def double(payload: bytes, rng: random.Random, _others: Sequence[bytes]) -> bytes:
    start, end = _span(payload, rng, 20_000)
    return payload[:end] + payload[start:end] * rng.randrange(1, 30) + payload[end:]


def cut(payload: bytes, rng: random.Random, _others: Sequence[bytes]) -> bytes:
    return payload[: rng.randrange(len(payload) + 1)]


def put_in(payload: bytes, rng: random.Random, _others: Sequence[bytes]) -> bytes:
    at = rng.randrange(len(payload) + 1)
    return payload[:at] + rng.choice(PIECES) + payload[at:]


def scatter(payload: bytes, rng: random.Random, _others: Sequence[bytes]) -> bytes:
    """Some bytes are others."""
    changed = bytearray(payload)
    for _ in range(rng.randrange(1, 200) if changed else 0):
        changed[rng.randrange(len(changed))] = rng.randrange(256)
    return bytes(changed)


def lose_tags(payload: bytes, rng: random.Random, _others: Sequence[bytes]) -> bytes:
    """All tags of one name are gone, or all its end tags."""
    name = rng.choice((b"div", b"p", b"a", b"td", b"li", b"script", b"style", b"span", b"title", b"table", b"ul"))
    return payload.replace(rng.choice((b"</" + name + b">", b"<" + name)), b"")


def swap_tags(payload: bytes, rng: random.Random, _others: Sequence[bytes]) -> bytes:
    one, other = rng.sample((b"div", b"p", b"a", b"td", b"li", b"h1", b"form", b"button", b"svg", b"tr", b"ol"), 2)
    return payload.replace(b"<" + one, b"<" + other)


def splice(payload: bytes, rng: random.Random, others: Sequence[bytes]) -> bytes:
    """The beginning of one page and the end of another."""
    other = rng.choice(others)
    return payload[: rng.randrange(len(payload) + 1)] + other[rng.randrange(len(other) + 1) :]


MUTATIONS: tuple[Mutation, ...] = (drop, double, cut, put_in, put_in, scatter, lose_tags, swap_tags, splice)


def pages(where: Path) -> list[bytes]:
    """What is mutated: the labelled pages, if there are any, and a made-up one."""
    return [MADE_UP, *(page.payload for name in sets(where) for page in load(where, name))]


def mutants(originals: Sequence[bytes], seed: int) -> Iterator[bytes]:
    """Pages without end, each with one to four mutations."""
    rng = random.Random(seed)
    while True:
        payload = rng.choice(originals)
        for _ in range(rng.randrange(1, 5)):
            payload = rng.choice(MUTATIONS)(payload, rng, originals)[:MAX_PAYLOAD]
        yield payload


def trouble(payload: bytes) -> tuple[str, float]:
    """What went wrong with a page, empty if nothing, and the CPU seconds that it took."""
    began = time.process_time()
    try:
        read(payload, url="http://www.example.cn/2026-11/12/a.html", content_type="text/html")
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what is looked for
        return repr(error), time.process_time() - began
    took = time.process_time() - began
    return f"it took {took:.1f} s of CPU time" if took > PAGE_LIMIT_S else "", took


def main(arguments: Sequence[str]) -> None:
    """Fuzz, and say what was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--pages", metavar="FOLDER", help="the folder of the labelled pages")
    given = parser.parse_args(arguments)
    originals = pages(folder(given.pages))
    ends, count, worst, found = time.monotonic() + given.minutes * 60, 0, 0.0, 0
    for payload in mutants(originals, given.seed):
        wrong, took = trouble(payload)
        if took > PAGE_LIMIT_S:  # what a library loads at the first page that needs it is no page's cost
            wrong, took = trouble(payload)
        count, worst = count + 1, max(worst, took)
        if wrong:
            found += 1
            SAVED.mkdir(parents=True, exist_ok=True)
            (SAVED / f"{given.seed}-{count}.html").write_bytes(payload)
            print(f"page {count}: {wrong}", flush=True)
        if time.monotonic() > ends:
            break
    print(f"{count} pages of {len(originals)}, seed {given.seed}: {found} went wrong, the slowest took {worst:.2f} s")
    if found:
        raise SystemExit(1)


if __name__ == "__main__":
    main(sys.argv[1:])
