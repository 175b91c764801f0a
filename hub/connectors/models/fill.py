"""A graph without weights and a checkpoint become a model that onnxruntime loads.

The repository keeps only graphs: each initializer carries the name of the checkpoint's tensor and no data. The
weights come from the publisher's own file, so nobody has to trust a converted copy.
"""

from pathlib import Path

from hub.connectors.models.checkpoint import tensors
from hub.domain.errors import RejectedError

EMPTY = "weights: checkpoint"
"""The doc string by which the export marks an initializer that is to be filled."""


def fill(graph: Path, checkpoint: Path, target: Path) -> None:
    """Write *target*: *graph* with every marked initializer filled from *checkpoint*. Equal inputs, equal bytes.

    RejectedError when a tensor is missing or has another shape.
    """
    import onnx
    from onnx import numpy_helper

    model = onnx.load(str(graph))
    weights = tensors(checkpoint)
    for initializer in model.graph.initializer:
        if initializer.doc_string != EMPTY:
            continue
        if initializer.name not in weights:
            raise RejectedError(f"{checkpoint}: has no tensor {initializer.name}, which {graph.name} needs")
        tensor = weights[initializer.name]
        if tuple(tensor.shape) != tuple(initializer.dims):
            raise RejectedError(
                f"{checkpoint}: tensor {initializer.name} has shape {tensor.shape}, not {initializer.dims}"
            )
        initializer.CopyFrom(numpy_helper.from_array(tensor, initializer.name))
    whole = model.SerializeToString(deterministic=True)
    partial = target.with_name(f".{target.name}.partial")
    partial.write_bytes(whole)
    partial.replace(target)
