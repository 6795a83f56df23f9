"""ALTER, TRUNCATE, MSCK, constraints, temporary tables, macros and commands: rows as Hive 3.1.3 printed them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from airflow_ddb_hive.engines.local import LocalSession
from airflow_ddb_hive.errors import DdbHiveError, HiveSemanticError, InputError, JobFailedError, UnsupportedSqlError


class Shell:
    """A session that answers with the lines of the last statement."""

    def __init__(self, warehouse: Path) -> None:
        self.notices: list[str] = []
        self.session = LocalSession(warehouse=str(warehouse), on_notice=self.notices.append)

    def __call__(self, *statements: str) -> list[str]:
        lines: list[str] = []
        for statement in statements:
            for result in self.session.run_script(statement):
                lines = list(result.lines())
        return lines

    def refused(self, statement: str) -> DdbHiveError:
        with pytest.raises(DdbHiveError) as caught:
            self(statement)
        return caught.value


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    made = Shell(tmp_path / "warehouse")
    with made.session:
        yield made


@pytest.fixture
def parts(shell: Shell) -> Shell:
    """A shell with a partitioned table ``t``."""
    shell("CREATE TABLE t (a int COMMENT 'ca', b string) PARTITIONED BY (ds string COMMENT 'pc', hr int)")
    return shell


def names(shell: Shell, table: str = "t") -> list[str]:
    listed = itertools.takewhile(str.strip, shell(f"DESCRIBE {table}"))
    return [line.split()[0] for line in listed]


def test_partitions_are_added_normalised_and_listed(parts: Shell) -> None:
    parts("ALTER TABLE t ADD PARTITION (ds='2020-01-01', hr=1)")
    parts("ALTER TABLE t ADD IF NOT EXISTS PARTITION (ds='2020-01-01', hr=1) PARTITION (ds='2020-01-02', hr='02')")
    assert parts("SHOW PARTITIONS t") == ["ds=2020-01-01/hr=1", "ds=2020-01-02/hr=2"]
    assert parts("SHOW PARTITIONS t PARTITION (hr=2)") == ["ds=2020-01-02/hr=2"]


@pytest.mark.parametrize(
    ("statement", "code", "text"),
    [
        ("ALTER TABLE t ADD PARTITION (ds='1')", None, "doesn't contain all"),
        ("ALTER TABLE t ADD PARTITION (ds='1', hr='x')", 10248, "cannot be converted to type int"),
        ("SHOW PARTITIONS t PARTITION (foo=2)", 10098, "non-partition columns"),
        ("ALTER TABLE t PARTITION (ds='77', hr=1) SET LOCATION '/p'", 10006, "Partition not found"),
        ("ALTER TABLE t SET LOCATION 'relative/x'", None, "is not absolute"),
        ("ALTER TABLE t PARTITION COLUMN (a string)", 10002, "Invalid column reference a"),
        ("ALTER TABLE t ADD COLUMNS (ds int)", None, "conflicts with table columns"),
        ("ALTER TABLE t INTO 8 BUCKETS", 10145, "not bucketized"),
        ("ALTER TABLE t UNSET TBLPROPERTIES ('p')", 10215, "does not exist"),
        ("ALTER VIEW t SET TBLPROPERTIES ('c'='d')", 10132, "ALTER TABLE command"),
        ("TRUNCATE TABLE t PARTITION (ds='9', hr=1)", 10006, "Partition not found"),
        ("ALTER TABLE nope RENAME TO x", 10001, "Table not found"),
        ("ANALYZE TABLE t COMPUTE STATISTICS FOR COLUMNS nope", 10002, "possible columns are"),
    ],
)
def test_a_change_that_does_not_fit_is_refused_as_hive_does(
    parts: Shell, statement: str, code: int | None, text: str
) -> None:
    error = parts.refused(statement)
    assert isinstance(error, HiveSemanticError)
    assert text in error.message
    assert error.code == code


def test_partitions_are_dropped_by_comparison(parts: Shell) -> None:
    parts(
        "ALTER TABLE t ADD PARTITION (ds='1',hr=1) PARTITION (ds='1',hr=2) PARTITION (ds='2',hr=1)",
        "ALTER TABLE t ADD PARTITION (ds='3',hr=10)",
    )
    parts("ALTER TABLE t DROP PARTITION (ds='1', hr!=1), PARTITION (hr>9)")
    assert parts("SHOW PARTITIONS t") == ["ds=1/hr=1", "ds=2/hr=1"]


def test_a_missing_partition_is_only_an_error_when_hive_says_so(parts: Shell) -> None:
    parts("ALTER TABLE t DROP PARTITION (ds='9')", "SET hive.exec.drop.ignorenonexistent=false")
    assert parts.refused("ALTER TABLE t DROP PARTITION (ds='9')").code == 10006
    parts("ALTER TABLE t DROP IF EXISTS PARTITION (ds='9')")


def test_a_renamed_partition_keeps_its_rows(parts: Shell) -> None:
    parts("INSERT INTO t PARTITION (ds='2', hr=1) VALUES (1, 'x')")
    parts("ALTER TABLE t PARTITION (ds='2',hr=1) RENAME TO PARTITION (ds='4',hr='04')")
    assert parts("SELECT * FROM t") == ["1\tx\t4\t4"]
    assert (
        "does not exist"
        in parts.refused("ALTER TABLE t PARTITION (ds='2',hr=1) RENAME TO PARTITION (ds='5',hr=1)").message
    )


def test_an_exchanged_partition_moves_with_its_rows(shell: Shell) -> None:
    shell("CREATE TABLE e1 (a int) PARTITIONED BY (ds string)", "CREATE TABLE e2 (a int) PARTITIONED BY (ds string)")
    shell("INSERT INTO e1 PARTITION (ds='1') VALUES (7)")
    shell("ALTER TABLE e2 EXCHANGE PARTITION (ds='1') WITH TABLE e1")
    assert shell("SHOW PARTITIONS e1") == []
    assert shell("SELECT * FROM e2") == ["7\t1"]
    assert shell.refused("ALTER TABLE e2 EXCHANGE PARTITION (ds='1') WITH TABLE e1").code == 10006


def test_a_renamed_table_keeps_rows_partitions_and_leaves_the_old_name_free(parts: Shell) -> None:
    parts("INSERT INTO t PARTITION (ds='1', hr=1) VALUES (1, 'x')", "ALTER TABLE t RENAME TO u")
    assert parts("SELECT * FROM u") == ["1\tx\t1\t1"]
    parts("CREATE TABLE t (z int)")
    assert parts("SELECT * FROM t") == []
    assert "already exists" in parts.refused("ALTER TABLE u RENAME TO t").message


def test_show_columns_lists_them_by_name(shell: Shell) -> None:
    shell("CREATE TABLE wide (z int, b int) PARTITIONED BY (m string)")
    assert [line.strip() for line in shell("SHOW COLUMNS IN wide")] == ["b", "m", "z"]


def test_columns_are_added_changed_moved_and_replaced(shell: Shell) -> None:
    shell("CREATE TABLE t (a int, b int)", "INSERT INTO t VALUES (1, 2)")
    shell("ALTER TABLE t CHANGE a a2 bigint COMMENT 'new'", "ALTER TABLE t ADD COLUMNS (c string)")
    assert shell("SELECT * FROM t") == ["1\t2\tNULL"]
    shell("ALTER TABLE t CHANGE b b bigint FIRST")
    assert names(shell) == ["b", "a2", "c"]
    shell("ALTER TABLE t REPLACE COLUMNS (x bigint)")
    assert shell("SELECT * FROM t") == ["1"]


@pytest.mark.parametrize(
    ("old", "new", "fits"),
    [
        ("int", "bigint", True),
        ("int", "decimal(10,2)", True),
        ("decimal(10,2)", "decimal(5,2)", True),
        ("decimal(5,2)", "double", True),
        ("float", "decimal(20,2)", False),
        ("bigint", "int", False),
        ("string", "varchar(3)", True),
        ("string", "date", False),
        ("date", "string", True),
        ("timestamp", "date", False),
        ("boolean", "string", False),
        ("binary", "string", False),
        ("array<int>", "array<string>", True),
        ("struct<a:int>", "array<int>", False),
    ],
)
def test_a_column_gets_the_types_that_hive_allows(shell: Shell, old: str, new: str, fits: bool) -> None:
    shell(f"CREATE TABLE t (c {old})")
    if not fits:
        assert "types incompatible" in shell.refused(f"ALTER TABLE t CHANGE c c {new}").message
        shell("SET hive.metastore.disallow.incompatible.col.type.changes=false")
    shell(f"ALTER TABLE t CHANGE c c {new}")
    assert shell("DESCRIBE t")[0].split("\t")[1].strip() == new


def test_partitions_keep_their_columns_unless_the_change_cascades(parts: Shell) -> None:
    parts("ALTER TABLE t ADD PARTITION (ds='1', hr=1)", "ALTER TABLE t ADD COLUMNS (c int)")
    assert names(parts) == ["a", "b", "c", "ds", "hr"]
    assert [line.split()[0] for line in parts("DESCRIBE t PARTITION (ds='1', hr=1)")[:3]] == ["a", "b", "ds"]
    parts("ALTER TABLE t CHANGE c c bigint CASCADE")
    assert [line.split()[0] for line in parts("DESCRIBE t PARTITION (ds='1', hr=1)")[:3]] == ["a", "b", "c"]


def test_a_partition_that_was_made_before_a_column_has_null_in_it_as_in_hive(shell: Shell) -> None:
    shell("CREATE TABLE r (a int, b string) PARTITIONED BY (ds string)")
    shell("INSERT INTO r PARTITION (ds='1') VALUES (1, 'x')", "ALTER TABLE r ADD COLUMNS (c int)")
    shell("INSERT INTO r PARTITION (ds='1') VALUES (2, 'y', 3)", "INSERT INTO r PARTITION (ds='2') VALUES (3, 'z', 4)")
    assert sorted(shell("SELECT * FROM r")) == ["1\tx\tNULL\t1", "2\ty\tNULL\t1", "3\tz\t4\t2"]


def test_truncate_removes_rows_and_keeps_partitions(parts: Shell) -> None:
    parts("INSERT INTO t PARTITION (ds='1', hr=1) VALUES (1, 'x')", "TRUNCATE TABLE t")
    assert parts("SELECT * FROM t") == []
    assert parts("SHOW PARTITIONS t") == ["ds=1/hr=1"]


def test_truncate_refuses_external_tables(shell: Shell, tmp_path: Path) -> None:
    shell(f"CREATE EXTERNAL TABLE x (a int) LOCATION '{tmp_path}/x'")
    assert shell.refused("TRUNCATE TABLE x").code == 10146


def test_msck_finds_folders_and_forgets_those_that_are_gone(shell: Shell, tmp_path: Path) -> None:
    shell("CREATE TABLE m (a string) PARTITIONED BY (ds string)")
    folder = tmp_path / "warehouse" / "m" / "ds=5"
    folder.mkdir(parents=True)
    (folder / "f").write_text("x\n")
    shell("MSCK TABLE m")
    assert shell("SHOW PARTITIONS m") == []
    shell("MSCK REPAIR TABLE m")
    assert shell("SELECT * FROM m") == ["x\t5"]
    (folder / "f").unlink()
    folder.rmdir()
    shell("MSCK REPAIR TABLE m")
    assert shell("SHOW PARTITIONS m") == ["ds=5"]
    shell("MSCK REPAIR TABLE m SYNC PARTITIONS")
    assert shell("SHOW PARTITIONS m") == []


def test_msck_refuses_a_folder_that_is_no_partition(shell: Shell, tmp_path: Path) -> None:
    shell("CREATE TABLE m (a string) PARTITIONED BY (ds string)")
    (tmp_path / "warehouse" / "m" / "other").mkdir(parents=True)
    assert "Invalid partition name" in shell.refused("MSCK REPAIR TABLE m").message
    shell("SET hive.msck.path.validation=ignore", "MSCK REPAIR TABLE m")


def test_not_null_and_check_refuse_rows_and_defaults_fill_columns(shell: Shell) -> None:
    shell("CREATE TABLE c (a int, b string NOT NULL, c int DEFAULT 5, d int CHECK (d > 3))")
    for wrong in ("VALUES (1, NULL, 2, 5)", "VALUES (1, 'x', 2, 2)", "(a, d) VALUES (3, 9)"):
        with pytest.raises(JobFailedError, match="CHECK or NOT NULL constraint violated"):
            shell(f"INSERT INTO c {wrong}")
    shell("INSERT INTO c (a, b) VALUES (1, 'x')", "INSERT INTO c VALUES (4, 'x', DEFAULT, 9)")
    shell("INSERT INTO c VALUES (5, 'x', NULL, NULL)")
    assert sorted(shell("SELECT * FROM c")) == ["1\tx\t5\tNULL", "4\tx\t5\t9", "5\tx\tNULL\tNULL"]


def test_disabled_constraints_are_not_enforced(shell: Shell) -> None:
    shell("CREATE TABLE c (a int NOT NULL DISABLE, b int DEFAULT 4 DISABLE)", "INSERT INTO c VALUES (NULL, 1)")
    shell("INSERT INTO c (a) VALUES (7)")
    assert sorted(shell("SELECT * FROM c")) == ["7\tNULL", "NULL\t1"]


def test_a_temporary_table_hides_another_and_belongs_to_its_session(shell: Shell, tmp_path: Path) -> None:
    shell("CREATE TABLE e (a int)", "CREATE TEMPORARY TABLE e (zz int)", "INSERT INTO e VALUES (42)")
    assert names(shell, "e") == ["zz"]
    other = Shell(tmp_path / "warehouse")
    with other.session:
        assert names(other, "e") == ["a"]
        assert other("SELECT * FROM e") == []
    assert shell("SELECT * FROM e") == ["42"]
    shell("DROP TABLE e")
    assert names(shell, "e") == ["a"]


def test_the_files_of_temporary_tables_end_with_the_session(tmp_path: Path) -> None:
    shell = Shell(tmp_path / "warehouse")
    shell("CREATE TEMPORARY TABLE e (a int)", "INSERT INTO e VALUES (1)")
    table = shell.session._catalog.find_table("default", "e")
    assert table is not None
    assert table.location is not None
    assert Path(table.location).is_dir()
    shell.session.close()
    assert not Path(table.location).exists()


def test_a_temporary_table_has_no_partitions(shell: Shell) -> None:
    assert (
        "not supported on temporary" in shell.refused("CREATE TEMPORARY TABLE p (a int) PARTITIONED BY (b int)").message
    )


def test_create_view_if_not_exists_fails_over_a_view_as_in_hive(shell: Shell) -> None:
    shell("CREATE VIEW v (x COMMENT 'cx') AS SELECT 1")
    assert "already exists" in shell.refused("CREATE VIEW IF NOT EXISTS v AS SELECT 1").message
    shell("ALTER VIEW v AS SELECT 2 AS z")
    assert shell("SELECT * FROM v") == ["2"]
    assert shell.refused("ALTER VIEW nope AS SELECT 1").code == 10216
    assert shell.refused("ALTER TABLE v SET TBLPROPERTIES ('a'='b')").code == 10131
    assert shell("SHOW VIEWS") == ["v"]


def test_show_create_table_prints_every_clause(shell: Shell, tmp_path: Path) -> None:
    shell(
        r"""CREATE TABLE s (a int COMMENT 'it\'s', b string) COMMENT 'x' PARTITIONED BY (ds string)
        CLUSTERED BY (a) SORTED BY (b DESC) INTO 3 BUCKETS
        ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' STORED AS TEXTFILE TBLPROPERTIES ('k'='v')"""
    )
    lines = shell("SHOW CREATE TABLE s")
    assert lines[:-2] == [
        "CREATE TABLE `s`(",
        r"  `a` int COMMENT 'it\'s', ",
        "  `b` string)",
        "COMMENT 'x'",
        "PARTITIONED BY ( ",
        "  `ds` string)",
        "CLUSTERED BY ( ",
        "  a) ",
        "SORTED BY ( ",
        "  b DESC) ",
        "INTO 3 BUCKETS",
        "ROW FORMAT SERDE ",
        "  'org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe' ",
        "WITH SERDEPROPERTIES ( ",
        "  'field.delim'=',', ",
        "  'serialization.format'=',') ",
        "STORED AS INPUTFORMAT ",
        "  'org.apache.hadoop.mapred.TextInputFormat' ",
        "OUTPUTFORMAT ",
        "  'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'",
        "LOCATION",
        f"  '{tmp_path}/warehouse/s'",
        "TBLPROPERTIES (",
        "  'bucketing_version'='2', ",
    ]
    shell("DROP TABLE s", "\n".join(lines))
    again = shell("SHOW CREATE TABLE s")
    assert again == lines


