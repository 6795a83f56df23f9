-- The DynamoDB table Features (partition key Id, a number) as Hive sees it. Dropping it later keeps the items.
DROP TABLE IF EXISTS ddb_features;

CREATE EXTERNAL TABLE ddb_features (
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
    "dynamodb.table.name" = "Features",
    "dynamodb.column.mapping" = "feature_id:Id,feature_name:Name,feature_class:Class,state_alpha:State,prim_lat_dec:Latitude,prim_long_dec:Longitude,elev_in_ft:Elevation"
);
