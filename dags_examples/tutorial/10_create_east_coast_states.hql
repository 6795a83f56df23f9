-- A second DynamoDB table, EastCoastStates (partition key StateName, a string), and its items.
DROP TABLE IF EXISTS ddb_east_coast_states;

CREATE EXTERNAL TABLE ddb_east_coast_states (
    state_name  STRING,
    state_alpha STRING
)
STORED BY 'org.apache.hadoop.hive.dynamodb.DynamoDBStorageHandler'
TBLPROPERTIES (
    "dynamodb.table.name" = "EastCoastStates",
    "dynamodb.column.mapping" = "state_name:StateName,state_alpha:StateAbbrev"
);

INSERT INTO TABLE ddb_east_coast_states VALUES
    ('Maine', 'ME'),
    ('New Hampshire', 'NH'),
    ('Massachusetts', 'MA'),
    ('Rhode Island', 'RI'),
    ('Connecticut', 'CT'),
    ('New York', 'NY'),
    ('New Jersey', 'NJ'),
    ('Delaware', 'DE'),
    ('Maryland', 'MD'),
    ('Virginia', 'VA'),
    ('North Carolina', 'NC'),
    ('South Carolina', 'SC'),
    ('Georgia', 'GA'),
    ('Florida', 'FL');