def test_describe_lists_partition_information(parts: Shell) -> None:
    assert parts("DESCRIBE t") == [
        "a                   \tint                 \tca                  ",
        "b                   \tstring              \t                    ",
        "ds                  \tstring              \tpc                  ",
        "hr                  \tint                 \t                    ",
        "\t \t ",
        "# Partition Information\t \t ",
        "# col_name            \tdata_type           \tcomment             ",
        "ds                  \tstring              \tpc                  ",
        "hr                  \tint                 \t                    ",
    ]


def test_describe_formatted_begins_with_the_columns_of_the_table(parts: Shell) -> None:
    lines = parts("DESCRIBE FORMATTED t")
    assert lines[:4] == [
        "# col_name            \tdata_type           \tcomment             ",
        "a                   \tint                 \tca                  ",
        "b                   \tstring              \t                    ",
        "\t \t ",
    ]
    assert "Table Type:         \tMANAGED_TABLE       \t " in lines
    assert "# Storage Information\t \t " in lines


def test_describe_goes_into_nested_columns(shell: Shell) -> None:
    shell("CREATE TABLE s (a struct<x:int,y:array<string>>, m map<string,struct<z:int>>)")
    assert shell("DESCRIBE s a.y.$elem$") == ["$elem$              \tstring              \tfrom deserializer   "]
    assert shell("DESCRIBE s m.$value$.z") == ["z                   \tint                 \tfrom deserializer   "]
    assert "cannot find field nope from [0:x, 1:y]" in shell.refused("DESCRIBE s a.nope").message


