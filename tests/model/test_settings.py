from __future__ import annotations

import re
from pathlib import Path

import pytest

import airflow_ddb_hive
from airflow_ddb_hive.model.settings import KNOWN_SETTINGS, is_secret, masked_statement, setting_notice, shown_value

SOURCES = Path(airflow_ddb_hive.__file__).parent
CONCEPTS = SOURCES.parent / "docs" / "concepts.md"
_NAME = re.compile(r"""f?["'`]((?:dynamodb|ddb_hive)\.[A-Za-z{][\w.{}-]*)""")


def _names_in_code() -> set[str]:
    """What the code reads; ``{…}`` of an f-string stands for anything."""
    files = [path for path in SOURCES.rglob("*.py") if path.name != "settings.py" or path.parent.name == "local"]
    return {name for path in files for name in _NAME.findall(path.read_text())}


def _pattern(name: str) -> re.Pattern[str]:
    parts = re.split(r"\{[^}]*\}", name)
    return re.compile(".+".join(map(re.escape, parts)))


def test_every_setting_that_the_code_names_is_known() -> None:
    unknown = {
        name
        for name in _names_in_code()
        if not any(_pattern(name).fullmatch(known) or known.startswith(name) for known in KNOWN_SETTINGS)
    }
    assert unknown == set()


def test_every_setting_that_is_said_to_work_is_read() -> None:
    patterns = [_pattern(name) for name in _names_in_code()]
    working = [known.name for known in KNOWN_SETTINGS.values() if known.effect in {"works", "only here"}]
    assert [name for name in working if not any(pattern.fullmatch(name) for pattern in patterns)] == []


def test_the_documented_table_is_the_one_in_the_code() -> None:
    rows = re.findall(
        r"^\| `((?:dynamodb|ddb_hive)\.[^`]+)` \| (.*?) \| (.*?) \| (.*?) \|$", CONCEPTS.read_text(), re.MULTILINE
    )
    documented = {name: (place, default, meaning) for name, place, default, meaning in rows}
    assert documented.keys() == KNOWN_SETTINGS.keys()
    for known in KNOWN_SETTINGS.values():
        assert documented[known.name] == documented_row(known.name)


def documented_row(name: str) -> tuple[str, str, str]:
    """What docs/concepts.md says of a setting; ``python -m tests.model.test_settings`` prints the table."""
    known = KNOWN_SETTINGS[name]
    places = {"both": "both", "session": "setting", "table": "property"}
    effects = {
        "works": known.meaning,
        "only here": f"no effect on EMR: {known.meaning}",
        "filled in": f"no effect, on EMR either: {known.meaning}",
        "nothing on EMR": f"no effect, on EMR either: {known.meaning}",
        "nothing here": f"no effect here, only on EMR: {known.meaning}",
    }
    return places[known.place], known.default, effects[known.effect]


@pytest.mark.parametrize(
    ("name", "in_table", "notice"),
    [
        ("hive.exec.parallel", False, None),
        ("dynamodb.region", True, None),
        ("dynamodb.region", False, None),
        ("dynamodb.table.name", True, None),
        (
            "dynamodb.table.name",
            False,
            "dynamodb.table.name is ignored here: it is a table property, for TBLPROPERTIES",
        ),
        (
            "dynamodb.retry.duration",
            False,
            "dynamodb.retry.duration has no effect on EMR: it is ddb_hive.retry.duration, in minutes",
        ),
        ("dynamodb.servicename", False, "dynamodb.servicename has no effect, on EMR either: the endpoint decides"),
        (
            "dynamodb.yarn.enabled",
            False,
            "dynamodb.yarn.enabled has no effect here, only on EMR: there is no YARN: use ddb_hive.workers",
        ),
        (
            "dynamodb.proxy.port",
            True,
            "dynamodb.proxy.port is ignored as a table property: SET it, or give it by --hiveconf or hiveconfs",
        ),
        (
            "dynamodb.scan_segments",
            False,
            "dynamodb.scan_segments is no setting and has no effect: is dynamodb.scan.segments meant?",
        ),
        (
            "Dynamodb.Table.Name",
            True,
            "Dynamodb.Table.Name is no setting and has no effect: is dynamodb.table.name meant?",
        ),
        (
            "ddb_hive.qqqqqqqqqqqqqqqq",
            False,
            "ddb_hive.qqqqqqqqqqqqqqqq is no setting and has no effect: see the settings in docs/concepts.md",
        ),
    ],
)
def test_a_setting_that_does_not_do_what_somebody_thinks_is_noticed(
    name: str, in_table: bool, notice: str | None
) -> None:
    assert setting_notice(name, in_table=in_table) == notice


def test_every_setting_of_the_connectors_spec_is_known() -> None:
    spec = SOURCES.parent.parent / "shared" / "spec" / "connector.md"
    if not spec.exists():
        pytest.skip("the connector's spec is not beside the checkout")
    section = spec.read_text().partition("### 2.1")[2].partition("### 2.2")[0]
    names = set(re.findall(r"`(dynamodb\.[\w.-]+)`", section))
    assert names - KNOWN_SETTINGS.keys() == set()


def test_secrets_are_not_shown() -> None:
    secrets = {known.name for known in KNOWN_SETTINGS.values() if known.secret}
    assert secrets == {name for name in KNOWN_SETTINGS if is_secret(name)}
    assert shown_value("fs.s3.awsSecretAccessKey", "x") == "***"
    assert shown_value("dynamodb.proxy.username", "x") == "x"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("SET x.password = s3cr3t", "SET x.password =***"),
        (
            "-- keys\nset hiveconf:fs.s3.awsSecretAccessKey=s3=cr3t",
            "-- keys\nset hiveconf:fs.s3.awsSecretAccessKey=***",
        ),
        ("SET dynamodb.region=eu-west-1", "SET dynamodb.region=eu-west-1"),
        ("SET", "SET"),
        ("SET dynamodb.awsSecretAccessKey", "SET dynamodb.awsSecretAccessKey"),
        (
            """TBLPROPERTIES ("dynamodb.awsSecretAccessKey"='s3\\'cr3t', "dynamodb.region"="r")""",
            """TBLPROPERTIES ("dynamodb.awsSecretAccessKey"='***', "dynamodb.region"="r")""",
        ),
        ("SELECT 'a' = 'b', password = 'x' FROM t", "SELECT 'a' = 'b', password = 'x' FROM t"),
    ],
)
def test_a_statement_is_shown_without_the_secrets_that_it_sets(text: str, shown: str) -> None:
    assert masked_statement(text) == shown


if __name__ == "__main__":
    for setting in KNOWN_SETTINGS:
        print(f"| `{setting}` | {' | '.join(documented_row(setting))} |")  # noqa: T201 - it is for the page
