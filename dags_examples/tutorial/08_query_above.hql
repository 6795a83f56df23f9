-- States and classes with at least five places above 100,000 (here: people).
SELECT state_alpha, feature_class, COUNT(*)
FROM ddb_features
WHERE elev_in_ft > 100000
GROUP BY state_alpha, feature_class
HAVING COUNT(*) >= 5
ORDER BY state_alpha, feature_class;
