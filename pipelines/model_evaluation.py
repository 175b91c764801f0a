"""Every month: measure how well the hub hears the clips that lie in its folder `evaluation`.

The word error rate is the run's result; the task fails where it is above `worst`, or a clip could not be heard.
"""

from airflow.sdk import DAG, Param, task
from liaison import defaults
from liaison.job import HubJobOperator

with DAG(
    "liaison_model_evaluation",
    schedule="0 3 1 * *",
    doc_md=__doc__,
    params={"worst": Param(0.35, type="number", minimum=0, maximum=1, description="The highest word error rate")},
    **defaults.DAG,
):
    measured = HubJobOperator(
        task_id="measure", endpoint="api/v1/upkeep/model-evaluations", fails_on="refused", every_s=30.0
    )

    @task(retries=0)
    def hears_well(measure: dict, params: dict | None = None) -> None:
        """Fail where too many words were heard wrong."""
        worst = (params or {})["worst"]
        if measure["wer"] is None or measure["wer"] > worst:
            raise ValueError(f"word error rate {measure['wer']}, the worst allowed is {worst}")

    hears_well(measured.output)
