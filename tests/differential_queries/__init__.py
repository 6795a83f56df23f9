"""Random queries (joins, windows, groups, lateral views, sets, subqueries), compared with Hive.

``python -m tests.differential_queries --count 5000 --port 10001`` asks a running
``hive lines``, and prints what differs.
"""
