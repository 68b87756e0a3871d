"""Comparing texts as a reader does: without spaces, punctuation, width and case. Pure."""

import re
import unicodedata
from functools import lru_cache

#: Characters of a line whose squashed form is kept.
_SHORT = 60
_NO_LETTER = re.compile(r"[\W_]+")
_SIMPLIFIED = str.maketrans(
    "還閱讀關聞熱門薦點擊瀏覽責編輯來時間發佈載權聲頁標題詞鍵號體評論記員訊電報導網圖長猜歡為鏈結專題資訊類連視頻隱轉貼單響應轉錄項廣",
    "还阅读关闻热门荐点击浏览责编辑来时间发布载权声页标题词键号体评论记员讯电报导网图长猜欢为链结专题资讯类连视频隐转贴单响应转录项广",
)
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_KANA_OR_HANGUL = re.compile(r"[\u3040-\u30ff\uac00-\ud7af]")
_LETTERS = re.compile(r"[^\W\d_]")


def words(text: str) -> tuple[str, ...]:
    """A list of words as it is written most legibly: with spaces between them."""
    return tuple(text.split())


def squash(text: str) -> str:
    """Letters and digits only, in NFKC and lower case."""
    return _squashed(text) if len(text) <= _SHORT else _squash(text)


def _squash(text: str) -> str:
    return _NO_LETTER.sub("", unicodedata.normalize("NFKC", text)).lower()


#: A line is asked for by several rules, and that of a navigation stands on every page of a site.
_squashed = lru_cache(maxsize=4096)(_squash)


def tight(text: str) -> str:
    """NFKC without white space."""
    return "".join(unicodedata.normalize("NFKC", text).split())


@lru_cache(maxsize=4096)  # navigation is the same on every page of a site
def plain(text: str) -> str:
    """Tight, in lower case, and with the words of page furniture in simplified characters."""
    return tight(text).lower().translate(_SIMPLIFIED)


def is_chinese(text: str) -> bool:
    """Whether hanzi are what it is written in; Japanese and Korean are not."""
    han = len(_HAN.findall(text))
    if not han or len(_KANA_OR_HANGUL.findall(text)) > han * 0.1:
        return False
    return han > 0.3 * len(_LETTERS.findall(text))
