"""Every ``dynamodb.*`` and ``ddb_hive.*`` setting in one table: what it does here, where it may stand, who may see it.

The first kind is the EMR connector's, see
https://docs.aws.amazon.com/emr/latest/ReleaseGuide/EMR_Hive_Optimizing.html; the second is this package's own.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import Literal

__all__ = [
    "KNOWN_SETTINGS",
    "Effect",
    "KnownSetting",
    "Place",
    "is_secret",
    "masked_statement",
    "setting_notice",
    "shown_value",
]

Effect = Literal["works", "only here", "filled in", "nothing on EMR", "nothing here"]
"""What a setting does: ``filled in`` is found out from the table, whatever is set; ``only here`` EMR ignores it."""

Place = Literal["both", "session", "table"]
"""Where a setting counts: ``session`` is SET, ``--hiveconf`` and hiveconfs; ``table`` is TBLPROPERTIES."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownSetting:
    """One setting; ``meaning`` says what it does or, where it does nothing, what to do instead.

    Example:
        >>> KNOWN_SETTINGS["dynamodb.region"].place
        'both'
    """

    name: str
    meaning: str
    place: Place = "both"
    effect: Effect = "works"
    default: str = ""
    secret: bool = False


def _known(name: str, meaning: str, place: Place = "both", *, default: str = "", secret: bool = False) -> KnownSetting:
    return KnownSetting(name=name, meaning=meaning, place=place, default=default, secret=secret)


def _idle(name: str, effect: Effect, instead: str) -> KnownSetting:
    return KnownSetting(name=name, meaning=instead, effect=effect)


_FILLED: Effect = "filled in"
_NOWHERE: Effect = "nothing on EMR"
_NOT_HERE: Effect = "nothing here"

_OF_THE_CONNECTOR = (
    _known("dynamodb.table.name", "the DynamoDB table; case matters", "table", default="the Hive table's name"),
    _known("dynamodb.column.mapping", "`column:attribute` pairs, commas between them, no blanks", "table"),
    _known("dynamodb.type.mapping", "`column:TYPE` pairs where the DynamoDB type is not the usual one", "table"),
    _known("dynamodb.null.serialization", "write NULL as `{NULL:true}`", default="false"),
    _known("dynamodb.deletion.mode", "INSERT deletes the rows' keys", default="false"),
    _known("dynamodb.filter.pushdown", "let DynamoDB apply conditions", default="true"),
    _known("dynamodb.throughput.read.percent", "share of the read capacity; 0.1 to 1.5", default="0.5"),
    _known("dynamodb.throughput.write.percent", "share of the write capacity; 0.1 to 1.5", default="0.5"),
    _known("dynamodb.throughput.read", "read units a second that the share is of", "table", default="the table's"),
    _known("dynamodb.throughput.write", "write units a second that the share is of", "table", default="the table's"),
    _known("dynamodb.scan.segments", "parallel segments of a scan", default="by size"),
    _known("dynamodb.max.item.size", "bytes; a larger item fails the statement", default="409600"),
    _known("dynamodb.max.batch.items", "most items of one write request", default="25"),
    _known("dynamodb.max.batch.size", "most bytes of one write request", default="15 MiB"),
    _known("dynamodb.endpoint", "URL of the endpoint", default="the session's"),
    _known("dynamodb.region", "AWS region", default="the session's"),
    _known("dynamodb.regionid", "AWS region, where `dynamodb.region` is not set", "session"),
    _known("dynamodb.proxy.hostname", "HTTP proxy on the way to DynamoDB; needs the port too", "session"),
    _known("dynamodb.proxy.port", "the proxy's port", "session"),
    _known("dynamodb.proxy.username", "the proxy's user; needs the password too", "session"),
    _known("dynamodb.proxy.password", "the proxy's password", "session", secret=True),
    _known("dynamodb.awsAccessKeyId", "static access key; needs the secret key too", "session", secret=True),
    _known("dynamodb.awsSecretAccessKey", "static secret key", "session", secret=True),
    _known("dynamodb.awsSessionToken", "token of temporary static keys", "session", secret=True),
    KnownSetting(
        name="dynamodb.retry.duration",
        meaning="it is ddb_hive.retry.duration, in minutes",
        place="session",
        effect="only here",
    ),
    _idle("dynamodb.servicename", _NOWHERE, "the endpoint decides"),
    _idle("dynamodb.version", _NOWHERE, "nothing depends on it"),
    _idle("dynamodb.numberOfSplits", _NOWHERE, "use dynamodb.scan.segments"),
    _idle("dynamodb.input.tableName", _FILLED, "use dynamodb.table.name"),
    _idle("dynamodb.output.tableName", _FILLED, "use dynamodb.table.name"),
    _idle("dynamodb.table.keyNames", _FILLED, "it is the table's key schema"),
    _idle("dynamodb.item.count", _FILLED, "it is what DynamoDB counts"),
    _idle("dynamodb.item.average.size", _FILLED, "it is measured"),
    _idle("dynamodb.table.size-bytes", _FILLED, "it is what DynamoDB counts"),
    _idle("dynamodb.throughput.read.autoscaling", _FILLED, "capacity is asked for again while a job runs"),
    _idle("dynamodb.throughput.write.autoscaling", _FILLED, "capacity is asked for again while a job runs"),
    _idle("dynamodb.export.format.version", _FILLED, "it is read from a manifest"),
    _idle("dynamodb.max.map.tasks", _NOT_HERE, "there are no map tasks: use dynamodb.scan.segments"),
    _idle("dynamodb.split.size", _NOT_HERE, "there are no splits: use dynamodb.scan.segments"),
    _idle("dynamodb.yarn.enabled", _NOT_HERE, "there is no YARN: use ddb_hive.workers"),
    _idle(
        "dynamodb.customAWSCredentialsProvider",
        _NOT_HERE,
        "there is no JVM: use a profile, ddb_hive.role.arn or an AWS connection",
    ),
)

