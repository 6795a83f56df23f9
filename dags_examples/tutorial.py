"""The tutorial of "Amazon EMR for DynamoDB" as a DAG: a file of places to Hive, DynamoDB, S3 and back.

Every script is a file in ``tutorial/`` that ``ddb-hive -f`` runs as well. The tables Features, FeaturesCopy (partition
key ``Id``, a number) and EastCoastStates (``StateName``, a string) must exist, and so must the bucket, with the states'
CSV in ``states/``; ``make demo`` prepares all of it. See
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/EMRforDynamoDB.Tutorial.html.
"""

from __future__ import annotations

from pathlib import Path

from airflow.providers.common.compat.sdk import DAG, chain

from airflow_ddb_hive.operators import (
    DynamoDBExportOperator,
    DynamoDBHiveOperator,
    DynamoDBImportOperator,
    DynamoDBJoinOperator,
    DynamoDBQueryOperator,
)

FEATURES = {
    "feature_id": ("bigint", "Id"),
    "feature_name": ("string", "Name"),
    "feature_class": ("string", "Class"),
    "state_alpha": ("string", "State"),
    "prim_lat_dec": ("double", "Latitude"),
    "prim_long_dec": ("double", "Longitude"),
    "elev_in_ft": ("bigint", "Elevation"),
}

with DAG(
    dag_id="tutorial",
    description="HiveQL over DynamoDB: load, copy, query, join, export, import, compare",
    schedule=None,
    catchup=False,
    tags=["dynamodb", "hive", "example"],
    params={"features_file": "features.txt", "bucket": "my-bucket"},
    template_searchpath=[str(Path(__file__).parent / "tutorial")],
    default_args={"hivevars": {"features_file": "{{ params.features_file }}", "bucket": "{{ params.bucket }}"}},
):
    create_hive_features = DynamoDBHiveOperator(
        task_id="create_hive_features",
        hql="01_create_hive_features.hql",
    )
    load_features = DynamoDBHiveOperator(
        task_id="load_features",
        hql="02_load_features.hql",
    )
    query_states = DynamoDBQueryOperator(
        task_id="query_states",
        hql="03_query_states.hql",
    )
    create_ddb_features = DynamoDBHiveOperator(
        task_id="create_ddb_features",
        hql="04_create_ddb_features.hql",
    )
    copy_to_dynamodb = DynamoDBHiveOperator(
        task_id="copy_to_dynamodb",
        hql="05_copy_to_dynamodb.hql",
    )
    query_classes = DynamoDBQueryOperator(
        task_id="query_classes",
        hql="06_query_classes.hql",
    )
    query_by_name = DynamoDBQueryOperator(
        task_id="query_by_name",
        hql="07_query_by_name.hql",
    )
    query_above = DynamoDBQueryOperator(
        task_id="query_above",
        hql="08_query_above.hql",
    )
    query_highest = DynamoDBQueryOperator(
        task_id="query_highest",
        hql="09_query_highest.hql",
    )
    create_east_coast_states = DynamoDBHiveOperator(
        task_id="create_east_coast_states",
        hql="10_create_east_coast_states.hql",
    )
    join_two_dynamodb_tables = DynamoDBQueryOperator(
        task_id="join_two_dynamodb_tables",
        hql="11_join_two_dynamodb_tables.hql",
    )
    # Declares its tables itself, so it needs no 12_create_s3_states.hql before it.
    join_dynamodb_and_s3 = DynamoDBJoinOperator(
        task_id="join_dynamodb_and_s3",
        tables={
            "ddb_features": {"table_name": "Features", "columns": FEATURES},
            "s3_states": {
                "location": "s3://{{ params.bucket }}/states/",
                "file_format": "csv",
                "columns": {"state_alpha": "string", "state_name": "string", "fips": "string"},
            },
        },
        hql="13_join_dynamodb_and_s3.hql",
    )
    export_default = DynamoDBHiveOperator(
        task_id="export_default",
        hql="14_export_default.hql",
    )
    export_csv = DynamoDBHiveOperator(
        task_id="export_csv",
        hql="15_export_csv.hql",
    )
    export_parquet = DynamoDBExportOperator(
        task_id="export_parquet",
        table_name="Features",
        columns=FEATURES,
        location="s3://{{ params.bucket }}/export/parquet/",
        file_format="parquet",
    )
    export_archive = DynamoDBExportOperator(
        task_id="export_archive",
        table_name="Features",
        location="s3://{{ params.bucket }}/export/archive/",
    )
    import_archive = DynamoDBImportOperator(
        task_id="import_archive",
        location="s3://{{ params.bucket }}/export/archive/",
        table_name="FeaturesCopy",
    )
    compare_tables = DynamoDBQueryOperator(
        task_id="compare_tables",
        hql="19_compare_tables.hql",
    )

    queries = [query_classes, query_by_name, query_above, query_highest]
    exports = [export_default, export_csv, export_parquet, export_archive]
    chain(
        create_hive_features, load_features, query_states, create_ddb_features, copy_to_dynamodb, [*queries, *exports]
    )
    chain(copy_to_dynamodb, create_east_coast_states, join_two_dynamodb_tables)
    chain(copy_to_dynamodb, join_dynamodb_and_s3)
    chain(export_archive, import_archive, compare_tables)
