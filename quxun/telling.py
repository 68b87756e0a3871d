"""Put a story together for a reader: its members with their articles, and what they have to do with other stories."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from quxun.formats import stamp
from quxun.sheet import Linked, Member, words_of
from storage.records import Article, ArticleId, StoryId, StoryWish
from storage.store import Store
from text.copies.relation import Kinship
from text.diff import Line, diff_texts


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A story as it is shown."""

    id: StoryId
    #: The original first, then by the time of publication.
    members: tuple[Member, ...]
    links: tuple[Linked, ...]
    wishes: tuple[StoryWish, ...]

    @property
    def original(self) -> Member:
        return self.members[0]

    def difference(self, member: Member) -> list[Line]:
        """How a member's text differs from the original's."""
        return list(diff_texts(words_of(self.original.article.extraction), words_of(member.article.extraction)))


def story_of(store: Store, story_id: StoryId) -> Story | None:
    """A story; None if all of its articles were taken down."""
    members = store.stories.members(story_id)
    if not members:
        return None
    articles = store.articles.get_all(each.article_id for each in members)
    told = [Member(each, articles[each.article_id]) for each in members]
    told = [told[0], *sorted(told[1:], key=_since)]
    ids = [each.article.id for each in told]
    place = {each: at for at, each in enumerate(ids)}
    return Story(
        id=members[0].story_id,
        members=tuple(told),
        links=tuple(sorted(linked(store, ids), key=lambda each: (place[each.link.article_id], each.article.id))),
        wishes=tuple(store.copies.wishes(ids)),
    )


def linked(store: Store, article_ids: Sequence[ArticleId]) -> tuple[Linked, ...]:
    """What articles have to do with those of other stories."""
    links = store.copies.links(article_ids)
    articles = store.articles.get_all(each.other_id for each in links)
    return tuple(Linked(each, articles[each.other_id]) for each in links)


def external_ids(links: Iterable[Linked]) -> list[str]:
    """How an export names the articles that one is linked to; another notice of its form is not among them."""
    return [
        each.article.external_id or str(each.article.id)
        for each in links
        if each.link.kinship != Kinship.TEMPLATE.value
    ]


def link_line(each: Linked) -> dict[str, object]:
    """A link for programs."""
    return {
        "of": each.link.article_id,
        "id": each.article.id,
        "site": each.article.publisher,
        "url": each.article.url,
        "relation": each.link.kinship,
        "evidence": each.link.evidence,
    }


def member_line(each: Member, zone: ZoneInfo) -> dict[str, object]:
    """A member for programs."""
    return {
        "id": each.article.id,
        "external_id": each.article.external_id,
        "site": each.article.publisher,
        "url": each.article.url,
        "title": each.article.extraction.title,
        "published_at": stamp(each.article.extraction.published_at, zone),
        "first_seen_at": stamp(each.article.first_seen_at, zone),
        "relation": each.member.relation.value,
        "partner": each.member.partner_id,
        "evidence": each.member.evidence,
        "composite": each.member.composite,
    }


def wish_line(each: StoryWish, zone: ZoneInfo) -> dict[str, object]:
    """What a person said, for programs."""
    return {
        "articles": [each.article_id, each.other_id],
        "together": each.together,
        "by": each.asked_by,
        "at": stamp(each.asked_at, zone),
        "reason": each.reason,
    }


def _since(member: Member) -> tuple[float, int]:
    article: Article = member.article
    return (article.extraction.published_at or article.first_seen_at).timestamp(), article.id
