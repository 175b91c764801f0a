"""Every hour: file what was approved in one system in another, for each pair that the hub's folder `copies` names.

Fails naming what was refused, such as a document that somebody has checked out; the next run tries it again, and files
nothing twice. Without this pipeline `hub worker` does the same.
"""

from airflow.sdk import DAG
from liaison import defaults
from liaison.job import HubJobOperator

with DAG("liaison_document_copies", schedule="15 * * * *", doc_md=__doc__, **defaults.DAG):
    HubJobOperator(task_id="copy", endpoint="api/v1/upkeep/document-copies", fails_on="refused")
