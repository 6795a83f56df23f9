-- Both tables, attribute by attribute: a row that one of them has otherwise, or not at all, counts as a difference.
-- <=> is equality that holds for NULL too. Consistent reads see all that the tasks before have written.
SET ddb_hive.consistent.read=true;

DROP TABLE IF EXISTS ddb_features_copy;

CREATE EXTERNAL TABLE ddb_features_copy (
    feature_id    BIGINT,
    feature_name  STRING,
    feature_class STRING,
    state_alpha   STRING,
    prim_lat_dec  DOUBLE,
    prim_long_dec DOUBLE,
    elev_in_ft    BIGINT
)
STORED BY 'org.apache.hadoop.hive.dynamodb.DynamoDBStorageHandler'
TBLPROPERTIES (
    "dynamodb.table.name" = "FeaturesCopy",
    "dynamodb.column.mapping" = "feature_id:Id,feature_name:Name,feature_class:Class,state_alpha:State,prim_lat_dec:Latitude,prim_long_dec:Longitude,elev_in_ft:Elevation"
);

SELECT
    COUNT(f.feature_id) AS features,
    COUNT(c.feature_id) AS copies,
    SUM(IF(
        f.feature_id <=> c.feature_id
        AND f.feature_name <=> c.feature_name
        AND f.feature_class <=> c.feature_class
        AND f.state_alpha <=> c.state_alpha
        AND f.prim_lat_dec <=> c.prim_lat_dec
        AND f.prim_long_dec <=> c.prim_long_dec
        AND f.elev_in_ft <=> c.elev_in_ft, 0, 1)) AS differences
FROM ddb_features f
FULL OUTER JOIN ddb_features_copy c ON f.feature_id = c.feature_id;
