"""The one file that asks which Airflow this is: 2.11 and 3.x keep the same names in different places.

The common-compat provider knows the places; see
https://airflow.apache.org/docs/apache-airflow-providers-common-compat/stable/index.html.
"""

from __future__ import annotations

from airflow.providers.common.compat.sdk import (
    AirflowFailException,
    AirflowNotFoundException,
    BaseOperator,
    Connection,
    Context,
    conf,
    mask_secret,
)

__all__ = [
    "AirflowFailException",
    "AirflowNotFoundException",
    "BaseOperator",
    "Connection",
    "Context",
    "conf",
    "mask_secret",
]
