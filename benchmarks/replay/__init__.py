"""A DynamoDB that costs next to nothing: a table of any size from one page, so that only the client is measured."""

from benchmarks.replay.process import ReplayProcess, replay_server
from benchmarks.replay.table import ReplayTable

__all__ = ["ReplayProcess", "ReplayTable", "replay_server"]
