"""When a page says it was changed after its publication. Pure.

Only a minute counts: the field has no precision, and a day would be stored as a midnight that nobody stated.
"""

import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime

from crawler.dates import sightings
from crawler.extract.labels import tight_labels
from crawler.extract.layout import Line
from crawler.extract.published import find_modified, modified_tag
from crawler.extract.tags import Tags
from storage.records import Precision

_CHANGED = re.compile(r"(?:最后|最近)?(?:更新|修改|编辑)(?:时间|日期|于)?\s*[:：]?\s*$")


def modified_at(
    tags: Tags, lines: Sequence[Line], published_at: datetime | None, timezone: str
) -> tuple[datetime | None, str]:
    """The minute of the last change and where it stands; a change before the publication is none.

    `lines` are those of the header and tail. A lone 更新时间 is the publication's, not a change.
    """
    for line in lines:
        text = tight_labels(unicodedata.normalize("NFKC", line.text[:200]))
        if "更新" not in text and "修改" not in text and "编辑" not in text:
            continue
        for sighting in sightings(text, zone=timezone):
            moment = sighting.moment
            changed = _CHANGED.search(text[: sighting.start]) and moment.precision is Precision.MINUTE
            if changed and published_at is not None and moment.at > published_at:
                return moment.at, "header"
    at = find_modified(tags, timezone)
    if at is None or (published_at is not None and at < published_at):
        return None, ""
    return at, modified_tag(tags)[1]
