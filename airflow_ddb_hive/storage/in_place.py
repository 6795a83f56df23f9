"""Files that come into a folder, or replace those in it, where the folder itself stays.

A journal tells readers of ours which files don't count yet and which don't count any more, so that they see the old
ones or all of the new at every instant; ``docs/commit.md`` tells the steps.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from airflow_ddb_hive.errors import DdbHiveError, NotFoundError
from airflow_ddb_hive.storage.journal import Journal, Owner, is_journal, journals_below, stage_folder, write_whole
from airflow_ddb_hive.storage.manifest import SUCCESS
from airflow_ddb_hive.storage.paths import child_url, split_url
from airflow_ddb_hive.storage.turns import is_over, under_way

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from airflow_ddb_hive.storage.base import FileInfo, Store
    from airflow_ddb_hive.storage.turns import Turn

__all__ = ["Publication", "publish_in_place", "recover_dead", "wait_for_turn"]


@dataclass(frozen=True, slots=True)
class Publication:
    """How one file becomes visible, which fails with the code ``Taken`` if its name is; and how that is taken back."""

    do: Callable[[], None]
    undo: Callable[[], None]


def publish_in_place(
    store: Store, folder: str, journal: Journal, publish: Mapping[str, Publication], turn: Turn
) -> None:
    """Publish files and remove those that they replace.

    Args:
        store: The store.
        folder: The folder.
        journal: What is to be done.
        publish: How each new file becomes visible, by name.
        turn: Hears of each step.
    """
    alone = len(journal.new) + len(journal.old) <= 1 and journal.success is None
    with under_way(journal.job):
        if alone:
            for one in publish.values():
                one.do()
            store.delete(child_url(folder, name) for name in journal.old)
            return
        write_whole(store, journal.publishing_url(folder), journal.text())
        turn.step("publishing")
        _publish_all(store, folder, journal, publish, turn)
        turn.step("published all")
        _end(store, folder, journal, turn)


def _publish_all(store: Store, folder: str, journal: Journal, publish: Mapping[str, Publication], turn: Turn) -> None:
    done: list[Publication] = []
    try:
        if journal.old or journal.success is not None:
            store.delete([child_url(folder, SUCCESS)])
        for one in publish.values():
            one.do()
            done.append(one)
            turn.step("published one")
        write_whole(store, journal.published_url(folder), b"")
    except BaseException:
        with suppress(DdbHiveError):
            for one in reversed(done):
                one.undo()
            store.delete([journal.publishing_url(folder)])
        raise


def _end(store: Store, folder: str, journal: Journal, turn: Turn | None = None) -> None:
    """What is left to do once all new files count."""
    store.delete(child_url(folder, name) for name in journal.old)
    if turn is not None:
        turn.step("removed old")
    if journal.success is not None:
        write_whole(store, child_url(folder, SUCCESS), journal.success.encode())
        if turn is not None:
            turn.step("success")
    # In this order: while the first is there without the second, the new files would not count.
    store.delete([journal.publishing_url(folder)])
    if turn is not None:
        turn.step("journal removed")
    store.delete([journal.published_url(folder)])


def _undo(store: Store, folder: str, journal: Journal) -> None:
    """Take back what a job had not published in full."""
    for name, upload_id in journal.uploads:
        store.abandon(child_url(folder, name), upload_id)
    store.delete(child_url(folder, name) for name in journal.new)
    store.delete([journal.publishing_url(folder)])


def _recover(store: Store, folder: str, journal: Journal, *, published: bool) -> None:
    if published:
        _end(store, folder, journal)
    else:
        _undo(store, folder, journal)
    if store.has_folders:
        store.remove_folder(stage_folder(folder, journal.job))


def recover_dead(store: Store, folder: str, files: Sequence[FileInfo], job: str) -> bool:
    """Bring to an end what dead processes have begun in a folder, and what this very job had; say whether it did."""
    recovered = False
    for place, journal, published in _journals(store, folder, files):
        if journal.job == job or is_over(journal.owner, journal.job):
            _recover(store, place, journal, published=published)
            recovered = True
    return recovered


def wait_for_turn(store: Store, folder: str, job: str, turn: Turn) -> list[FileInfo]:
    """Wait until nobody else is publishing in a folder; return all files that lie in it then."""
    while True:
        files = store.list_all(f"{folder}/")
        if recover_dead(store, folder, files, job):
            continue
        others = _journals(store, folder, files)
        if not others:
            return files
        place, journal, published = others[0]

        turn.wait_for(
            partial(_owner_of, journal), partial(_recover, store, place, journal, published=published), journal.job
        )


def _owner_of(journal: Journal) -> Owner | None:
    return journal.owner


def _journals(store: Store, folder: str, files: Sequence[FileInfo]) -> list[tuple[str, Journal, bool]]:
    urls = [file.url for file in files if split_url(file.url) == (folder, split_url(file.url)[1])]
    urls = [url for url in urls if is_journal(split_url(url)[1])]
    while True:
        try:
            found = journals_below(store, urls)
            break
        except NotFoundError:
            urls = [file.url for file in store.list_all(f"{folder}/") if is_journal(split_url(file.url)[1])]
    for url in urls:
        # A flag alone is left of a commit that ended: its process died before it removed that too.
        if url.endswith(".published") and not any(journal.published_url(place) == url for place, journal, _ in found):
            with suppress(DdbHiveError):
                store.delete([url])
    return found
