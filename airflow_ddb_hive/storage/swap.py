"""A folder that is replaced as a whole, where folders can be renamed.

Where the system can exchange two folders in one step, that is all. Elsewhere the old one is moved aside and the new one
takes its place, with a note beside them: whoever finds no folder there, and the note, finishes the second step.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from airflow_ddb_hive.errors import AccessError, InputError, NotFoundError, StorageError
from airflow_ddb_hive.storage.journal import STAGE_PREFIX, Owner, read_whole
from airflow_ddb_hive.storage.paths import child_url, split_url
from airflow_ddb_hive.storage.turns import Turn, is_over, under_way

if TYPE_CHECKING:
    from collections.abc import Iterable

    from airflow_ddb_hive.storage.base import FileInfo, Store

__all__ = ["forgotten_stages", "holder_of", "recover_swap", "repair", "settle_swap", "swap_folder"]

_NOTE = "swap.json"
_FORGOTTEN_SECONDS = 2 * 86400.0
"""No job prepares a folder for so long without writing anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Note:
    """What is being done: the new folder, and where the old one goes."""

    owner: Owner
    stage: str
    aside: str

    def text(self) -> bytes:
        return json.dumps(asdict(self)).encode()


def holder_of(folder: str) -> str:
    """Return the hidden folder beside a folder in which jobs prepare what is to replace it.

    Example:
        >>> holder_of("hdfs://node/out/t")
        'hdfs://node/out/_temporary-t'
    """
    parent, name = split_url(folder)
    return child_url(parent, f"{STAGE_PREFIX}{name}")


def swap_folder(store: Store, stage: str, folder: str, turn: Turn) -> bool:
    """Put a folder in place of another; ``False`` if nothing was done because that one cannot be renamed.

    Somebody else who is replacing it at the same time is waited for.
    """
    if not store.exists(folder):
        recover_swap(store, folder)
    if not store.exists(folder):
        store.rename(stage, folder)
        return True
    store.copy_mode(folder, stage)
    if store.exchange(stage, folder):
        turn.step("exchanged")
        store.remove_folder(stage)
        return True
    return _in_two_steps(store, stage, folder, turn)


def _in_two_steps(store: Store, stage: str, folder: str, turn: Turn) -> bool:
    with under_way(folder):
        return _noted(store, stage, folder, turn)


def _noted(store: Store, stage: str, folder: str, turn: Turn) -> bool:
    note_url = child_url(holder_of(folder), _NOTE)
    note = _Note(owner=Owner.of_this_process(), stage=stage, aside=f"{stage}-old")
    while not store.write_new(note_url, note.text()):
        turn.wait_for(lambda: _owner(store, note_url), lambda: recover_swap(store, folder), folder)
    turn.step("noted")
    try:
        store.rename(folder, note.aside)
    except (StorageError, AccessError, InputError):
        # A mount, a folder with snapshots, the root of an encryption zone: its files can be replaced, itself cannot.
        store.delete([note_url])
        return False
    turn.step("moved aside")
    _finish_second_step(store, note, folder)
    turn.step("replaced")
    store.remove_folder(note.aside)
    store.delete([note_url])
    return True


def _finish_second_step(store: Store, note: _Note, folder: str) -> None:
    try:
        store.rename(note.stage, folder)
    except (NotFoundError, InputError):
        # A reader was quicker.
        if store.exists(note.stage) or not store.exists(folder):
            raise


def repair(store: Store, folder: str) -> bool:
    """Finish the second step for a folder that is not there; ``False`` if nobody was replacing it.

    What is prepared is complete, so it takes the place of what was moved aside.
    """
    note = _note(store, child_url(holder_of(folder), _NOTE))
    if note is None:
        return False
    if store.exists(folder):
        return True
    if store.exists(note.stage):
        _finish_second_step(store, note, folder)
    elif store.exists(note.aside) and not store.exists(folder):
        store.rename(note.aside, folder)
    return True


def settle_swap(store: Store, folder: str, stage: str) -> None:
    """Bring to an end what a dead process has begun with a folder, or an earlier run of the job with this stage."""
    note = _note(store, child_url(holder_of(folder), _NOTE))
    if note is not None and (note.stage == stage or is_over(note.owner, folder)):
        recover_swap(store, folder)


def forgotten_stages(folder: str, files: Iterable[FileInfo], now: float) -> list[str]:
    """Return the hidden folders of jobs, right below a folder, to which nobody came back for long."""
    newest: dict[str, float] = {}
    for file in files:
        name, slash, _ = file.url.removeprefix(f"{folder}/").partition("/")
        if slash and name.startswith(STAGE_PREFIX):
            newest[name] = max(newest.get(name, 0.0), file.modified)
    return [child_url(folder, name) for name, modified in newest.items() if now - modified > _FORGOTTEN_SECONDS]


def recover_swap(store: Store, folder: str) -> None:
    """Bring to an end what a dead process has begun: all of the new or the old is there, and nothing else."""
    note_url = child_url(holder_of(folder), _NOTE)
    note = _note(store, note_url)
    if note is None:
        return
    repair(store, folder)
    store.remove_folder(note.aside)
    store.remove_folder(note.stage)
    store.delete([note_url])


def _owner(store: Store, note_url: str) -> Owner | None:
    note = _note(store, note_url)
    return None if note is None else note.owner


def _note(store: Store, note_url: str) -> _Note | None:
    try:
        found = json.loads(read_whole(store, note_url))
    except NotFoundError:
        return None
    return _Note(owner=Owner(**found["owner"]), stage=found["stage"], aside=found["aside"])
