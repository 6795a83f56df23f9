"""Which of a relation's columns exist in its SQL: columns that a scan does not need are not carried along."""

from __future__ import annotations

from airflow_ddb_hive.hiveql.tree import Distinct, Filter, Join, LateralView, Limit, Relation, Scan, Sort, Union

__all__ = ["present_columns"]


def present_columns(relation: Relation) -> list[int]:
    """Return the places of the columns that a relation's SELECT has: those that a scan does not need are left out."""
    match relation:
        case Scan():
            return sorted(relation.needed)
        case Filter() | Sort() | Limit() | Distinct():
            return present_columns(relation.input)
        case LateralView():
            return present_columns(relation.input) + list(range(len(relation.input.columns), len(relation.columns)))
        case Join():
            offset = 0 if relation.kind in ("semi", "anti") else len(relation.left.columns)
            right = [offset + i for i in present_columns(relation.right)] if offset else []
            return present_columns(relation.left) + right
        case Union():
            shared = set(range(len(relation.columns)))
            for one in relation.inputs:
                shared &= set(present_columns(one))
            return sorted(shared)
    return list(range(len(relation.columns)))
