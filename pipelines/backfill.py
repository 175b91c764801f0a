"""Read again what an agreement covers, what changed in an interval, and send it out.

Trigger it with the agreement; `since`, or the run's date, is where the interval begins, and `until` where it ends.
What a system holds already is not written to it. Without `until` the hub's workers are set back and read on from there;
with it the run reads the interval itself and leaves the workers where they are. A change whose time a system does not
tell counts as in the interval.
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
        "until": Param(
            None, type=["string", "null"], format="date-time", description="What changed before; all if none"
        ),
    },
    **defaults.DAG,
):
    HubJobOperator(
        task_id="backfill",
        endpoint="api/v1/agreements/{{ params.agreement }}/backfills",
        form={
            "since": "{{ params.since or (logical_date or dag_run.run_after).isoformat() }}",
            "until": "{{ params.until or '' }}",
        },
    )
