"""The tutorial DAG run through Airflow itself, on real data and without an AWS account: ``python -m demo``."""

__all__: list[str] = []
