"""Every night: compare what all systems and the hub hold.

The report of the run is on the hub's page of runs (`GET /api/v1/sync/runs`). The task succeeds when the comparison was
made; the second one fails where there are differences, so that somebody is told. To look again after a correction,
trigger the DAG anew: clearing a run meets the comparison that was made for its date.
"""

from airflow.sdk import DAG, task
from liaison import defaults
from liaison.job import HubJobOperator

with DAG("liaison_reconciliation", schedule="0 2 * * *", doc_md=__doc__, **defaults.DAG):
    compared = HubJobOperator(task_id="compare", endpoint="api/v1/sync/reconciliations")

    @task(retries=0)
    def nothing_differs(report: dict) -> None:
        """Fail where something differs or could not be read."""
        if report["differences_found"] or report["unread"]:
            raise ValueError(f"{report['differences_found']} differences, {len(report['unread'])} could not be read")

    nothing_differs(compared.output)
