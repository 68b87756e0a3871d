"""The guard of conftest.py: a test cannot reach beyond this machine."""

import asyncio
import socket
from contextlib import suppress

import pytest

#: RFC 5737: an address that is nobody's.
NOBODY = "192.0.2.1"


@pytest.mark.parametrize("name", ["connect", "connect_ex"])
@pytest.mark.parametrize("host", [NOBODY, "www.example.cn"])
def test_a_connection_to_the_outside_is_refused(name: str, host: str, request: pytest.FixtureRequest) -> None:
    with socket.socket() as outside, pytest.raises(pytest.fail.Exception, match=f"connects to {host} port 80"):
        getattr(outside, name)((host, 80))
    request.getfixturevalue("no_network").clear()


def test_a_refusal_that_the_code_swallows_fails_the_test_all_the_same(request: pytest.FixtureRequest) -> None:
    with socket.socket() as outside, suppress(BaseException):  # what badly written code may do
        outside.connect((NOBODY, 80))
    refused = request.getfixturevalue("no_network")
    assert refused == [f"{NOBODY} port 80"]
    refused.clear()


def test_loopback_is_open() -> None:
    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"here")
        writer.close()

    async def ask() -> bytes:
        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        async with server:
            reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
            said = await reader.read()
            writer.close()
            await writer.wait_closed()
            return said

    assert asyncio.run(ask()) == b"here"
