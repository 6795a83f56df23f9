"""``python -m benchmarks.replay``: run the replay server until it is ended."""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import socket
import threading
import time

from benchmarks.replay.server import serve
from benchmarks.replay.service import ReplayService
from benchmarks.replay.table import SHAPES, ReplayTable


def main() -> None:
    """Listen, say where on stdout, serve."""
    options = _options()
    table = ReplayTable(
        name=options.table, item_count=options.items, items_per_page=options.page_items, shape=options.shape
    )
    service = ReplayService(table, sinks=tuple(options.sink), provisioned_units=options.provisioned)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with socket.create_server(("127.0.0.1", options.port), backlog=256) as listener:
        print(f"http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
        if options.parent:
            threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
        with contextlib.suppress(KeyboardInterrupt):
            serve(listener, service)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.replay", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0: a free one (the URL is printed)")
    parser.add_argument("--table", default="flights", help="the table that has items")
    parser.add_argument("--shape", choices=SHAPES, default="flights", help="what its items are")
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--page-items", type=int, default=0, help="items in a page; 0: as many as make 1 MB stored")
    parser.add_argument("--sink", action="append", default=[], help="an empty table that accepts writes; repeatable")
    parser.add_argument("--provisioned", type=int, help="capacity units a second; without it the tables are on demand")
    parser.add_argument("--parent", action="store_true", help="end when the process that started this one ends")
    return parser.parse_args()


def _end_with(parent: int) -> None:
    """End when the parent has: a killed benchmark must leave nothing behind."""
    while os.getppid() == parent:
        time.sleep(1)
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main()
