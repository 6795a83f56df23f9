-- All of the feature classes (here: time zones), in order.
SELECT DISTINCT feature_class
FROM ddb_features
ORDER BY feature_class;