def test_databases_keep_comment_place_and_properties(shell: Shell, tmp_path: Path) -> None:
    shell(f"CREATE DATABASE d COMMENT 'dc' LOCATION '{tmp_path}/d' WITH DBPROPERTIES ('a'='b')")
    shell("ALTER DATABASE d SET DBPROPERTIES ('e'='f')")
    name, comment, place, _, kind, properties = shell("DESCRIBE DATABASE EXTENDED d")[0].split("\t")
    assert (name, comment, place, kind, properties) == ("d", "dc", f"{tmp_path}/d", "USER", "{a=b, e=f}")


def test_tables_that_are_there_stay_when_a_database_moves(shell: Shell, tmp_path: Path) -> None:
    shell("CREATE DATABASE d", "CREATE TABLE d.x (a int)", "INSERT INTO d.x VALUES (1)")
    shell(f"ALTER DATABASE d SET LOCATION '{tmp_path}/elsewhere'", "CREATE TABLE d.y (a int)")
    assert shell("SELECT * FROM d.x") == ["1"]
    assert (tmp_path / "elsewhere" / "y").is_dir()


def test_macros_are_expanded_and_hide_functions(shell: Shell) -> None:
    shell("CREATE TEMPORARY MACRO plus1(x int) x + 1", "CREATE TEMPORARY MACRO upper(x string) lower(x)")
    assert shell("SELECT plus1(3), plus1(cast(null as int)), plus1('4'), upper('Ab')") == ["4\tNULL\t5\tab"]
    shell("CREATE TEMPORARY MACRO twice(x int) plus1(plus1(x))", "DROP TEMPORARY MACRO plus1")
    assert shell("SELECT twice(1)") == ["3"]
    assert shell.refused("SELECT plus1(3)").code == 10011
    assert shell.refused("SELECT twice()").code == 10015
    shell("DROP TEMPORARY MACRO upper")
    assert shell("SELECT upper('Ab')") == ["AB"]


