"""The diarizer's nets on onnxruntime."""

from pathlib import Path
from typing import Any

from hub.domain.errors import FatalError

SEGMENTATION, EMBEDDING = "segmentation.onnx", "embedding.onnx"


def session(model_dir: Path, name: str, *, threads: int) -> Any:
    """Return the net *name* ready to run. FatalError where it does not load."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.enable_cpu_mem_arena = False  # windows of one size need no arena, and it never shrinks
    options.log_severity_level = 3
    # threads that wait for the next short window turning in circles take two fifths of all the processor time
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return onnxruntime.InferenceSession(str(model_dir / name), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime has no root of its own errors
        raise FatalError(f"{model_dir / name}: the model does not load ({error})") from error
