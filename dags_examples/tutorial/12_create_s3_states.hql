-- A CSV file in S3 as Hive sees it: abbreviation, name and FIPS code of each state.
-- Give the bucket: --hivevar bucket=my-bucket
DROP TABLE IF EXISTS s3_states;

CREATE EXTERNAL TABLE s3_states (
    state_alpha STRING,
    state_name  STRING,
    fips        STRING
)
ROW FORMAT DELIMITED
FIELDS TERMINATED BY ',' ESCAPED BY '\\'
LOCATION 's3://${hivevar:bucket}/states/';
