from __future__ import annotations

import pytest

from airflow_ddb_hive.engines.local.table_settings import is_off


@pytest.mark.parametrize(("text", "off"), [(None, False), ("true", False), (" FALSE ", True), ("no", False)])
def test_only_false_turns_off(text: str | None, off: bool) -> None:
    assert is_off("k", {} if text is None else {"k": text}, {}) is off
