-- The DynamoDB table to S3 as Parquet; through a table, because a Parquet file carries its table's column names.
-- The DAG does the same by DynamoDBExportOperator, without a script.
-- Give the bucket: --hivevar bucket=my-bucket
DROP TABLE IF EXISTS s3_features_parquet;

CREATE EXTERNAL TABLE s3_features_parquet (
    feature_id    BIGINT,
    feature_name  STRING,
    feature_class STRING,
    state_alpha   STRING,
    prim_lat_dec  DOUBLE,
    prim_long_dec DOUBLE,
    elev_in_ft    BIGINT
)
STORED AS PARQUET
LOCATION 's3://${hivevar:bucket}/export/parquet/';

INSERT OVERWRITE TABLE s3_features_parquet
SELECT * FROM ddb_features;
