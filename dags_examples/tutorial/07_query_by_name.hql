-- The places in Mountain Time whose names begin with the letter "M".
SELECT feature_name, state_alpha
FROM ddb_features
WHERE feature_class = 'America/Denver'
AND feature_name LIKE 'M%'
ORDER BY feature_name;
