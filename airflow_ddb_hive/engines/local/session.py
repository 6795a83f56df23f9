"""A session: settings, variables, a current database, and statements that run one after the other."""

from __future__ import annotations

import os
import tempfile
import threading
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from airflow_ddb_hive.engines.local.budgets import BudgetRegistry
from airflow_ddb_hive.engines.local.cancellation import Cancellation
from airflow_ddb_hive.engines.local.catalogs import open_catalog, private_folder
from airflow_ddb_hive.engines.local.context import StatementContext
from airflow_ddb_hive.engines.local.dispatch import run_statement
from airflow_ddb_hive.engines.local.duck import Duck
from airflow_ddb_hive.engines.local.idle_settings import IdleSettings
from airflow_ddb_hive.engines.local.progress import ProgressReporter
from airflow_ddb_hive.engines.local.rehearsal import rehearse
from airflow_ddb_hive.engines.local.rehearsed_catalog import RehearsedCatalog
from airflow_ddb_hive.engines.local.session_catalog import SessionCatalog
from airflow_ddb_hive.engines.local.session_commands import SessionState
from airflow_ddb_hive.engines.local.set_command import run_set
from airflow_ddb_hive.engines.local.setting_notices import SettingNotices
from airflow_ddb_hive.engines.local.settings import Settings
from airflow_ddb_hive.engines.local.stores import Stores, local_url
from airflow_ddb_hive.engines.local.tables import DynamoDBTables
from airflow_ddb_hive.errors import DdbHiveError, HiveSemanticError, InputError, UnsupportedSqlError
from airflow_ddb_hive.hiveql import (
    NESTED_TOO_DEEPLY,
    ScriptStatement,
    Variables,
    bind_parameters,
    bind_statement,
    split_script,
    substitute,
)
from airflow_ddb_hive.hiveql.session_statements import SourceFile
from airflow_ddb_hive.hiveql.statements import SetStatement, UseDatabase
from airflow_ddb_hive.hiveql.tree import Position
from airflow_ddb_hive.model.access import AwsAccess
from airflow_ddb_hive.model.settings import masked_statement
from airflow_ddb_hive.storage.local_folders import LOCAL_PATHS, LocalFolders

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from airflow_ddb_hive.engines.local.result import StatementResult
    from airflow_ddb_hive.hiveql.statements import Statement
    from airflow_ddb_hive.model.progress import Progress

__all__ = ["LocalSession"]

_SOURCE = "source "
_STEP_SECONDS = 0.2
"""How long closing waits before it tells a running statement once more."""


