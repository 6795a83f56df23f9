-- Whole items to S3, with all of their attributes and types, whatever they are.
-- The DAG does the same by DynamoDBExportOperator, without a script.
-- Give the bucket: --hivevar bucket=my-bucket
DROP TABLE IF EXISTS ddb_features_items;
DROP TABLE IF EXISTS s3_features_archive;

CREATE EXTERNAL TABLE ddb_features_items (item MAP<STRING, STRING>)
STORED BY 'org.apache.hadoop.hive.dynamodb.DynamoDBStorageHandler'
TBLPROPERTIES ("dynamodb.table.name" = "Features");

CREATE EXTERNAL TABLE s3_features_archive (item MAP<STRING, STRING>)
LOCATION 's3://${hivevar:bucket}/export/archive/';

INSERT OVERWRITE TABLE s3_features_archive
SELECT * FROM ddb_features_items;
