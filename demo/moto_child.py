"""The server behind :mod:`demo.aws`: says its URL and serves until its standard input ends."""

from __future__ import annotations

import signal
import sys

from moto.server import ThreadedMotoServer

if __name__ == "__main__":
    # Ctrl-C goes to the whole process group; the parent decides when its server ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    print(f"http://{host}:{port}", flush=True)
    sys.stdin.read()