_OF_OUR_OWN = (
    _known("ddb_hive.role.arn", "role that is assumed before the table is asked", default="none"),
    _known("ddb_hive.role.external.id", "external id that the role's trust policy asks for"),
    _known("ddb_hive.role.session.name", "name of the role's session, for CloudTrail", default="ddb-hive"),
    _known("ddb_hive.index.name", "read this secondary index in the table's place", "table"),
    _known("ddb_hive.stored.as", "set by us: the format that really keeps a managed table's rows", "table"),
    _known("ddb_hive.view.database", "set by us in Glue: the database in which a view's query is read", "table"),
    _known("ddb_hive.consistent.read", "read strongly consistent, for twice the units; not on a GSI", default="false"),
    _known("ddb_hive.allow.full.scan", "false refuses statements that read a whole table", default="true"),
    _known("ddb_hive.max.read.units", "most read units of a statement; as a table property, of the table"),
    _known("ddb_hive.read.units", "read units a second, in place of a share of the capacity"),
    _known("ddb_hive.write.units", "write units a second, in place of a share of the capacity"),
    _known("ddb_hive.price.read.million", "US dollars a million read units cost, for EXPLAIN", default="0.125"),
    _known("ddb_hive.price.write.million", "US dollars a million write units cost, for EXPLAIN", default="0.625"),
    _known("ddb_hive.emr.notice", "say at CREATE TABLE what does not run on EMR", default="true"),
    _known("ddb_hive.local.paths", "local folders that scripts may use, commas between", "session", default="all"),
    _known("ddb_hive.memory.limit", "DuckDB's memory; more is spilled to disk", "session", default="512MB"),
    _known("ddb_hive.on.bad.value", "`fail`, or `null`: a value that its column cannot hold is NULL", default="fail"),
    _known("ddb_hive.strict.emr", "copy a fault of EMR in reading string sets", default="false"),
    _known("ddb_hive.read.units", "read units a second, in place of a share of the capacity", default="none"),
    _known("ddb_hive.write.units", "write units a second, in place of a share of the capacity", default="none"),
    _known("ddb_hive.s3.sse", "S3 encrypts new objects with `AES256` or `aws:kms`", "session", default="the bucket's"),
    _known("ddb_hive.s3.sse.kms.key.id", "the KMS key for that; alone it means `aws:kms`", "session"),
    _known("ddb_hive.s3.requester.pays", "requests to others' buckets are paid by us", "session", default="false"),
    _known("ddb_hive.webhdfs.address", "HTTP addresses of `hdfs://` name nodes, commas between", "session"),
    _known("ddb_hive.webhdfs.user", "who asks HDFS", "session", default="HADOOP_USER_NAME, or the process's user"),
    _known("ddb_hive.webhdfs.delegation.token", "HDFS delegation token, for Kerberos", "session", secret=True),
    _known("ddb_hive.webhdfs.datanodes", "`name=host:port` pairs: where data nodes are reached", "session"),
    _known("ddb_hive.retry.duration", "longest throttling without progress: 600, 10m", "session", default="600"),
    _known("ddb_hive.workers", "threads that read, decode and write", "session", default="2"),
)

