"""Exit codes: the Hive CLI's own (measured with Hive 3.1.3), and the shell's for signals."""

from __future__ import annotations

from airflow_ddb_hive.errors import DdbHiveError, HiveSemanticError, HiveSyntaxError

__all__ = ["CLOSED_OUTPUT", "FAILED", "INTERRUPTED", "NO_SCRIPT", "OK", "TERMINATED", "error_text", "exit_code"]

OK = 0
FAILED = 1
"""A statement that failed while it ran."""
NO_SCRIPT = 3
"""The script file cannot be read."""
_NO_SENSE = 64
"""Hive's for a syntax error (40000 modulo 256), and for a semantic one without a number."""
INTERRUPTED = 130
CLOSED_OUTPUT = 141
TERMINATED = 143


def exit_code(error: DdbHiveError) -> int:
    """Return the status that the Hive CLI ends with after such an error.

    A numbered error gives its number modulo 256, as the operating system cuts it; where that is zero, 1.

    Example:
        >>> exit_code(HiveSemanticError("Table not found 'x'", code=10001))
        17
    """
    if isinstance(error, HiveSyntaxError):
        return _NO_SENSE
    if isinstance(error, HiveSemanticError):
        return (error.code % 256 or FAILED) if isinstance(error.code, int) else _NO_SENSE
    return FAILED


def error_text(error: DdbHiveError) -> str:
    """Return Hive's line for an error, with the place in the script where Hive's form has none.

    Example:
        >>> error_text(DdbHiveError("no such folder '/x'", line=3, column=8))
        "FAILED: Execution Error, no such folder '/x' (line 3:8)"
    """
    text = error.hive_text()
    if error.line is None or isinstance(error, HiveSyntaxError | HiveSemanticError):
        return text
    return f"{text} (line {error.line}:{error.column or 0})"
