"""A batch while it is decided: what the store knows, with what was decided so far laid over it."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence

from text.copies import sketch
from text.copies.composite import Relative
from text.copies.index import Candidate, Decision, Index, Known, Wishes
from text.copies.keys import Fingerprint
from text.copies.prints import Prints
from text.copies.relate import relate

#: Documents that a new one is compared with, and at most so many of one story.
_COMPARED, _OF_A_STORY = 20, 3
#: Shared hashes that equal words count for.
_EXACT = 1000
#: Shared hashes that make a candidate; those with fewer are a few at most, as one may be no more than a phrase.
_SHARED, _WEAK = 2, 3
#: Documents that share so many with one that it is in a crowd: of a form, or of a story that many tell.
_CROWD = 4


class Desk:
    """Reads from an index, all at once where it can, and never writes."""

    def __init__(self, prints: Sequence[Fingerprint], index: Index, wishes: Wishes, made: Prints) -> None:
        self._index = index
        self._made = made
        self._wishes = wishes
        self._apart: dict[int, set[int]] = defaultdict(set)
        for pair in wishes.apart:
            for one, other in (pair, pair[::-1]):
                self._apart[one].add(other)
        self._samples: dict[int, tuple[int, ...]] = {}
        self._hot: frozenset[int] = frozenset()
        self._hot = frozenset(index.hot({each for one in prints for each in self._sample(one)}))
        self._exact = index.exact({one.key for one in prints})
        self._found = dict(index.candidates({one.document.id: self.asked(one) for one in prints}))
        self._prints: dict[int, Fingerprint] = {}
        #: What was found of each document in the store alone, and what was chosen of it after so many moves.
        self._shared: dict[int, Counter[int]] = {}
        self._choice: dict[int, tuple[int, list[int]]] = {}
        self._related: dict[tuple[int, int], Relative | None] = {}
        #: Of the documents of this batch that were decided.
        self._by_hash: dict[int, list[int]] = defaultdict(list)
        self._by_key: dict[bytes, list[int]] = defaultdict(list)
        #: The story of each document that was met, and which stories were merged; new stories are below nought.
        self._story: dict[int, int] = {}
        self._merged: dict[int, int] = {}
        self._composite: set[int] = set()
        #: Those that share hashes with many.
        self._crowded: set[int] = set()
        #: How often documents that were known before came into another story.
        self._moves = 0
        self._known: dict[int, Known] = {}
        self._lines: dict[str, Collection[str]] = {}
        wished = {each for pair in wishes.apart | wishes.together for each in pair}
        # Nearly all that will be needed, in one question.
        self._fetch(wished | {each for one in prints for each in self._picked(one)})

    def asked(self, one: Fingerprint) -> tuple[int, ...]:
        """The hashes to look a document up by."""
        return sketch.asked(self._sample(one), one.length, self._hot)

    def stored(self, one: Fingerprint) -> tuple[int, ...]:
        """The hashes to store of a document whose relatives were asked for."""
        return sketch.stored(self._sample(one), one.length, self._hot, crowded=one.document.id in self._crowded)

    def relatives(self, one: Fingerprint, also: Sequence[Fingerprint] = ()) -> list[Relative]:
        """The documents that one has to do with; `also` are compared with it whether or not the index names them."""
        others = self._load(self._picked(one))
        others += [each for each in also if each.document.id not in {other.document.id for other in others}]
        found = (self._relative(one, other) for other in others)
        return [each for each in found if each is not None]

    def story(self, document: int) -> int | None:
        """The story in which a document is now."""
        story = self._story.get(document)
        return None if story is None else self._now(story)

    def is_composite(self, document: int) -> bool:
        """Whether a document holds several stories."""
        return document in self._composite

    def kept_apart(self, document: int, story: int) -> bool:
        """Whether somebody wants a document out of a story, or the story that it is in."""
        own = self.story(document)
        mine = [document, *(each for each in self._apart if own is not None and self.story(each) == own)]
        return any(self.story(other) == story for each in mine for other in self._apart.get(each, ()))

    def wanted_with(self, document: int) -> list[int]:
        """The known documents that somebody put together with one."""
        pairs = (pair for pair in self._wishes.together if document in pair)
        others = {one if other == document else other for one, other in pairs}
        stories = ((each, self.story(each)) for each in sorted(others))
        return [each for each, story in stories if story is not None and not self.kept_apart(document, story)]

    def remember(self, one: Fingerprint, decision: Decision) -> None:
        """Take a decision for carried out."""
        document = decision.document
        self._prints[document] = one
        own = self.story(decision.partner) if decision.partner is not None else None
        self._story[document] = -document - 1 if own is None else own
        for other in decision.merges:
            story = self.story(other)
            if story is not None and own is not None and story != own:
                self._merged[story] = own
                self._moves += 1
        for parting in decision.partings:
            self._composite.add(parting.document)
            if not parting.stays:
                self._story[parting.document] = -parting.document - 1
                self._moves += 1
        if decision.composite:
            self._composite.add(document)
        self._by_key[one.key].append(document)
        for each in decision.hashes:
            self._by_hash[each].append(document)

    def _sample(self, one: Fingerprint) -> tuple[int, ...]:
        found = self._samples.get(one.document.id)
        if found is None:
            found = self._samples[one.document.id] = one.hashes()
        return found

    def _now(self, story: int) -> int:
        while story in self._merged:
            story = self._merged[story]
        return story

    def _relative(self, one: Fingerprint, other: Fingerprint) -> Relative | None:
        pair = one.document.id, other.document.id
        if pair not in self._related:
            found = relate(one, other)
            self._related[pair] = None if found is None else Relative(other, *found)
        return self._related[pair]

    def _picked(self, one: Fingerprint) -> list[int]:
        """The most promising candidates, of several stories if there are several."""
        document = one.document.id
        here = Counter(dict.fromkeys(self._by_key.get(one.key, ()), _EXACT))
        for hash_ in self.asked(one):
            if hash_ in self._by_hash:
                here.update(self._by_hash[hash_])
        # The store's answers stay; what this batch adds, and the stories it makes one, may change the choice.
        known = self._choice.get(document)
        if known is not None and known[0] == self._moves and not here:
            return known[1]
        shared = self._in_store(one)
        if here:
            shared = shared.copy()
            shared.update(here)
        if sum(count >= _SHARED for count in shared.values()) >= _CROWD:
            self._crowded.add(document)
        chosen = self._promising(document, shared)
        if not here:
            self._choice[document] = self._moves, chosen
        return chosen

    def _in_store(self, one: Fingerprint) -> Counter[int]:
        """How many hashes each document of the store shares."""
        document = one.document.id
        if document not in self._shared:
            shared = self._shared[document] = Counter({each.id: each.shared for each in self._candidates(one)})
            for each in self._exact.get(one.key, ()):
                shared[each.id] += _EXACT
            for each in (*self._exact.get(one.key, ()), *self._candidates(one)):
                self._story.setdefault(each.id, each.story)
        return self._shared[document]

    def _promising(self, own: int, shared: Mapping[int, int]) -> list[int]:
        """Those that share most: first one of each story, then a second one of each, and so on."""
        of_story: Counter[int | None] = Counter()
        firsts: list[int] = []
        weak: list[int] = []
        others: list[tuple[int, int, int]] = []
        for count, document in sorted((-count, document) for document, count in shared.items()):
            if document == own:
                continue
            if len(firsts) == _COMPARED or len(weak) == _WEAK:
                break
            story = self.story(document)
            of_story[story] += 1
            if count > -_SHARED:
                weak += [document] if of_story[story] == 1 else []
            elif of_story[story] == 1:
                firsts.append(document)
            elif of_story[story] <= _OF_A_STORY:
                others.append((of_story[story], count, document))
        others.sort()
        chosen = [*firsts, *(document for _, _, document in others)][:_COMPARED]
        return chosen + weak[: _COMPARED - len(chosen)]

    def _candidates(self, one: Fingerprint) -> Sequence[Candidate]:
        document = one.document.id
        if document not in self._found:
            self._found.update(self._index.candidates({document: self.asked(one)}))
            self._found.setdefault(document, ())
        return self._found[document]

    def _load(self, ids: Collection[int]) -> list[Fingerprint]:
        """The fingerprints of documents that were decided before, in the order asked for."""
        self._fetch({each for each in ids if each not in self._prints and each not in self._known})
        for each in ids:
            if each in self._known and each not in self._prints:
                document = self._known[each].document
                self._prints[each] = self._made.of(document, self._lines.get(document.site, ()))
        return [self._prints[each] for each in ids if each in self._prints]

    def _fetch(self, ids: Collection[int]) -> None:
        """Read documents that were decided before; texts are small, fingerprints are made when they are needed."""
        known = self._index.known(ids) if ids else {}
        sites = {each.document.site for each in known.values()} - set(self._lines)
        if sites:
            self._lines.update(self._index.site_lines(sites))
        for document, each in known.items():
            self._known[document] = each
            self._story.setdefault(document, each.story)
            if each.composite:
                self._composite.add(document)