KNOWN_SETTINGS: dict[str, KnownSetting] = {known.name: known for known in (*_OF_THE_CONNECTOR, *_OF_OUR_OWN)}
"""All settings by their name, which is case-sensitive as all of Hadoop's are."""

_PREFIXES = ("dynamodb.", "ddb_hive.")
_SECRET_WORDS = ("accesskey", "password", "secret", "token")
_BY_LOWER_CASE = {name.lower(): name for name in KNOWN_SETTINGS}


def is_secret(name: str) -> bool:
    """Whether the value of a setting, property or variable must not be shown.

    Example:
        >>> is_secret("fs.s3.awsSecretAccessKey"), is_secret("dynamodb.region")
        (True, False)
    """
    return any(word in name.lower() for word in _SECRET_WORDS)


def shown_value(name: str, value: str) -> str:
    """Return a value as it may be printed.

    Example:
        >>> shown_value("dynamodb.proxy.password", "s3cr3t"), shown_value("dynamodb.region", "eu-west-1")
        ('***', 'eu-west-1')
    """
    return "***" if is_secret(name) else value


_SET = re.compile(r"((?:\s|--[^\n]*\n)*set\s+(?:\w+:)?([^\s=]+)\s*=).*", re.IGNORECASE | re.DOTALL)
_PAIR = re.compile(r"""((['"])([\w.-]+)\2\s*=\s*)(['"])(?:\\.|(?!\4).)*\4""", re.DOTALL)


def masked_statement(text: str) -> str:
    """Return a statement as it may stand in a report or log: without the secrets that it sets.

    Example:
        >>> masked_statement("SET dynamodb.awsSecretAccessKey=s3cr3t")
        'SET dynamodb.awsSecretAccessKey=***'
        >>> masked_statement("TBLPROPERTIES ('dynamodb.proxy.password' = 's3cr3t', 'a' = 'b')")
        "TBLPROPERTIES ('dynamodb.proxy.password' = '***', 'a' = 'b')"
    """
    found = _SET.fullmatch(text)
    if found is not None:
        return f"{found[1]}***" if is_secret(found[2]) else text
    return _PAIR.sub(lambda pair: f"{pair[1]}{pair[4]}***{pair[4]}" if is_secret(pair[3]) else pair[0], text)


def setting_notice(name: str, *, in_table: bool) -> str | None:
    """Return what somebody should know who sets this where he does; ``None`` if it does what he thinks.

    Example:
        >>> setting_notice("dynamodb.numberOfSplits", in_table=False)
        'dynamodb.numberOfSplits has no effect, on EMR either: use dynamodb.scan.segments'
        >>> setting_notice("dynamodb.scan.segmets", in_table=True)
        'dynamodb.scan.segmets is no setting and has no effect: is dynamodb.scan.segments meant?'

    Args:
        name: The setting, as written.
        in_table: It stands in TBLPROPERTIES rather than in SET, ``--hiveconf`` or hiveconfs.
    """
    if not name.lower().startswith(_PREFIXES):
        return None
    known = KNOWN_SETTINGS.get(name)
    if known is None:
        return f"{name} is no setting and has no effect{_nearest(name)}"
    if known.effect != "works":
        return f"{name} has no effect{_NO_EFFECT[known.effect]}: {known.meaning}"
    return f"{name} {_MISPLACED[known.place]}" if _is_misplaced(known, in_table=in_table) else None


_NO_EFFECT: dict[Effect, str] = {
    "only here": " on EMR",
    "filled in": ", on EMR either",
    "nothing on EMR": ", on EMR either",
    "nothing here": " here, only on EMR",
}
_MISPLACED: dict[Place, str] = {
    "session": "is ignored as a table property: SET it, or give it by --hiveconf or hiveconfs",
    "table": "is ignored here: it is a table property, for TBLPROPERTIES",
}


def _is_misplaced(known: KnownSetting, *, in_table: bool) -> bool:
    return known.place == ("session" if in_table else "table")


def _nearest(name: str) -> str:
    close = difflib.get_close_matches(name.lower(), _BY_LOWER_CASE, n=1, cutoff=0.7)
    return f": is {_BY_LOWER_CASE[close[0]]} meant?" if close else ": see the settings in docs/concepts.md"
