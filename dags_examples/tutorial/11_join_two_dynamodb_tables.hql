-- Two DynamoDB tables in one query, which DynamoDB itself cannot do.
SELECT ecs.state_name, f.feature_class, COUNT(*)
FROM ddb_east_coast_states ecs
JOIN ddb_features f ON ecs.state_alpha = f.state_alpha
GROUP BY ecs.state_name, f.feature_class
ORDER BY ecs.state_name, f.feature_class;
