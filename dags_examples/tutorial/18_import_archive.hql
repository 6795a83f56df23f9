-- The archive into a second table, FeaturesCopy (partition key Id, a number).
-- The DAG does the same by DynamoDBImportOperator, without a script.
-- Give the bucket: --hivevar bucket=my-bucket
DROP TABLE IF EXISTS ddb_features_copy_items;
DROP TABLE IF EXISTS s3_features_archive;

CREATE EXTERNAL TABLE ddb_features_copy_items (item MAP<STRING, STRING>)
STORED BY 'org.apache.hadoop.hive.dynamodb.DynamoDBStorageHandler'
TBLPROPERTIES ("dynamodb.table.name" = "FeaturesCopy");

CREATE EXTERNAL TABLE s3_features_archive (item MAP<STRING, STRING>)
LOCATION 's3://${hivevar:bucket}/export/archive/';

INSERT OVERWRITE TABLE ddb_features_copy_items
SELECT * FROM s3_features_archive;
