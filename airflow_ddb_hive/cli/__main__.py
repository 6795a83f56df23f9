"""``python -m airflow_ddb_hive.cli`` is ``ddb-hive``."""

import sys

from airflow_ddb_hive.cli.entry import main

if __name__ == "__main__":
    sys.exit(main())
