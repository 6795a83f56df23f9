"""Which functions Hive resolves by Java methods: their wrong arguments have one code, whatever is wrong with them.

The names are those whose ``DESCRIBE FUNCTION EXTENDED`` shows a class that is no ``GenericUDF``.
"""

from __future__ import annotations

__all__ = ["COUNTS_AS_WRONG", "FIRST_TYPE_AS_WRONG", "SIMPLE", "TYPES_AS_WRONG"]

# fmt: off
SIMPLE = frozenset({
    "acos", "ascii", "asin", "atan", "base64", "bin", "chr", "conv", "cos", "crc32", "dayofweek", "degrees", "div",
    "e", "exp", "find_in_set", "from_unixtime", "get_json_object", "hex", "like", "ln", "log", "log10", "log2", "md5",
    "parse_url", "percentile", "pi", "radians", "rand", "regexp_extract", "regexp_replace", "repeat", "replace",
    "reverse", "sha", "sha1", "shiftleft", "shiftright", "shiftrightunsigned", "sign", "sin", "space", "sqrt",
    "substr", "substring", "tan", "unbase64", "unhex", "uuid", "version", "weekofyear", "xpath", "xpath_boolean",
    "xpath_double", "xpath_float", "xpath_int", "xpath_long", "xpath_number", "xpath_short", "xpath_string", "&", "|",
    "^", "~",
})
"""Functions and operators that Hive looks up among the methods of a class."""

COUNTS_AS_WRONG = SIMPLE | {
    "array_contains", "ceil", "ceiling", "char", "floor", "lpad", "ltrim", "mod", "negative", "pmod", "positive",
    "pow", "power", "rpad", "rtrim", "trim", "trunc",
}
"""Functions for which a wrong number of arguments is error 10014, not 10015."""

TYPES_AS_WRONG = SIMPLE | {
    "abs", "char", "concat", "datediff", "from_utc_timestamp", "greatest", "least", "ltrim", "rtrim",
    "str_to_map", "to_date", "to_unix_timestamp", "to_utc_timestamp", "trim", "unix_timestamp",
}
"""Functions for which a wrong type is error 10014 at the call, not 10016 at the argument."""
# fmt: on

FIRST_TYPE_AS_WRONG = frozenset({"date_add", "date_sub"})
"""Functions for which that is so of their first argument alone."""
