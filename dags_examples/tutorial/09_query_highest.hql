-- The highest value (here: the most people) in Colorado.
SELECT MAX(elev_in_ft)
FROM ddb_features
WHERE state_alpha = 'CO';
