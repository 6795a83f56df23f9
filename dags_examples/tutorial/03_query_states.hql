-- A first look: how many places each state has.
SELECT state_alpha, COUNT(*)
FROM hive_features
GROUP BY state_alpha
ORDER BY state_alpha;
