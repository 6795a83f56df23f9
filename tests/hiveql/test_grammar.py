"""What Hive's grammar refuses is refused, with Hive's place; what it takes binds as Hive binds it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from airflow_ddb_hive.errors import DdbHiveError, HiveSemanticError, HiveSyntaxError, UnsupportedSqlError
from airflow_ddb_hive.hiveql import bind_statement
from airflow_ddb_hive.hiveql.tree import Call, Expression, Literal, Project, Relation
from tests.hiveql.catalogs import MemoryCatalog

Query = Callable[[str], Relation]


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("select i, from t", 8),
        ("select i::int from t", 8),
        ("select i from t qualify 1=1", 24),
        ("select s ilike 'a' from t", 15),
        ("select count(*) filter (where i > 1) from t", 23),
        ("select i, count(*) from t group by all", 35),
        ("select * exclude (i) from t", 9),
        ("select try_cast(s as int) from t", 18),
        ("select i from t offset 2", 23),
        ("select i from", 13),
        ("select", 6),
        ("select i from t where", 21),
        ("select (i from t", 10),
        ("select 'abc", 11),
        ("select cast(i as foo) from t", 17),
        ("select .5", 7),
        ("values (1)", 0),
        ("select * from (values (1)) x", 15),
        ("frobnicate x", 0),
        ("create table x (a intt)", 18),
        ("select i x y from t", 11),
        ("select i from t order by", 24),
        ("select case when bo then 1 from t", 27),
        ("select i from t limit i", 22),
        ("insert overwrite t select 1", 17),
        ("select i[0 from t", 11),
        ("select 1E5.5", 11),
        ("select 1.5b", 11),
        ("select 1 as _a", 12),
        ("select 0x1F", 7),
        ("select (/*+ x */ 1)", 8),
        ("select 1e-x", 10),
    ],
)
def test_text_outside_the_grammar_is_a_syntax_error_at_its_place(
    text: str, column: int, catalog: MemoryCatalog
) -> None:
    with pytest.raises(HiveSyntaxError) as caught:
        bind_statement(text, catalog=catalog)
    assert (caught.value.line, caught.value.column) == (1, column)


def test_a_trailing_comma_gets_hives_words(catalog: MemoryCatalog) -> None:
    with pytest.raises(HiveSyntaxError) as caught:
        bind_statement("select i, from t", catalog=catalog)
    assert caught.value.hive_text() == "FAILED: ParseException line 1:8 missing EOF at ',' near 'i'"


@pytest.mark.parametrize(
    "text",
    [
        "select transform(i) using 'cat' from t",
    ],
)
def test_hiveql_beyond_this_engine_is_refused_with_its_place(text: str, catalog: MemoryCatalog) -> None:
    with pytest.raises(UnsupportedSqlError) as caught:
        bind_statement(text, catalog=catalog)
    assert caught.value.line == 1
    assert caught.value.column is not None


def expression(query: Query, text: str) -> Expression:
    relation = query(f"select {text} from t")
    assert isinstance(relation, Project)
    return relation.expressions[0]


def shape(node: Expression) -> str:
    if isinstance(node, Call):
        return f"{node.function}({','.join(map(shape, node.arguments))})"
    return str(node.value) if isinstance(node, Literal) else "x"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2 * 3", "+(1,*(2,3))"),
        ("2 * 3 ^ 4", "*(2,^(3,4))"),
        ("1 | 2 & 3 + 4", "|(1,&(2,+(3,4)))"),
        ("~1 + 2", "+(~(1),2)"),
        ("- 1 - 2", "-(negative(1),2)"),
        ("not 1 = 2 and 3 = 4", "and(not(=(1,2)),=(3,4))"),
        ("1 = 1 = true", "=(=(1,1),True)"),
        ("1 between 0 and 2 or false", "or(and(>=(1,0),<=(1,2)),False)"),
        ("true <=> null is null", "<=>(True,isnull(None))"),
        ("'a' || 'b' || 'c'", "concat(concat(a,b),c)"),
        ("s not like 'a%'", "not(like(x,a%))"),
        ("s rlike 'a'", "rlike(x,a)"),
        ("1 <> 2", "!=(1,2)"),
        ("i not in (1, 2)", "not(in(x,1,2))"),
        ("i ! in (1, 2)", "not(in(x,1,2))"),
        ("! 1 == 2", "not(=(1,2))"),
        ("a[0]", "index(x,0)"),
        ("st.x", "field(x,x)"),
        ("5 div 2", "div(5,2)"),
    ],
)
def test_operators_bind_as_in_hives_grammar(text: str, expected: str, query: Query) -> None:
    assert shape(expression(query, text)) == expected


@pytest.mark.parametrize(
    ("text", "type_", "value"),
    [
        ("5", "int", "5"),
        ("3000000000", "bigint", "3000000000"),
        ("5L", "bigint", "5"),
        ("5S", "smallint", "5"),
        ("5Y", "tinyint", "5"),
        ("1.0", "decimal(1,0)", "1"),
        ("1.50", "decimal(2,1)", "1.5"),
        ("0.10", "decimal(1,1)", "0.1"),
        ("100.0", "decimal(3,0)", "100"),
        ("1.5BD", "decimal(2,1)", "1.5"),
        ("12345678901234567890", "decimal(20,0)", "12345678901234567890"),
        ("1e3", "double", "1000.0"),
        ("1e99999999BD", "double", "inf"),
        ("123456789012345678901234567890123456789", "double", "1.2345678901234568e+38"),
        ("5D", "double", "5.0"),
        ("'a' 'b'", "string", "ab"),
        (r"'\t\001\u0041\%'", "string", "\t\x01A\\%"),
        ("date '2024-02-29'", "date", "2024-02-29"),
        ("true", "boolean", "True"),
        ("null", "void", "None"),
    ],
)
def test_literals_have_hives_types(text: str, type_: str, value: str, query: Query) -> None:
    literal = expression(query, text)
    assert isinstance(literal, Literal)
    assert (str(literal.type), str(literal.value)) == (type_, value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("select x from t", "[Error 10004]: Line 1:7 Invalid table alias or column reference 'x': (possible column"),
        ("select t.x from t", "[Error 10002]: Line 1:9 Invalid column reference 'x'"),
        ("select z.i from t", "[Error 10004]: Line 1:7 Invalid table alias or column reference 'z': (possible column"),
        ("select z.* from t", "[Error 10009]: Line 1:7 Invalid table alias 'z'"),
        ("select 1 from nope", "[Error 10001]: Line 1:14 Table not found 'nope'"),
        ("select 1 from d.nope", "[Error 10001]: Line 1:14 Table not found 'd.nope'"),
        ("select foo(i) from t", "[Error 10011]: Line 1:7 Invalid function 'foo'"),
        ("select i, count(*) from t group by s", "[Error 10025]: Line 1:7 Expression not in GROUP BY key 'i'"),
        ("use nope", "Database does not exist: nope"),
        ("select i from t where sum(i) > 1", "[Error 10128]: Line 1:22 Not yet supported place for UDAF 'sum'"),
        ("select rank() from t", "[Error 10247]: Line 1:7 Missing over clause for function :  rank"),
        ("select if(bo, 1) from t", "[Error 10015]: Line 1:7 Arguments length mismatch '1': The function IF(expr1,"),
        ("select if(i, 1, 2) from t", "[Error 10016]: Line 1:10 Argument type mismatch 'i': The first argument of"),
        ("select i + bo from t", "[Error 10014]: Line 1:7 Wrong arguments 'bo': No matching method"),
        ("select i from t x join t x on 1 = 1", "[Error 10008]: Line 1:25 Ambiguous table alias 'x'"),
        ("select a from (select 1 a, 2 a) x", "[Error 10007]: Line 1:7 Ambiguous column reference a in x"),
        ("select i from t, u", " Column i Found in more than One Tables/Subqueries"),
        ("select i from t having i > 1", " HAVING specified without GROUP BY"),
        ("insert into u select 1", "[Error 10044]: Line 1:12 Cannot insert into target table because column number/"),
    ],
)
def test_meaningless_statements_get_hives_error(text: str, message: str, catalog: MemoryCatalog) -> None:
    with pytest.raises(HiveSemanticError) as caught:
        bind_statement(text, catalog=catalog)
    assert message in caught.value.hive_text()


def test_endless_nesting_is_refused(catalog: MemoryCatalog) -> None:
    with pytest.raises(UnsupportedSqlError, match="nested too deeply"):
        bind_statement("select " + "(" * 5000 + "1" + ")" * 5000, catalog=catalog)


def test_places_count_from_where_the_statement_stands_in_the_script(catalog: MemoryCatalog) -> None:
    from airflow_ddb_hive.hiveql.tree import Position

    with pytest.raises(DdbHiveError) as caught:
        bind_statement("select i,\n nope from t", catalog=catalog, origin=Position(10, 4))
    assert (caught.value.line, caught.value.column) == (11, 1)
