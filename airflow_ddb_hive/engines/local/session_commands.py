"""What changes or shows the session itself: macros, resources, RESET, and what is said of databases and functions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from airflow_ddb_hive.engines.local.function_texts import function_lines
from airflow_ddb_hive.engines.local.owner import user_name
from airflow_ddb_hive.engines.local.result import StatementResult, TextResult
from airflow_ddb_hive.engines.local.stores import local_url
from airflow_ddb_hive.errors import InputError, UnsupportedSqlError
from airflow_ddb_hive.hiveql.session_statements import (
    CreateMacro,
    DropMacro,
    NoEffect,
    ResetSettings,
    Resources,
    SourceFile,
)
from airflow_ddb_hive.storage.local_folders import LOCAL_PATHS

if TYPE_CHECKING:
    from airflow_ddb_hive.engines.local.context import StatementContext
    from airflow_ddb_hive.hiveql.session_statements import DescribeDatabase, DescribeFunction, Macro
    from airflow_ddb_hive.hiveql.statements import Statement

__all__ = ["SessionState", "describe_database", "describe_function"]


@dataclass(slots=True)
class SessionState:
    """What a session remembers besides its settings: macros by name, and the files of ADD FILE."""

    given: dict[str, str]
    macros: dict[str, Macro] = field(default_factory=dict)
    files: dict[str, None] = field(default_factory=dict)

    def run(self, statement: Statement, context: StatementContext) -> StatementResult | None:
        """Run a statement that changes the session; ``None`` if it is none.

        Raises:
            InputError: A file is not there.
            UnsupportedSqlError: A JAR would have to be loaded.
        """
        match statement:
            case CreateMacro():
                self.macros[statement.macro.name] = statement.macro
            case DropMacro():
                self.macros.pop(statement.name, None)
            case ResetSettings():
                self._reset(statement, context)
            case Resources():
                return self._resources(statement, context)
            case SourceFile():
                place = statement.position
                message = f"SOURCE {statement.path} stands for a script: run it as one, not as a single statement"
                raise InputError(message, line=place.line, column=place.column)
            case NoEffect():
                pass
            case _:
                return None
        context.finish()
        return StatementResult(context)

    def _reset(self, statement: ResetSettings, context: StatementContext) -> None:
        settings = context.settings
        # Which local folders scripts may use, a script cannot undo.
        for key in set(statement.keys or settings) - {LOCAL_PATHS}:
            settings.pop(key, None)
        fresh = type(settings)(self.given)
        for key, value in fresh.items():
            if key != LOCAL_PATHS and (not statement.keys or key in statement.keys):
                settings[key] = value

    def _resources(self, statement: Resources, context: StatementContext) -> StatementResult:
        context.finish()
        if statement.action == "list":
            found = list(self.files) if statement.kind == "FILE" else []
            return TextResult(context, ["resource"], [[path] for path in found])
        if statement.kind != "FILE" and statement.action == "add":
            place = statement.position
            raise UnsupportedSqlError(
                f"ADD {statement.kind} is not supported: no JVM is here to load {', '.join(statement.paths)}. Leave it "
                "out if its classes are not used, or run the script on EMR",
                line=place.line,
                column=place.column,
            )
        for path in statement.paths:
            if statement.action == "delete":
                self.files.pop(path, None)
            else:
                self._add(path, context)
        return StatementResult(context)

    def _add(self, path: str, context: StatementContext) -> None:
        url = local_url(path)
        if not context.stores.at(url).list_files(url):
            raise InputError(f"{path} does not exist")
        if not self.files:
            context.notice("ADD FILE is noted and has no effect: no script of TRANSFORM runs here that could read it")
        self.files[path] = None


def describe_database(statement: DescribeDatabase, context: StatementContext) -> StatementResult:
    """Show a database's comment and place; EXTENDED adds its properties."""
    known = context.catalog.find_database(statement.name)
    place = context.catalog.table_folder(statement.name, "x").removesuffix("/x")
    owner = ("public", "ROLE") if statement.name == "default" else (user_name(), "USER")
    comment = "" if known is None else known.comment or ""
    properties = {} if known is None or not statement.extended else known.properties
    pairs = ", ".join(f"{key}={value}" for key, value in sorted(properties.items()))
    names = ["db_name", "comment", "location", "owner_name", "owner_type", "parameters"]
    shown = comment or ("Default Hive database" if statement.name == "default" else "")
    return TextResult(context, names, [[statement.name, shown, place, *owner, f"{{{pairs}}}" if pairs else ""]])


def describe_function(statement: DescribeFunction, context: StatementContext) -> StatementResult:
    """Say what a function is."""
    lines = function_lines(statement.name, context.macros, extended=statement.extended)
    return TextResult(context, ["tab_name"], [[line] for line in lines])
