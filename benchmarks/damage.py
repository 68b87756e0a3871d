"""What a bad wire, a bad template or a bad server does to a page, and what it costs. Seeded, so that it repeats."""

import random
from collections.abc import Callable, Iterator
from functools import partial

from benchmarks.labelled import Labelled, read
from benchmarks.scoring import score

#: Bytes, and what drives the choice; back comes the page as it arrives.
Damage = Callable[[bytes, random.Random], bytes]
#: In tenths of a page: from the first tag to the last.
PLACES = range(11)


def bad_byte_at(tenth: int, payload: bytes, _rng: random.Random) -> bytes:
    """One 0xFF in place of the byte that stands so far into the page."""
    at = min(len(payload) - 1, len(payload) * tenth // 10)
    return payload[:at] + b"\xff" + payload[at + 1 :]


def bad_byte_put_in(payload: bytes, rng: random.Random) -> bytes:
    """One 0xFF more, anywhere: also between the two bytes of a character."""
    at = rng.randrange(len(payload) + 1)
    return payload[:at] + b"\xff" + payload[at:]


def bad_byte_in_prose(payload: bytes, rng: random.Random) -> bytes:
    """One 0xFF more among the characters that are not ASCII, behind an odd number of bytes as often as not."""
    high = [at for at in range(len(payload) // 4, len(payload)) if payload[at] > 0x80]
    at = rng.choice(high) if high else 0
    return payload[:at] + b"\xff" + payload[at:]


def last_byte_cut(payload: bytes, _rng: random.Random) -> bytes:
    return payload[:-1]


def flipped(payload: bytes, rng: random.Random) -> bytes:
    """One byte that is not ASCII is another one."""
    high = [at for at in range(len(payload)) if payload[at] > 0x80] or [0]
    at = rng.choice(high)
    return payload[:at] + bytes([payload[at] ^ (1 << rng.randrange(8))]) + payload[at + 1 :]


def lost(payload: bytes, rng: random.Random) -> bytes:
    """One byte that is not ASCII is missing."""
    high = [at for at in range(len(payload)) if payload[at] > 0x80] or [0]
    at = rng.choice(high)
    return payload[:at] + payload[at + 1 :]


DAMAGES: dict[str, Damage] = {
    **{f"0xFF at {tenth}0 %": partial(bad_byte_at, tenth) for tenth in PLACES},
    "0xFF put in": bad_byte_put_in,
    "0xFF put into prose": bad_byte_in_prose,
    "last byte cut": last_byte_cut,
    "a bit flipped": flipped,
    "a byte lost": lost,
}


def damaged(page: Labelled, harm: Damage, seed: int) -> bytes:
    """The page as the damage leaves it; the seed and the page decide where."""
    return harm(page.payload, random.Random(f"{page.id}/{seed}"))


def damaged_row(pages: list[Labelled], harm: Damage, seed: int, *, charset: bool = True) -> dict[str, float]:
    """The figures of a set after damage, with or without the label's word on the charset."""
    found = {
        page.id: read(
            damaged(page, harm, seed), url=page.truth.get("url") or "", charset=page.charset if charset else ""
        )
        for page in pages
    }
    return score((page.truth for page in pages), found)


def rows(pages: list[Labelled], seeds: int = 1) -> Iterator[tuple[str, dict[str, float]]]:
    """A row for each kind of damage and seed."""
    for name, harm in DAMAGES.items():
        for seed in range(seeds):
            yield f"  {name}" + (f", seed {seed}" if seeds > 1 else ""), damaged_row(pages, harm, seed)
