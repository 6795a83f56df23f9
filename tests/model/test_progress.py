from __future__ import annotations

from airflow_ddb_hive.model.progress import Progress, ProgressThrottle, progress_line


def test_a_line_names_table_items_bytes_rate_share_and_time_left() -> None:
    progress = Progress(
        table="Features",
        role="read",
        items=1_234_000,
        bytes=312_400_000,
        units=5_000.0,
        units_per_second=498.7,
        budget_units_per_second=500.0,
        fraction=0.62,
        seconds_left=192.0,
    )
    expected = "Features: read 1,234,000 items, 312.4 MB, 498.7 units/s of 500.0, 62 %, 0:03:12 left"
    assert progress_line(progress) == expected


def test_writing_is_said_in_the_past_tense() -> None:
    assert progress_line(Progress(table="T", role="write", items=2)).startswith("T: wrote 2 items, ")


def test_one_item_is_not_items() -> None:
    assert progress_line(Progress(table="T", role="read", items=1)) == "T: read 1 item, 0.0 MB, 0.0 units/s"


def test_what_is_not_known_is_left_out() -> None:
    line = progress_line(Progress(table="T", role="read", items=10, bytes=1_000_000, units_per_second=2.0))
    assert line == "T: read 10 items, 1.0 MB, 2.0 units/s"


def test_an_estimate_never_claims_the_end() -> None:
    late = Progress(table="T", role="read", fraction=1.7, seconds_left=-4.0)
    assert progress_line(late).endswith(", 99 %, 0:00:00 left")


def test_a_share_below_nothing_is_nothing() -> None:
    assert progress_line(Progress(table="T", role="read", fraction=-0.2)).endswith(", 0 %")


def test_time_left_counts_hours_past_a_day() -> None:
    assert progress_line(Progress(table="T", role="read", seconds_left=90_061.4)).endswith(", 25:01:01 left")


def test_short_work_says_nothing() -> None:
    throttle = ProgressThrottle(started=0.0)
    assert not any(throttle.due(tenth / 10) for tenth in range(30))


def test_the_first_line_is_due_after_three_seconds_and_the_next_five_later() -> None:
    throttle = ProgressThrottle(started=10.0)
    due = [tenth / 10 for tenth in range(100, 240) if throttle.due(tenth / 10)]
    assert due == [13.0, 18.0, 23.0]


def test_after_a_pause_lines_do_not_come_in_a_burst() -> None:
    throttle = ProgressThrottle(started=0.0, first_seconds=1.0, every_seconds=2.0)
    assert throttle.due(100.0)
    assert not throttle.due(101.9)
    assert throttle.due(102.0)
