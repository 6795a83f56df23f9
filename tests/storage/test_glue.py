from typing import Any
from unittest import mock

import pytest
from botocore.exceptions import ClientError

from airflow_ddb_hive.errors import AccessError, DdbHiveError, ServiceError, StorageError
from airflow_ddb_hive.model.access import AwsAccess
from airflow_ddb_hive.storage.glue import CODE_ERRORS, Glue


def _answering(*codes: str) -> Any:
    """A client whose GetTable fails with these codes, one after the other, and then answers."""
    errors: list[Any] = [ClientError({"Error": {"Code": code, "Message": "why"}}, "GetTable") for code in codes]
    client = mock.Mock(spec_set=["get_table", "meta"])
    client.get_table.side_effect = [*errors, {"Table": {}}]
    return client


@pytest.mark.parametrize("code", [code for code in CODE_ERRORS if code != "ConcurrentModificationException"])
def test_every_code_is_an_error_of_ours_that_names_the_table(code: str) -> None:
    with pytest.raises(DdbHiveError, match=r"d\.t") as caught:
        Glue(_answering(code)).call("get_table", "d.t", Name="t")
    assert type(caught.value) is CODE_ERRORS[code][0]
    assert caught.value.code == code


def test_a_missing_permission_names_the_action() -> None:
    with pytest.raises(AccessError, match="glue:GetTable"):
        Glue(_answering("AccessDeniedException")).call("get_table", "d.t")


def test_an_unknown_code_is_told_with_glues_own_words() -> None:
    with pytest.raises(StorageError, match=r"Glue answered NewException to glue:GetTable \(why\)"):
        Glue(_answering("NewException")).call("get_table", "d.t")


def test_a_race_with_another_change_is_tried_again() -> None:
    raced = "ConcurrentModificationException"
    assert Glue(_answering(raced, raced)).call("get_table", "d.t") == {"Table": {}}
    with pytest.raises(ServiceError, match="keep changing it"):
        Glue(_answering(*[raced] * 8)).call("get_table", "d.t")


def test_another_accounts_catalog_is_asked_for_by_its_id() -> None:
    client = _answering()
    Glue(client, "123456789012").call("get_table", "d.t", Name="t")
    client.get_table.assert_called_once_with(CatalogId="123456789012", Name="t")


def test_an_endpoint_where_nobody_answers_is_named() -> None:
    access = AwsAccess(region="us-east-1", glue_endpoint_url="http://127.0.0.1:9")
    glue = Glue.connect(access)
    glue._client.meta.config.retries = {"max_attempts": 0}
    with pytest.raises(ServiceError, match=r"cannot reach Glue at http://127\.0\.0\.1:9"):
        glue.call("get_databases", "databases")
