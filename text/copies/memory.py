"""An index in memory, for tests, for measuring, and for a check of a few texts against each other."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from text.copies.index import CANDIDATES, HOT, Candidate, Decision, Known
from text.copies.keys import Document
from text.copies.site_lines import boilerplate, lines_of


class MemoryIndex:
    """Carries decisions out, and answers as a database would."""

    def __init__(self, hot: int = HOT) -> None:
        self._limit = hot
        self.known_documents: dict[int, Known] = {}
        self.decisions: dict[int, Decision] = {}
        self._by_key: dict[bytes, list[int]] = defaultdict(list)
        self._by_hash: dict[int, list[int]] = defaultdict(list)
        self._hot: set[int] = set()
        self._lines: dict[str, Counter[str]] = defaultdict(Counter)

    def exact(self, keys: Collection[bytes]) -> Mapping[bytes, Sequence[Candidate]]:
        return {
            key: [self._candidate(each, 1) for each in sorted(self._by_key[key])[:CANDIDATES]]
            for key in keys
            if key in self._by_key
        }

    def hot(self, hashes: Collection[int]) -> Collection[int]:
        return self._hot.intersection(hashes)

    def candidates(self, asked: Mapping[int, Sequence[int]]) -> Mapping[int, Sequence[Candidate]]:
        found = {}
        for document, hashes in asked.items():
            shared: Counter[int] = Counter()
            for each in hashes:
                shared.update(self._by_hash.get(each, ()))
            best = sorted(shared.items(), key=lambda item: (-item[1], item[0]))[:CANDIDATES]
            found[document] = [self._candidate(each, count) for each, count in best]
        return found

    def known(self, ids: Collection[int]) -> Mapping[int, Known]:
        return {each: self.known_documents[each] for each in ids if each in self.known_documents}

    def site_lines(self, sites: Collection[str]) -> Mapping[str, Collection[str]]:
        return {site: boilerplate(self._lines[site]) for site in sites if site in self._lines}

    def stories(self) -> dict[int, set[int]]:
        """The documents of each story."""
        found: dict[int, set[int]] = defaultdict(set)
        for document, known in self.known_documents.items():
            found[known.story].add(document)
        return dict(found)

    def apply(self, documents: Iterable[Document], decisions: Iterable[Decision]) -> None:
        """Carry out the decisions on a batch."""
        given = {document.id: document for document in documents}
        for decision in decisions:
            self._forget(decision.document)
            self._store(given[decision.document], decision)

    def _store(self, document: Document, decision: Decision) -> None:
        story = document.id if decision.partner is None else self.known_documents[decision.partner].story
        self._put(document, story, composite=decision.composite, key=decision.key, version=decision.version)
        for other in decision.merges:
            self._merge(self.known_documents[other].story, story)
        for parting in decision.partings:
            left = self.known_documents[parting.document]
            story = left.story if parting.stays else self._free(left)
            self._put(left.document, story, composite=True, key=left.key, version=left.version)
        self.decisions[document.id] = decision
        self._by_key[decision.key].append(document.id)
        for each in decision.hashes:
            self._by_hash[each].append(document.id)
            if len(self._by_hash[each]) >= self._limit:
                self._hot.add(each)
        self._lines[document.site].update(lines_of(document.text))

    def _free(self, left: Known) -> int:
        """A number for the story of a document that leaves one: its own, unless the others go on under it."""
        number = left.document.id
        others = any(known.story == number and each != number for each, known in self.known_documents.items())
        if others and left.story == number:
            heir = min(each for each, known in self.known_documents.items() if known.story == number and each != number)
            self._merge(number, heir)
        return number

    def _put(self, document: Document, story: int, *, composite: bool, key: bytes, version: int) -> None:
        self.known_documents[document.id] = Known(
            document=document, story=story, composite=composite, key=key, version=version
        )

    def _merge(self, story: int, into: int) -> None:
        if story == into:
            return
        for known in list(self.known_documents.values()):
            if known.story == story:
                self._put(known.document, into, composite=known.composite, key=known.key, version=known.version)

    def _forget(self, document: int) -> None:
        """Take out what was stored of an earlier text of the document."""
        earlier = self.decisions.pop(document, None)
        if earlier is None:
            return
        self._by_key[earlier.key].remove(document)
        for each in earlier.hashes:
            self._by_hash[each].remove(document)

    def _candidate(self, document: int, shared: int) -> Candidate:
        return Candidate(id=document, shared=shared, story=self.known_documents[document].story)
