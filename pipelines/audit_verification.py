"""Every night: compute the chain of the audit trail again and hold it against its signed checkpoints.

Fails naming the first entry that is not as it was written. That is an incident: stop, keep the database as it is, and
compare it with a backup (docs/sync.md, "The audit trail").
"""

from airflow.sdk import DAG
from liaison import defaults
from liaison.job import HubJobOperator

with DAG("liaison_audit_verification", schedule="0 1 * * *", doc_md=__doc__, **defaults.DAG):
    HubJobOperator(task_id="verify", endpoint="api/v1/audit/verifications", fails_on="!whole")