def test_source_runs_another_script_with_its_variables(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "a.sql").write_text("CREATE TABLE ${hivevar:n} (a int);\nINSERT INTO ${hivevar:n} VALUES (5);\n")
    shell(f"SET hivevar:n=sourced; SOURCE {tmp_path}/a.sql; SELECT 1")
    assert shell("SELECT * FROM sourced") == ["5"]
    with pytest.raises(InputError, match="run it as one"):
        shell.session.execute(f"SOURCE {tmp_path}/a.sql")


def test_settings_without_a_meaning_are_listed_once(shell: Shell) -> None:
    shell("SET hive.exec.parallel=true; SET tez.queue.name=x; SELECT 1; SET hive.exec.parallel=false; SELECT 2")
    assert shell.notices == ["these settings have no effect in this engine: hive.exec.parallel, tez.queue.name"]


def test_reset_takes_settings_back(shell: Shell) -> None:
    shell("SET hive.exec.max.dynamic.partitions=7", "RESET")
    assert shell("SET hive.exec.max.dynamic.partitions") == ["hive.exec.max.dynamic.partitions=1000"]


@pytest.mark.parametrize(
    "statement", ["!echo hi", "dfs -ls /", "ADD JAR /x.jar", "CREATE FUNCTION f AS 'a.B'", "LOCK TABLE t SHARED"]
)
def test_what_would_leave_the_engine_is_refused_with_its_place(shell: Shell, statement: str) -> None:
    error = shell.refused(statement)
    assert isinstance(error, UnsupportedSqlError)
    assert (error.line, error.column) == (1, 0)
