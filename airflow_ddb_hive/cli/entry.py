"""``ddb-hive`` from the command line to the exit code; the engine is loaded when there is something to run."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import cast

from airflow_ddb_hive.cli.arguments import Options, parse_arguments
from airflow_ddb_hive.cli.console import Console
from airflow_ddb_hive.cli.describe_table import describe_arguments, parse_describe, run_describe
from airflow_ddb_hive.cli.exits import CLOSED_OUTPUT, FAILED, INTERRUPTED, NO_SCRIPT, OK, error_text, exit_code
from airflow_ddb_hive.cli.prompt import statements_from
from airflow_ddb_hive.cli.rows import RowWriter, write_to_stdout
from airflow_ddb_hive.cli.shell import Session, Shell
from airflow_ddb_hive.cli.signals import StoppedBySignal, ending_by_signal
from airflow_ddb_hive.errors import DdbHiveError, InputError

__all__ = ["OpenSession", "main", "open_local_session", "run"]

OpenSession = Callable[[Options, Console], Session]
_TRACEBACK = "DDB_HIVE_TRACEBACK"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run ``ddb-hive`` and return its exit code; ``None`` is the process's own command line.

    Example:
        >>> main(["--engine", "abacus"])
        1
    """
    return run(arguments, open_local_session if arguments is not None else _open_in_own_process)


def run(arguments: Sequence[str] | None, open_session: OpenSession) -> int:
    """Run a command line in the session that is opened for it; whatever happens becomes an exit code."""
    console = Console(sys.stderr)
    try:
        with ending_by_signal():
            return _run_chosen(sys.argv[1:] if arguments is None else list(arguments), open_session)
    except StoppedBySignal as signal:
        return signal.status
    except BrokenPipeError:
        return CLOSED_OUTPUT
    except _ScriptUnreadableError as error:
        console.error(error.message)
        return NO_SCRIPT
    except DdbHiveError as error:
        console.error(error_text(error))
        return exit_code(error)
    except Exception as error:  # noqa: BLE001 - the outermost frame: a fault is one line, whatever it is
        return _fault(console, error)


def _run_chosen(arguments: Sequence[str], open_session: OpenSession) -> int:
    """Run scripts or, where the first word that is no option says so, describe a table."""
    about_table = describe_arguments(arguments)
    if about_table is not None:
        described = parse_describe(about_table)
        run_describe(described, Console(sys.stderr, silent=described.silent), write_to_stdout)
        return OK
    options = parse_arguments(arguments)
    return _run_scripts(options, Console(sys.stderr, silent=options.silent), open_session)


def open_local_session(options: Options, console: Console) -> Session:
    """Open a session of the local engine, which loads it."""
    from airflow_ddb_hive.engines.local.session import LocalSession

    session = LocalSession(
        access=options.access,
        warehouse=options.warehouse,
        catalog=options.catalog,
        hiveconfs=options.hiveconfs,
        hivevars=options.hivevars,
        schema=options.database,
        on_progress=console.progress,
        on_notice=console.notice,
        explain_only=options.explain,
    )
    return cast("Session", session)


def _open_in_own_process(options: Options, console: Console) -> Session:
    """Open a session in a process that is all ours: nobody else in it needs what is kept out."""
    from airflow_ddb_hive.cli.startup import make_light

    make_light()
    return open_local_session(options, console)


class _ScriptUnreadableError(InputError):
    """A script file that cannot be read."""


def _run_scripts(options: Options, console: Console, open_session: OpenSession) -> int:
    # Read before anything runs: a missing second file must not leave the first one's work half done.
    init_scripts = [_read(file) for file in options.init_files]
    scripts = [*options.statements, *(_read(file) for file in options.files)]
    prompt = not scripts and sys.stdin.isatty()
    if not scripts and not prompt:
        scripts = [_read("-")]
    session = open_session(options, console)
    writer = RowWriter(write_to_stdout, on_closed=session.cancel)
    try:
        quiet = Shell(session, Console(sys.stderr, silent=True), writer)
        for script in init_scripts:
            quiet.run(script)
        shell = Shell(session, console, writer, verbose=options.verbose)
        for script in scripts:
            shell.run(script)
        return _converse(shell, console) if prompt else OK
    except DdbHiveError:
        if writer.closed:
            raise BrokenPipeError from None
        raise
    except BaseException:
        session.cancel()
        raise
    finally:
        console.erase_progress()
        session.close()


def _read(file: str) -> str:
    try:
        data = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        return data.decode()
    except OSError as error:
        raise _ScriptUnreadableError(
            f"Could not open input file for reading. ({file}: {error.strerror or error})"
        ) from error
    except UnicodeDecodeError as error:
        raise _ScriptUnreadableError(f"{file} is not UTF-8 at byte {error.start}: save it as UTF-8") from error


def _converse(shell: Shell, console: Console) -> int:
    """Run what is typed until the end of input; the status is the last statement's."""
    status = OK
    for statement in statements_from(_reader()):
        try:
            with ending_by_signal():
                shell.run(statement)
            status = OK
        except DdbHiveError as error:
            console.error(error_text(error))
            status = exit_code(error)
        except StoppedBySignal as signal:
            shell.session.cancel()
            if signal.status != INTERRUPTED:
                raise
            console.error("cancelled")
            status = signal.status
    return status


def _reader() -> Callable[[str], str]:
    """A line reader with a history, where the platform has one."""
    import contextlib

    with contextlib.suppress(ImportError):
        import readline  # noqa: F401 - its import gives input() a history

    def read_line(prompt: str) -> str:
        try:
            with ending_by_signal():
                return input(prompt)
        except StoppedBySignal as signal:
            if signal.status != INTERRUPTED:
                raise
            sys.stdout.write("\n")
            raise KeyboardInterrupt from None

    return read_line


def _fault(console: Console, error: Exception) -> int:
    """Say a fault of ours in one line."""
    if os.environ.get(_TRACEBACK) == "1":
        console.error("".join(traceback.format_exception(error)).rstrip())
    else:
        message = " ".join(str(error).split())
        console.error(f"FAILED: {type(error).__name__}: {message} (a fault of ddb-hive; {_TRACEBACK}=1 shows where)")
    return FAILED
