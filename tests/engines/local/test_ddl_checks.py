"""The order of the checks around DescribeTable: what Hive's SerDe finds, the look-up, EXTERNAL."""

from __future__ import annotations

import pytest

from airflow_ddb_hive.engines.local import LocalSession
from airflow_ddb_hive.errors import DdbHiveError
from tests.engines.local.conftest import MakeTable, ddl

pytestmark = pytest.mark.integration


def refusal(session: LocalSession, statement: str) -> str:
    with pytest.raises(DdbHiveError) as caught:
        session.execute(statement)
    return caught.value.message


def managed(statement: str) -> str:
    return statement.replace("CREATE EXTERNAL", "CREATE", 1)


@pytest.mark.parametrize("mapping", ["id:id,oops", "id:id,c:c"])
def test_the_serde_speaks_before_the_table_is_looked_for(session: LocalSession, mapping: str) -> None:
    statement = managed(ddl("t", "Nowhere", "id string, c map<int,string>", mapping))
    assert refusal(session, statement).startswith(("Invalid entry in mapping oops", "Unsupported Hive type: map<int"))


def test_the_table_is_looked_for_before_external_is_asked(session: LocalSession) -> None:
    statement = managed(ddl("t", "Nowhere", "id string", "x:y"))
    assert refusal(session, statement).startswith("Could not lookup table Nowhere in DynamoDB.")


def test_external_is_asked_before_the_mapping_is_checked(session: LocalSession, make_table: MakeTable) -> None:
    statement = managed(ddl("t", make_table([]), "id string", "x:y"))
    assert refusal(session, statement) == "Only EXTERNAL tables are supported for DynamoDB."


def test_nothing_is_kept_of_a_table_that_was_refused(session: LocalSession, make_table: MakeTable) -> None:
    refusal(session, ddl("t", make_table([]), "id string", "x:y"))
    assert list(session.execute("SHOW TABLES").lines()) == []


def test_a_proxy_given_by_half_is_refused_in_the_connectors_words(session: LocalSession, make_table: MakeTable) -> None:
    session.execute("SET dynamodb.proxy.hostname=proxy").close()
    message = refusal(session, ddl("t", make_table([]), "id string", "id:id"))
    assert message.startswith("Only one of proxy host and port are set, when both are required")
