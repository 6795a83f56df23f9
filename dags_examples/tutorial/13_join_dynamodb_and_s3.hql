-- A DynamoDB table joined with a CSV file in S3.
SELECT s.fips, s.state_name, COUNT(*) AS places, SUM(f.elev_in_ft) AS people
FROM ddb_features f
JOIN s3_states s ON f.state_alpha = s.state_alpha
GROUP BY s.fips, s.state_name
ORDER BY s.fips;
