"""DynamoDB with HiveQL in Apache Airflow: export, import, query and join, in the worker.

The package face stays light: importing it pulls in neither Airflow nor an engine, because a scheduler parses DAG
files every few seconds.
"""

__all__ = ["__version__"]

__version__ = "0.1.0"
