from __future__ import annotations

import pytest

from airflow_ddb_hive.errors import InputError
from airflow_ddb_hive.hiveql import Variables, substitute

KNOWN = Variables(
    hivevar={"t": "music", "n": "t", "two": "${hivevar:t}"},
    hiveconf={"limit": "5"},
    env={"HOME": "/home/me"},
    system={"user.name": "me"},
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("${hivevar:t}", "music"),
        ("${t}", "music"),
        ("${hiveconf:limit}", "5"),
        ("${env:HOME}/${system:user.name}", "/home/me/me"),
        ("${hivevar:${n}}", "music"),
        ("${two}", "music"),
        ("'${t}' -- ${t}", "'music' -- music"),
        (
            "${limit} ${hivevar:nope} ${system:nope} ${nope:z} ${t}",
            "${limit} ${hivevar:nope} ${system:nope} ${nope:z} music",
        ),
        ("$t ${} ${a b}", "$t ${} ${a b}"),
    ],
)
def test_known_names_are_replaced_and_others_stay(text: str, expected: str) -> None:
    assert substitute(text, KNOWN) == expected


def test_a_variable_that_refers_to_itself_is_refused() -> None:
    with pytest.raises(InputError, match="deeper than 40"):
        substitute("${a}", Variables(hivevar={"a": "x${a}"}))
