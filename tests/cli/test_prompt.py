from __future__ import annotations

from collections.abc import Callable

from airflow_ddb_hive.cli.prompt import statements_from

Typed = str | type[BaseException]


def typing(*typed: Typed) -> tuple[Callable[[str], str], list[str]]:
    lines = iter(typed)
    prompts: list[str] = []

    def read_line(prompt: str) -> str:
        prompts.append(prompt)
        line = next(lines, EOFError)
        if isinstance(line, str):
            return line
        raise line

    return read_line, prompts


def statements(*typed: Typed) -> list[str]:
    return list(statements_from(typing(*typed)[0]))


def test_a_statement_ends_at_a_semicolon_at_the_end_of_a_line() -> None:
    assert statements("SELECT 1", "  + ';' ", "; ", "SELECT 2;") == ["SELECT 1\n  + ';' \n; ", "SELECT 2;"]


def test_an_escaped_semicolon_does_not_end_a_statement() -> None:
    assert statements("SELECT 'a\\;", "';") == ["SELECT 'a\\;\n';"]


def test_the_second_line_has_another_prompt() -> None:
    read_line, prompts = typing("SELECT", "1;")
    list(statements_from(read_line))
    assert prompts == ["hive> ", "    > ", "hive> "]


def test_comments_and_blank_lines_before_a_statement_are_skipped() -> None:
    assert statements("", "-- hello", "SELECT 1;") == ["SELECT 1;"]


def test_quit_and_exit_end_the_conversation() -> None:
    assert statements("quit;", "SELECT 1;") == []
    assert statements("EXIT ;", "SELECT 1;") == []


def test_ctrl_c_drops_what_was_typed() -> None:
    assert statements("SELECT", KeyboardInterrupt, "SELECT 1;") == ["SELECT 1;"]


def test_the_end_of_input_drops_an_unfinished_statement() -> None:
    assert statements("SELECT 1;", "SELECT 2") == ["SELECT 1;"]
