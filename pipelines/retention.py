"""Every week: remove what only guards against repetition, once nothing can be repeated any more.

Records, minutes and the audit trail are kept. With `dry_run` the run only counts; that is the default by hand.
"""

from airflow.sdk import DAG, Param
from liaison import defaults
from liaison.job import HubJobOperator

with DAG(
    "liaison_retention",
    schedule="0 4 * * 0",
    doc_md=__doc__,
    params={
        "days": Param(90, type="integer", minimum=30, maximum=3650, description="Older than so many days"),
        "dry_run": Param(default=False, type="boolean", description="Count, remove nothing"),
    },
    render_template_as_native_obj=True,
    **defaults.DAG,
):
    HubJobOperator(
        task_id="remove",
        endpoint="api/v1/upkeep/retentions",
        form={"days": "{{ params.days }}", "dry_run": "{{ params.dry_run }}"},
    )
