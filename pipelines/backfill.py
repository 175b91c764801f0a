"""Read again what an agreement covers, from the beginning of an interval on, and send it out.

Trigger it with the agreement; `since`, or the run's date, is where the interval begins. What a system holds already is
not written to it. Sources tell what changed *since* a time, so what changed after the interval is read, too.
"""

from airflow.sdk import DAG, Param
from liaison import defaults
from liaison.job import HubJobOperator

with DAG(
    "liaison_backfill",
    schedule=None,
    doc_md=__doc__,
    params={
        "agreement": Param("", type="string", minLength=1, description="Id of the agreement"),
        "since": Param(None, type=["string", "null"], format="date-time", description="Instead of the run's date"),
    },
    **defaults.DAG,
):
    HubJobOperator(
        task_id="backfill",
        endpoint="api/v1/agreements/{{ params.agreement }}/backfills",
        form={"since": "{{ params.since or (logical_date or dag_run.run_after).isoformat() }}"},
    )
