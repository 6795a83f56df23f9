"""The language: HiveQL text in, typed statements out; pure, with a lexer and grammar after Hive's own."""

from airflow_ddb_hive.hiveql.binder import NESTED_TOO_DEEPLY, bind_statement
from airflow_ddb_hive.hiveql.functions import FUNCTIONS, FunctionSpec
from airflow_ddb_hive.hiveql.parameters import bind_parameters
from airflow_ddb_hive.hiveql.script import ScriptStatement, split_script
from airflow_ddb_hive.hiveql.variables import Variables, substitute

__all__ = [
    "FUNCTIONS",
    "NESTED_TOO_DEEPLY",
    "FunctionSpec",
    "ScriptStatement",
    "Variables",
    "bind_parameters",
    "bind_statement",
    "split_script",
    "substitute",
]
