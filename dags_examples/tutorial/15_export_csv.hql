-- The DynamoDB table to S3 with fields separated by commas, through a table over the folder.
-- Give the bucket: --hivevar bucket=my-bucket
DROP TABLE IF EXISTS s3_features_csv;

CREATE EXTERNAL TABLE s3_features_csv (
    feature_id    BIGINT,
    feature_name  STRING,
    feature_class STRING,
    state_alpha   STRING,
    prim_lat_dec  DOUBLE,
    prim_long_dec DOUBLE,
    elev_in_ft    BIGINT
)
ROW FORMAT DELIMITED
FIELDS TERMINATED BY ','
LOCATION 's3://${hivevar:bucket}/export/csv/';

INSERT OVERWRITE TABLE s3_features_csv
SELECT * FROM ddb_features;