class LocalSession:
    """Runs HiveQL in this process.

    Args:
        access: Where the AWS services are.
        warehouse: Folder or S3 prefix of managed tables; ``None`` is a private one that ends with the session.
        catalog: One of :data:`~airflow_ddb_hive.model.job.CATALOGS`; ``None`` is ``warehouse`` where one is named.
        hiveconfs: Settings, as by SET.
        hivevars: Variables for ``${hivevar:name}``.
        schema: The database to begin in.
        on_progress: Called every few seconds of a long statement, from the thread that waits for it.
        on_notice: Called with one line where the user should know something that is no error.
        explain_only: Statements are explained instead of run; what they change in the catalog only this session sees.

    Raises:
        InputError: The warehouse cannot be used.
    """

    def __init__(  # noqa: PLR0913 - all that surrounds a session, each by name
        self,
        *,
        access: AwsAccess | None = None,
        warehouse: str | None = None,
        catalog: str | None = None,
        hiveconfs: Mapping[str, str] | None = None,
        hivevars: Mapping[str, str] | None = None,
        schema: str = "default",
        on_progress: Callable[[Progress], None] | None = None,
        on_notice: Callable[[str], None] | None = None,
        explain_only: bool = False,
    ) -> None:
        self.settings = Settings(hiveconfs)
        self.hivevars = dict(hivevars or {})
        self._access = access or AwsAccess()
        self._private = private_folder(catalog, warehouse)
        folder = None if self._private is None else str(self._private.folder)
        self._folders = LocalFolders(self._local_paths, [] if folder is None else [Path(folder)])
        self._catalog = open_catalog(
            catalog, warehouse, self._access, self.settings, private=folder, check=self._folders.check
        )
        self._catalog = self._temporary = SessionCatalog(self._catalog, on_folder=self._folders.add_own)
        self._state = SessionState(dict(hiveconfs or {}))
        self._idle_settings = IdleSettings(on_notice or (lambda _line: None))
        self._written: set[str] | None = None
        if explain_only:
            self._catalog, self._written = RehearsedCatalog(self._catalog), set()
        self._progress = ProgressReporter(on_progress)
        self._notice = on_notice or (lambda _line: None)
        self._setting_notices = SettingNotices(self._notice)
        self._budgets = BudgetRegistry(self._setting_notices.say)
        self._stores = Stores(self._access, self._folders, settings=self.settings, stopped=self._is_stopped)
        self._tables = DynamoDBTables(self._access, self._setting_notices)
        self._duck = Duck(
            memory_limit=lambda: self.settings["ddb_hive.memory.limit"],
            time_zone=lambda: self.settings["hive.local.time.zone"],
        )
        self._current: StatementResult | None = None
        self._cancellation = Cancellation()
        self._running = threading.RLock()
        self._closed = False
        self._database = "default"
        if not self._catalog.has_database(schema.lower()):
            self.close()
            raise HiveSemanticError(f"Database does not exist: {schema}", code=10072)
        self._database = schema.lower()
        self._setting_notices.check(hiveconfs or ())

    def run_script(self, text: str, parameters: Mapping[str, object] | None = None) -> Iterator[StatementResult]:
        """Run a script's statements, each when the next result is asked for; the former result is closed first."""
        for statement in split_script(text):
            sourced = self._sourced(statement)
            if sourced is None:
                yield self._run(statement, parameters)
            else:
                yield from self.run_script(sourced, parameters)

    def execute(self, statement: str, parameters: Mapping[str, object] | None = None) -> StatementResult:
        """Run one statement.

        Raises:
            InputError: The text holds no statement, or more than one.
            DdbHiveError: The statement is refused or fails.
        """
        statements = split_script(statement)
        if len(statements) != 1:
            raise InputError(f"one statement is expected, found {len(statements)}: run a script with several by script")
        return self._run(statements[0], parameters)

    def _is_stopped(self) -> bool:
        return self._cancellation.event.is_set()

    def _local_paths(self) -> str:
        return self.settings.get(LOCAL_PATHS, "")

    def _sourced(self, statement: ScriptStatement) -> str | None:
        """The text of the script that SOURCE names; ``None`` for any other statement."""
        if not statement.text[: len(_SOURCE)].lower().startswith(_SOURCE):
            return None
        bound = self._bind(statement, None)
        if not isinstance(bound, SourceFile):
            return None
        url = local_url(bound.path)
        with closing(self._stores.at(url).open_read(url)) as stream:
            return stream.read().decode("utf-8")

    def cancel(self) -> None:
        """Stop what runs now, from any thread; the session stays usable."""
        self._cancellation.cancel()

    def close(self) -> None:
        """End what runs, in whatever thread, and remove what was private to the session."""
        if self._closed:
            return
        self._closed = True
        self._cancellation.cancel()
        while not self._running.acquire(timeout=_STEP_SECONDS):
            self._cancellation.cancel()
        try:
            self._close_result()
            self._tables.close()
            self._duck.close()
            self._temporary.close()
        finally:
            self._running.release()
        if self._private is not None:
            self._private.close()

    def __enter__(self) -> LocalSession:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def _close_result(self) -> None:
        if self._current is not None:
            self._current.close()
            self._current = None

    def _run(self, statement: ScriptStatement, parameters: Mapping[str, object] | None) -> StatementResult:
        with self._running:
            return self._run_alone(statement, parameters)

    def _run_alone(self, statement: ScriptStatement, parameters: Mapping[str, object] | None) -> StatementResult:
        if self._closed:
            raise InputError("the session is closed: open another one")
        self._close_result()
        self._progress.restart()
        self._cancellation = Cancellation()
        context = self._context(masked_statement(statement.text))
        try:
            bound = self._bind(statement, parameters)
            if not isinstance(bound, SetStatement):
                self._idle_settings.tell()
            self._current = self._dispatch(bound, context)
        except DdbHiveError as error:
            error.statement = error.statement or masked_statement(statement.text)
            raise
        except RecursionError as error:
            raise UnsupportedSqlError(NESTED_TOO_DEEPLY, line=statement.line, column=statement.column) from error
        finally:
            if self._current is None:
                context.finish()
        return self._current

    def _bind(self, statement: ScriptStatement, parameters: Mapping[str, object] | None) -> Statement:
        variables = Variables(
            hivevar=self.hivevars, hiveconf=self.settings, env=os.environ, system=_system_properties()
        )
        text = substitute(statement.text, variables)
        if parameters is not None:
            text = bind_parameters(text, parameters)
        return bind_statement(
            text,
            catalog=self._catalog,
            database=self._database,
            settings=self.settings,
            macros=self._state.macros,
            origin=Position(statement.line, statement.column),
        )

    def _dispatch(self, bound: Statement, context: StatementContext) -> StatementResult:
        if isinstance(bound, UseDatabase):
            self._use(bound.name.lower(), bound.position)
        elif isinstance(bound, SetStatement):
            self._idle_settings.note(bound)
            return run_set(bound, context, self.hivevars)
        done = self._state.run(bound, context)
        if done is not None:
            return done
        if self._written is not None:
            return rehearse(bound, context, self._written)
        return run_statement(bound, context)

    def _use(self, name: str, position: Position) -> None:
        if not self._catalog.has_database(name):
            message = f"Database does not exist: {name}"
            raise HiveSemanticError(message, code=10072, line=position.line, column=position.column)
        self._database = name

    def _context(self, statement: str) -> StatementContext:
        return StatementContext(
            statement=statement,
            duck=self._duck,
            catalog=self._catalog,
            settings=self.settings,
            stores=self._stores,
            tables=self._tables,
            progress=self._progress,
            notice=self._notice,
            setting_notices=self._setting_notices,
            budgets=self._budgets,
            cancellation=self._cancellation,
            macros=self._state.macros,
            rehearsal=self._written is not None,
        )


def _system_properties() -> Mapping[str, str]:
    """The Java properties that scripts use, as this machine has them."""
    user = os.environ.get("USER") or os.environ.get("LOGNAME") or ""
    folders = {"user.home": Path.home(), "user.dir": Path.cwd(), "java.io.tmpdir": tempfile.gettempdir()}
    return {"user.name": user} | {name: str(folder) for name, folder in folders.items()}
