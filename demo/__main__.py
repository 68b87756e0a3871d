"""Serve the miniature district until Ctrl-C: `python -m demo --port 8000`."""

import argparse
import sys
import threading
from datetime import date, datetime

from demo.district import District
from demo.model import SHANGHAI
from demo.server import DemoServer


def main(arguments: list[str] | None = None) -> int:
    """0 after Ctrl-C, 1 if a port is taken, 2 for wrong usage."""
    parser = argparse.ArgumentParser(
        prog="python -m demo", description="A miniature district: six invented news sites."
    )
    parser.add_argument(
        "--port", type=int, default=8000, help="port of the first site, 0 for any (default %(default)s)"
    )
    parser.add_argument("--seed", type=int, default=7, help="another seed, another content (default %(default)s)")
    parser.add_argument("--today", type=date.fromisoformat, help="the day the sites believe it is (default: today)")
    options = parser.parse_args(arguments)
    today: date = options.today or datetime.now(SHANGHAI).date()
    try:
        server = DemoServer(District(today=today, seed=options.seed), port=options.port)
    except ValueError as error:
        parser.error(str(error))
    try:
        addresses = server.start()
    except OSError as error:
        print(f"cannot listen on port {options.port} and the five after it: {error}", file=sys.stderr)
        return 1
    print("临湖新区: six synthetic news sites. Ctrl-C ends them.")
    for key, address in addresses.items():
        articles = len(server.district.articles(key))
        print(f"  {address}/  {key:<7} {articles:>3} articles  {server.district.site(key).name}", flush=True)
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        print()
    finally:
        server.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
