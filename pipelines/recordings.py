"""Every night: see that each recording that minutes rest on is kept, and is what it was.

Fails naming the first that is absent or changed: restore it from a backup, and clear the run's date by triggering anew.
"""

from airflow.sdk import DAG
from liaison import defaults
from liaison.job import HubJobOperator

with DAG("liaison_recordings", schedule="30 1 * * *", doc_md=__doc__, **defaults.DAG):
    HubJobOperator(task_id="sweep", endpoint="api/v1/upkeep/recording-sweeps", fails_on="harmed")
