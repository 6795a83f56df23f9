"""What Airflow asks of a provider: see https://airflow.apache.org/docs/apache-airflow-providers/."""

from __future__ import annotations

from typing import Any

__all__ = ["form_behaviour", "form_fields", "get_provider_info"]

_INTEGRATION = "Amazon DynamoDB with HiveQL"
_OPERATORS = ("export_table", "hive", "import_table", "join", "query")

_FORM_FIELDS = {
    "aws_conn_id": ("AWS connection", "Airflow connection that credentials come from; empty: AWS's own chain"),
    "region_name": ("Region", "AWS region, such as us-east-1"),
    "dynamodb_endpoint_url": ("DynamoDB endpoint", "Only for another DynamoDB than the region's"),
    "s3_endpoint_url": ("S3 endpoint", "Only for another S3 than the region's"),
    "engine": ("Engine", "What runs the HiveQL; empty: local"),
    "warehouse": ("Warehouse", "Folder or URL of managed tables; empty: a private one for each job"),
    "catalog": ("Catalog", "memory, warehouse or glue; empty: the warehouse where one is named, else memory"),
    "hiveconfs": ("Settings", 'JSON object of Hive settings, such as {"dynamodb.throughput.read.percent": "0.25"}'),
    "init_hql": ("Initial HiveQL", "Statements that run before every script"),
}


def form_fields() -> dict[str, dict[str, Any]]:
    """Return the fields of the connection form, all of them optional text.

    Example:
        >>> form_fields()["region_name"]["label"]
        'Region'
    """
    return {
        name: {"label": label, "description": description, "schema": {"type": ["string", "null"]}}
        for name, (label, description) in _FORM_FIELDS.items()
    }


def form_behaviour() -> dict[str, Any]:
    """Return what the connection form hides and renames, under the names that hooks use.

    Example:
        >>> form_behaviour()["relabeling"]
        {'schema': 'Database'}
    """
    return {
        "hidden_fields": ["extra", "host", "login", "password", "port"],
        "relabeling": {"schema": "Database"},
        "placeholders": {"schema": "default", "region_name": "us-east-1", "engine": "local"},
    }


def get_provider_info() -> dict[str, Any]:
    """Return the provider's metadata; the entry point ``apache_airflow_provider`` leads here.

    Example:
        >>> get_provider_info()["package-name"]
        'airflow-provider-ddb-hive'
    """
    return {
        "package-name": "airflow-provider-ddb-hive",
        "name": _INTEGRATION,
        "description": "Export, import, query and join DynamoDB tables with HiveQL, in the Airflow worker.",
        "integrations": [
            {
                "integration-name": _INTEGRATION,
                "external-doc-url": "https://docs.aws.amazon.com/emr/latest/ReleaseGuide/EMRforDynamoDB.html",
                "tags": ["aws"],
            }
        ],
        "operators": [
            {
                "integration-name": _INTEGRATION,
                "python-modules": [f"airflow_ddb_hive.operators.{name}" for name in _OPERATORS],
            }
        ],
        "hooks": [
            {"integration-name": _INTEGRATION, "python-modules": ["airflow_ddb_hive.hooks.dynamodb_hive"]},
        ],
        "connection-types": [
            {
                "connection-type": "dynamodb_hive",
                "hook-class-name": "airflow_ddb_hive.hooks.dynamodb_hive.DynamoDBHiveHook",
                "hook-name": "DynamoDB with HiveQL",
                "conn-fields": form_fields(),
                "ui-field-behaviour": {name.replace("_", "-"): value for name, value in form_behaviour().items()},
            }
        ],
    }
