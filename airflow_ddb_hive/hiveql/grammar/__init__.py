"""Hive's grammar: from a statement's text to its words and their syntax, and nothing that Hive refuses."""

from airflow_ddb_hive.hiveql.grammar.cursor import Cursor
from airflow_ddb_hive.hiveql.grammar.lexer import read_words
from airflow_ddb_hive.hiveql.grammar.queries import QueryReader

__all__ = ["Cursor", "QueryReader", "read_words"]
