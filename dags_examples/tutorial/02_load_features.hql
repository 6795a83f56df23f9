-- The file becomes the table's content.
-- Give the file: --hivevar features_file=/path/to/features.txt
LOAD DATA LOCAL INPATH '${hivevar:features_file}' OVERWRITE INTO TABLE hive_features;
