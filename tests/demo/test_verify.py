"""The demo's checks notice what is wrong, so that their "ok" says something."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from demo import aws, verify
from demo.places import Place, features_file, places, states, states_file


def test_source_has_one_place_a_line_with_seven_fields() -> None:
    lines = features_file().splitlines()
    assert len(lines) == 3407
    assert {line.count("|") for line in lines} == {6}


def test_states_file_has_no_header_and_three_fields() -> None:
    assert states_file().splitlines()[0] == "AK,Alaska,02"
    assert len(states()) == 51


def test_digest_changes_with_a_single_coordinate() -> None:
    rows = places()
    moved = [rows[0]._replace(prim_lat_dec=rows[0].prim_lat_dec + 1e-9), *rows[1:]]
    assert verify.digest(moved) != verify.digest(rows)


@pytest.mark.parametrize("task_id", verify.QUERIES)
def test_query_check_fails_without_rows_and_holds_for_the_expected_ones(task_id: str) -> None:
    expected = verify.QUERIES[task_id]()
    assert expected
    assert not verify.check_query(task_id, None).holds
    assert not verify.check_query(task_id, {"rows": expected[:-1]}).holds
    assert verify.check_query(task_id, {"rows": expected}).holds


def test_check_of_an_empty_service_fails_for_every_table_and_export(tmp_path: Path) -> None:
    with aws.serving(tmp_path / "moto.log") as url:
        aws.prepare(url, states_file())
        assert [check.holds for check in verify.check_data(url)] == [False] * 7


def test_server_ends_with_the_demo(tmp_path: Path) -> None:
    with aws.serving(tmp_path / "moto.log") as url:
        port = int(url.rpartition(":")[2])
        socket.create_connection(("127.0.0.1", port)).close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))


def test_item_with_another_attribute_is_refused() -> None:
    place = Place(1, "Here", "UTC", "NY", 1.0, 2.0, 3)
    kinds = zip(("Id", "Name", "Class", "State", "Latitude", "Longitude", "Elevation"), "NSSSNNN", place, strict=True)
    item = {name: {kind: str(value)} for name, kind, value in kinds}
    assert verify._from_item(item) == place
    with pytest.raises(ValueError, match="other attributes"):
        verify._from_item(item | {"More": {"S": "x"}})
