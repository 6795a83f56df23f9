-- The DynamoDB table to S3 as Parquet. The DAG does the same by DynamoDBExportOperator, without a script.
-- Give the bucket: --hivevar bucket=my-bucket
INSERT OVERWRITE DIRECTORY 's3://${hivevar:bucket}/export/parquet/'
STORED AS PARQUET
SELECT * FROM ddb_features;
