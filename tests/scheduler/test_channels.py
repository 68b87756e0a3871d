"""Channels: which addresses are understood, what each service is sent, and that no secret is ever shown."""

import base64
import email
import email.policy
import hashlib
import hmac
import logging
import re
from collections.abc import Iterator
from email.message import EmailMessage
from urllib.parse import parse_qs, urlsplit

import apprise
import pytest

from scheduler.telling.channels import Channel, channels_of
from scheduler.telling.chat import post_for
from storage.errors import ConfigError
from tests.docs.markdown import page
from tests.scheduler.sinks import Sink, http_sink, mail_sink

SECRET = "SECsesame"


@pytest.fixture
def sink() -> Iterator[Sink]:
    with http_sink() as taking:
        yield taking


def only(words: str) -> Channel:
    (channel,) = channels_of(words)
    return channel


# ------------------------------------------------------------------ addresses
def test_each_address_is_a_channel_and_the_same_one_twice_is_one() -> None:
    channels = channels_of(" json://one/  wecombot://key json://one/ ")
    assert [channel.name for channel in channels] == ["json://***", "wecombot://***"]
    assert channels_of("") == ()


def test_a_channel_is_known_by_a_digest_and_shows_no_secret() -> None:
    channel = only(f"wecombot://{SECRET}")
    assert SECRET not in f"{channel!r} {channel.identity} {channel.name}"
    assert channel.identity == only(f"wecombot://{SECRET}").identity != only("wecombot://other").identity


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (f"json://good wecombott://{SECRET}", "address 2 has an unknown scheme; did you mean wecombot://?"),
        (f"json://good json://good qqqqqqqq://{SECRET}", "address 3 has an unknown scheme"),
        (SECRET, "address 1 is not a URL such as wecombot://KEY"),
        (f"wecombot://{SECRET}!", "address 1 is not what a wecombot:// address has to be"),
        ("mailtos://", "address 1 is not what a mailtos:// address has to be"),
    ],
)
def test_an_address_that_is_not_understood_is_an_error_without_its_secret(
    words: str, problem: str, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(ConfigError) as raised:
        channels_of(words)
    assert str(raised.value).startswith(f"environment: QUXUN_ALARMS: {problem}")
    assert SECRET not in f"{raised.value} {capfd.readouterr()} {caplog.text}"


def documented() -> list[str]:
    """The addresses in docs/operations.md."""
    told = page("docs/operations.md").partition("## Being told")[2].partition("\n## ")[0]
    return re.findall(r"`([a-z]+://[^`*\s]+)`", told)


def test_the_addresses_of_the_documentation_are_understood() -> None:
    urls = documented()
    assert {url.partition("://")[0] for url in urls} >= {"mailtos", "json", "jsons", "wecombot", "dingtalk", "feishu"}
    for url in urls:
        assert only(url).limit_bytes > 1500


# ------------------------------------------------------------------ what is sent
def test_a_webhook_is_sent_title_and_text(sink: Sink) -> None:
    assert only(sink.channel).send("标题", "第一行\n第二行 <b>&amp;") == ""
    (taken,) = sink.taken
    assert (taken.method, taken.path) == ("POST", "/sesame")
    assert (taken.json["title"], taken.json["message"]) == ("标题", "第一行\n第二行 <b>&amp;")


def test_a_mail_is_plain_text() -> None:
    with mail_sink() as box:
        assert (
            only(f"mailto://127.0.0.1:{box.port}?from=quxun@example.cn&to=desk@example.cn").send("标题", "一\n二") == ""
        )
    mail = email.message_from_string(box.mails[0], policy=email.policy.default)
    assert isinstance(mail, EmailMessage)
    assert (mail["Subject"], mail["To"]) == ("标题", "desk@example.cn")
    assert mail.get_content_type() == "text/plain"
    assert mail.get_content().split() == ["一", "二"]


@pytest.mark.parametrize(
    ("words", "url", "payload"),
    [
        (
            "wecombot://KEY",
            "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=KEY",
            {"msgtype": "text", "text": {"content": "words"}},
        ),
        (
            "dingtalk://TOKEN/13800000000",
            "https://oapi.dingtalk.com/robot/send?access_token=TOKEN",
            {
                "msgtype": "text",
                "text": {"content": "words"},
                "at": {"atMobiles": ["13800000000"], "isAtAll": False},
            },
        ),
        (
            "feishu://TOKEN",
            "https://open.feishu.cn/open-apis/bot/v2/hook/TOKEN",
            {"msg_type": "text", "content": {"text": "words"}},
        ),
    ],
)
def test_a_group_bot_is_sent_plain_text_at_its_own_address(words: str, url: str, payload: dict[str, object]) -> None:
    service = apprise.Apprise.instantiate(words)
    assert service is not None
    post = post_for(service, "words", 0)
    assert post is not None
    assert (post.url, dict(post.payload), dict(post.params)) == (url, payload, {})


def test_only_group_bots_are_posted_to_without_apprise() -> None:
    service = apprise.Apprise.instantiate("json://there")
    assert service is not None
    assert post_for(service, "words", 0) is None


# ------------------------------------------------------------------ what they answer
@pytest.fixture
def bots(monkeypatch: pytest.MonkeyPatch, sink: Sink) -> Sink:
    """The three makers' addresses lead to the sink."""
    from apprise.plugins.dingtalk import NotifyDingTalk
    from apprise.plugins.feishu import NotifyFeishu
    from apprise.plugins.wecombot import NotifyWeComBot

    monkeypatch.setattr(NotifyWeComBot, "notify_url", f"{sink.url}/wecom?key={{key}}")
    monkeypatch.setattr(NotifyDingTalk, "notify_url", f"{sink.url}/ding?access_token={{token}}")
    monkeypatch.setattr(NotifyFeishu, "notify_url", f"{sink.url}/feishu/{{token}}/")
    return sink


@pytest.mark.parametrize(
    ("words", "answer", "problem"),
    [
        ("wecombot://KEY", b'{"errcode":0,"errmsg":"ok"}', ""),
        ("wecombot://KEY", b'{"errcode":93000,"errmsg":"invalid webhook url"}', "93000 invalid webhook url"),
        ("dingtalk://TOKEN", b'{"errcode":0,"errmsg":"ok"}', ""),
        ("dingtalk://TOKEN", b'{"errcode":310000,"errmsg":"keywords not in content"}', "310000 keywords not in"),
        ("feishu://TOKEN", b'{"code":0,"msg":"success"}', ""),
        ("feishu://TOKEN", b'{"StatusCode":0,"StatusMessage":"success"}', ""),
        ("feishu://TOKEN", b'{"code":19001,"msg":"param invalid"}', "refused the message: 19001 param invalid"),
        ("feishu://TOKEN", b"[]", "did not say whether it took the message"),
        ("feishu://TOKEN", b"<html>", "answered with something that is no JSON"),
    ],
)
def test_a_group_bot_that_refuses_with_status_200_has_not_taken_it(
    bots: Sink, words: str, answer: bytes, problem: str
) -> None:
    bots.answer = answer
    said = only(words).send("标题", "正文")
    assert problem in said
    assert bool(said) == bool(problem)
    sent = bots.taken[0].json
    assert {"content": "标题\n正文"} in sent.values() or {"text": "标题\n正文"} in sent.values()


def test_a_signature_is_of_time_and_secret_and_is_encoded_once(bots: Sink) -> None:
    bots.answer = b'{"errcode":0}'
    assert only(f"dingtalk://{SECRET}@TOKEN").send("标题", "正文") == ""
    asked = parse_qs(urlsplit(bots.taken[0].path).query)
    (at,) = asked["timestamp"]
    mac = hmac.new(SECRET.encode(), f"{at}\n{SECRET}".encode(), hashlib.sha256)
    assert asked["sign"] == [base64.b64encode(mac.digest()).decode()]
    assert asked["access_token"] == ["TOKEN"]


@pytest.mark.parametrize("words", ["json://127.0.0.1:{port}/sesame", "wecombot://sesame"])
def test_a_channel_that_fails_says_so_without_its_secret(
    bots: Sink, words: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    channel = only(words.format(port=bots.port))
    bots.status = 500
    assert channel.send("标题", "正文") == "answered with HTTP status 500"
    bots.drops = True
    assert "could not be reached" in channel.send("标题", "正文")
    bots.drops, bots.status, bots.location = False, 302, "http://127.0.0.1:9/elsewhere"
    assert channel.send("标题", "正文") == "answered with HTTP status 302"
    assert "sesame" not in f"{caplog.text} {capfd.readouterr()}"


def test_a_mail_server_that_is_not_there_is_a_sentence() -> None:
    with mail_sink() as box:
        pass
    said = only(f"mailto://127.0.0.1:{box.port}?from=a@example.cn&to=b@example.cn").send("标题", "正文")
    assert said == "could not be reached, or did not take it"
