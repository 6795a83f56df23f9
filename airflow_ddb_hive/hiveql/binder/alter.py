"""ALTER TABLE, ALTER VIEW and ALTER DATABASE, by the rules of Hive 3.1's HiveParser.g.

Follows https://cwiki.apache.org/confluence/display/Hive/LanguageManual+DDL#LanguageManualDDL-AlterTable.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from airflow_ddb_hive.hiveql.alterations import (
    AddColumns,
    ChangeColumn,
    ReplaceColumns,
    SetBuckets,
    SetFormat,
    SetLocation,
    SetPartitionType,
    SetProperties,
    SetSerde,
    SetSkew,
    Touch,
    UnsetProperties,
)
from airflow_ddb_hive.hiveql.binder.alter_partitions import bind_add, bind_drop_partitions, bind_exchange, bind_rename
from airflow_ddb_hive.hiveql.binder.columns import read_column, read_columns
from airflow_ddb_hive.hiveql.binder.conditions import Conditions, read_conditions
from airflow_ddb_hive.hiveql.binder.constraints import ConstraintReader
from airflow_ddb_hive.hiveql.binder.context import semantic_error
from airflow_ddb_hive.hiveql.binder.names import table_name
from airflow_ddb_hive.hiveql.binder.storage import (
    read_format_word,
    read_input_format,
    read_names,
    read_properties,
    read_skew,
    read_sort_columns,
)
from airflow_ddb_hive.hiveql.binder.views import bind_alter_view_as
from airflow_ddb_hive.hiveql.table_statements import (
    AddConstraint,
    AlterDatabase,
    AlterTable,
    DropConstraint,
    RenameTable,
)
from airflow_ddb_hive.model.table import DYNAMODB_HANDLER

if TYPE_CHECKING:
    from airflow_ddb_hive.hiveql.alterations import Alteration
    from airflow_ddb_hive.hiveql.binder.context import Context
    from airflow_ddb_hive.hiveql.grammar.cursor import Cursor
    from airflow_ddb_hive.hiveql.statements import Statement
    from airflow_ddb_hive.hiveql.tree import Position
    from airflow_ddb_hive.model.table import Table

__all__ = ["bind_alter"]

_TABLE, _PARTITION = "alter table statement", "alter table partition statement suffix"
_NOT_RUN = {
    "ARCHIVE": "Hive's archives are not supported",
    "UNARCHIVE": "Hive's archives are not supported",
    "COMPACT": "Compaction is not allowed on non-ACID tables, and there are no others here",
    "CONCATENATE": "CONCATENATE is not supported: INSERT OVERWRITE the table with itself to join small files",
    "UPDATE": "UPDATE STATISTICS and UPDATE COLUMNS are not supported: there are no statistics here",
}


def bind_alter(cursor: Cursor, context: Context) -> Statement:
    """Bind a statement that begins with ALTER."""
    start = cursor.expect("ALTER").position
    if cursor.take("DATABASE") or cursor.take("SCHEMA"):
        return _alter_database(cursor, context, start)
    is_view = cursor.take("VIEW")
    if not is_view:
        cursor.expect("TABLE", "ddl statement")
    database, name, place = table_name(cursor, context)
    if is_view and (cursor.at("AS") or cursor.at("SELECT") or cursor.at("WITH") or cursor.at("FROM")):
        return bind_alter_view_as(cursor, context, start, (database, name, place))
    table = context.table(database, name, place)
    _check_kind(table, place, is_view=is_view)
    return _AlterReader(cursor, context, table, start, is_view=is_view).read()


def _check_kind(table: Table, place: Position, *, is_view: bool) -> None:
    if is_view and table.view_text is None:
        message = "To alter a base table you need to use the ALTER TABLE command."
        raise semantic_error(10132, message, place, table=table.qualified_name)
    if not is_view and table.view_text is not None:
        message = "To alter a view you need to use the ALTER VIEW command."
        raise semantic_error(10131, message, place, table=table.qualified_name)


def _alter_database(cursor: Cursor, context: Context, start: Position) -> Statement:
    place = cursor.position
    name = context.need_database(cursor.identifier("alter database statement"), place)
    cursor.expect("SET", "alter database statement")
    if cursor.take("DBPROPERTIES"):
        return AlterDatabase(name=name, properties=read_properties(cursor), position=start)
    if cursor.take("LOCATION"):
        return AlterDatabase(name=name, location=cursor.string("alter database statement"), position=start)
    cursor.expect("OWNER", "alter database statement")
    _owner(cursor)
    return AlterDatabase(name=name, position=start)


def _owner(cursor: Cursor) -> None:
    """Take the new owner: there are no users here to own anything."""
    if not (cursor.take("USER") or cursor.take("ROLE")):
        cursor.expect("GROUP", "principal name")
    cursor.identifier("principal name")


@dataclass(slots=True)
class _AlterReader:
    """Reads what follows the table's name."""

    cursor: Cursor
    context: Context
    table: Table
    start: Position
    is_view: bool

    def read(self) -> Statement:
        """Take the rest of the statement."""
        cursor = self.cursor
        if cursor.at("PARTITION"):
            return self._of_partition()
        if cursor.take("RENAME"):
            return self._rename()
        return self._of_partitions() or self._change(None)

    def _of_partition(self) -> Statement:
        cursor = self.cursor
        if cursor.at("PARTITION", "COLUMN"):
            return self._partition_column()
        conditions = read_conditions(cursor, self.table)
        if not cursor.take("RENAME"):
            return self._change(conditions)
        cursor.expect("TO", _PARTITION)
        return bind_rename(cursor, self.table, conditions, self.start)

    def _of_partitions(self) -> Statement | None:
        cursor = self.cursor
        if cursor.at("ADD", "PARTITION") or cursor.at("ADD", "IF"):
            return bind_add(cursor, self.table, self.start)
        if cursor.at("DROP", "PARTITION") or cursor.at("DROP", "IF"):
            return bind_drop_partitions(cursor, self.table, self.start)
        if cursor.take("EXCHANGE"):
            return bind_exchange(cursor, self.context, self.table, self.start)
        if cursor.at("ADD", "CONSTRAINT") or cursor.at("DROP", "CONSTRAINT"):
            return self._constraint()
        return None

    def _rename(self) -> Statement:
        cursor = self.cursor
        cursor.expect("TO", _TABLE)
        place = cursor.position
        name = cursor.identifier("table name")
        database = self.table.database
        if cursor.take("."):
            database, name = name, cursor.identifier("table name")
        self.context.need_database(database, place)
        self._refuse_dynamodb("RENAME")
        return RenameTable(table=self.table, database=database, name=name, position=self.start)

    def _constraint(self) -> Statement:
        cursor = self.cursor
        if cursor.take("DROP", "CONSTRAINT"):
            return DropConstraint(table=self.table, name=cursor.identifier(_TABLE), position=self.start)
        cursor.expect("ADD")
        reader = ConstraintReader(cursor, self.table.name)
        reader.of_table()
        names = {column.name for column in self.table.columns}
        reader.check(names, external=self.table.kind == "EXTERNAL_TABLE")
        return AddConstraint(table=self.table, constraint=reader.found[0], position=self.start)

    def _partition_column(self) -> Statement:
        cursor = self.cursor
        cursor.expect("PARTITION")
        cursor.expect("COLUMN")
        cursor.expect("(", _TABLE)
        place = cursor.position
        column = read_column(cursor)
        cursor.expect(")", _TABLE)
        if column.name not in {known.name for known in self.table.partition_columns}:
            raise semantic_error(10002, f"Invalid column reference {column.name}", place)
        change = SetPartitionType(column=column)
        return AlterTable(table=self.table, change=change, position=self.start)

    def _change(self, conditions: Conditions | None) -> Statement:
        context = _TABLE if conditions is None else _PARTITION
        place = self.cursor.position
        change = self._columns(context) or self._set(context, conditions) or self._layout()
        if change is None:
            raise self._unknown(context)
        cascade = self._cascade(change)
        if isinstance(change, Touch) and conditions is None and self.cursor.at("PARTITION"):
            conditions = read_conditions(self.cursor, self.table)
        if isinstance(change, AddColumns | ReplaceColumns | ChangeColumn):
            self._refuse_dynamodb("ADD, REPLACE or CHANGE COLUMNS", place)
        return AlterTable(
            table=self.table,
            change=change,
            partition=None if conditions is None else conditions.conditions,
            shown="" if conditions is None else conditions.shown,
            cascade=cascade,
            position=self.start,
        )

    def _refuse_dynamodb(self, what: str, place: Position | None = None) -> None:
        if self.table.storage.handler != DYNAMODB_HANDLER:
            return
        message = (
            f"ALTER TABLE {what} cannot be used for a non-native table {self.table.name}: drop it and create it anew, "
            "the DynamoDB table stays as it is"
        )
        raise semantic_error(10134, message, place or self.start, table=self.table.qualified_name)

    def _cascade(self, change: Alteration) -> bool:
        cursor = self.cursor
        if not isinstance(change, AddColumns | ReplaceColumns | ChangeColumn) or not cursor.at("CASCADE"):
            cursor.take("RESTRICT")
            return False
        place = cursor.advance().position
        if not self.table.partition_columns:
            message = "Alter table with non-partitioned table does not support cascade"
            raise semantic_error(10410, message, place, table=self.table.qualified_name)
        return True

    def _columns(self, context: str) -> Alteration | None:
        cursor = self.cursor
        if cursor.take("ADD"):
            cursor.expect("COLUMNS", context)
            return AddColumns(columns=read_columns(cursor))
        if cursor.take("REPLACE"):
            cursor.expect("COLUMNS", context)
            return ReplaceColumns(columns=read_columns(cursor))
        if not cursor.take("CHANGE"):
            return None
        cursor.take("COLUMN")
        name = cursor.identifier(context)
        # A constraint may follow the type; Hive keeps it, and never looks at it in old rows.
        column = read_column(cursor, ConstraintReader(cursor, self.table.name))
        after = None
        if cursor.take("FIRST"):
            after = ""
        elif cursor.take("AFTER"):
            after = cursor.identifier(context)
        return ChangeColumn(name=name, column=column, after=after)

    def _set(self, context: str, conditions: Conditions | None) -> Alteration | None:
        cursor = self.cursor
        if cursor.take("UNSET"):
            return self._unset(context)
        if not cursor.at("SET"):
            return None
        if cursor.at("SET", "TBLPROPERTIES") and conditions is not None:
            raise self._unknown(context)
        return self._set_one()

    def _set_one(self) -> Alteration | None:
        cursor = self.cursor
        if cursor.take("SET", "TBLPROPERTIES"):
            return SetProperties(properties=read_properties(cursor))
        if self.is_view:
            return None
        if cursor.take("SET", "LOCATION"):
            return self._location()
        if cursor.take("SET", "OWNER"):
            _owner(cursor)
            return Touch()
        return self._storage()

    def _storage(self) -> Alteration | None:
        cursor = self.cursor
        if cursor.take("SET", "SERDEPROPERTIES"):
            return SetSerde(properties=read_properties(cursor))
        if cursor.take("SET", "SERDE"):
            serde = cursor.string()
            properties = read_properties(cursor) if cursor.take("WITH", "SERDEPROPERTIES") else {}
            return SetSerde(serde=serde, properties=properties)
        if cursor.take("SET", "FILEFORMAT"):
            return self._file_format()
        if cursor.at("SET", "SKEWED"):
            raise cursor.unsupported(
                "SET SKEWED LOCATION is not supported: the files of a skewed table lie in one folder"
            )
        return None

    def _location(self) -> SetLocation:
        position = self.cursor.position
        location = self.cursor.string()
        if not location.startswith("/") and ":/" not in location:
            message = f"{location} is not absolute.  Please specify a complete absolute uri."
            raise semantic_error(None, message, position)
        return SetLocation(location=location)

    def _file_format(self) -> SetFormat:
        cursor = self.cursor
        if not cursor.at("INPUTFORMAT"):
            return SetFormat(file_format=read_format_word(cursor))
        word = read_input_format(cursor)
        return SetFormat(file_format=word, serde=cursor.string() if cursor.take("SERDE") else None)

    def _unset(self, context: str) -> UnsetProperties:
        cursor = self.cursor
        cursor.expect("TBLPROPERTIES", context)
        exists = cursor.take("IF", "EXISTS")
        cursor.expect("(", context)
        keys = [cursor.string(context)]
        while cursor.take(","):
            keys.append(cursor.string(context))
        cursor.expect(")", context)
        return UnsetProperties(keys=tuple(keys), if_exists=exists)

    def _layout(self) -> Alteration | None:
        cursor = self.cursor
        if cursor.take("CLUSTERED", "BY"):
            columns = read_names(cursor, _TABLE)
            sort = read_sort_columns(cursor) if cursor.take("SORTED", "BY") else ()
            return SetBuckets(columns=columns, sort=sort, buckets=self._buckets())
        if cursor.at("INTO"):
            if not self.table.storage.bucket_columns:
                raise semantic_error(10145, "Table is not bucketized.", cursor.position)
            return SetBuckets(buckets=self._buckets())
        if cursor.take("NOT", "CLUSTERED"):
            return SetBuckets(columns=(), sort=(), buckets=-1)
        if cursor.take("NOT", "SORTED"):
            return SetBuckets(sort=())
        if cursor.take("SKEWED", "BY"):
            skewed, values, directories = read_skew(cursor)
            return SetSkew(columns=skewed, values=values, directories=directories)
        return self._no_skew()

    def _no_skew(self) -> Alteration | None:
        cursor = self.cursor
        if cursor.take("NOT", "SKEWED"):
            return SetSkew(columns=())
        if cursor.at("NOT", "STORED"):
            place = cursor.position
            cursor.take("NOT", "STORED")
            cursor.expect("AS", _TABLE)
            cursor.expect("DIRECTORIES", _TABLE)
            if not self.table.storage.skewed_columns:
                message = f"This operation is only valid on skewed table. {self.table.qualified_name}"
                raise semantic_error(10196, message, place)
            return SetSkew()
        return Touch() if cursor.take("TOUCH") else None

    def _buckets(self) -> int:
        cursor = self.cursor
        cursor.expect("INTO", _TABLE)
        count = cursor.integer(_TABLE)
        cursor.expect("BUCKETS", _TABLE)
        return count

    def _unknown(self, context: str) -> Exception:
        word = self.cursor.word
        if word.kind == "word" and word.value in _NOT_RUN:
            return self.cursor.unsupported(f"ALTER TABLE … {word.value}: {_NOT_RUN[word.value]}")
        error = self.cursor.error(context)
        if self.cursor.at("SET") or self.cursor.at("DROP"):
            # Hive looks one word further before it gives up.
            place = self.cursor.peek().position
            error.line, error.column = place.line, place.column
        return error
