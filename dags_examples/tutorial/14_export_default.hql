-- The DynamoDB table to S3 in Hive's default text: fields separated by ^A, NULL as \N.
-- Give the bucket: --hivevar bucket=my-bucket
INSERT OVERWRITE DIRECTORY 's3://${hivevar:bucket}/export/default/'
SELECT * FROM ddb_features;
