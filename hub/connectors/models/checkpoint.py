"""Tensors out of a checkpoint file, without torch and without running a line of what the file says.

Formats: the zip that torch.save writes (a pickle beside raw little-endian storages) and safetensors
(an 8-byte length, a JSON header, raw bytes; https://github.com/huggingface/safetensors).
"""

import json
import pickle
import zipfile
from collections import OrderedDict
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Self

from hub.domain.errors import RejectedError

if TYPE_CHECKING:
    import numpy as np

    Tensors = dict[str, np.ndarray[Any, Any]]

_STORAGES = {
    "FloatStorage": "<f4",
    "HalfStorage": "<f2",
    "DoubleStorage": "<f8",
    "LongStorage": "<i8",
    "IntStorage": "<i4",
    "BoolStorage": "?",
}
_SAFE = {"F32": "<f4", "F16": "<f2", "F64": "<f8", "I64": "<i8", "I32": "<i4", "BOOL": "?"}


def tensors(path: Path) -> "Tensors":
    """Return every tensor of *path* by name. RejectedError when it is no checkpoint of a known form."""
    try:
        found = _torch(path) if zipfile.is_zipfile(path) else _safetensors(path)
    except (pickle.UnpicklingError, KeyError, ValueError, IndexError, EOFError, AttributeError) as error:
        raise RejectedError(f"{path}: not a checkpoint that can be read ({error})") from error
    return found


def _safetensors(path: Path) -> "Tensors":
    import numpy as np

    blob = path.read_bytes()
    start = 8 + int.from_bytes(blob[:8], "little")
    header = json.loads(blob[8:start])
    found = {}
    for name, entry in header.items():
        if name != "__metadata__":
            begin, end = entry["data_offsets"]
            flat = np.frombuffer(blob[start + begin : start + end], _SAFE[entry["dtype"]])
            found[name] = flat.reshape(entry["shape"])
    return found


def _torch(path: Path) -> "Tensors":
    with zipfile.ZipFile(path) as archive:
        index = next(name for name in archive.namelist() if name.endswith("/data.pkl"))
        with archive.open(index) as stream:
            value = _Restricted(stream, archive, index.removesuffix("data.pkl")).load()
    state = value.get("state_dict", value)
    return {name: tensor for name, tensor in state.items() if hasattr(tensor, "dtype")}


class _Ignored:
    """Stands for anything in the pickle that is no tensor; takes whatever it is given and does nothing."""

    def __new__(cls, *_args: Any, **_more: Any) -> Self:
        return object.__new__(cls)

    def __init__(self, *args: Any, **more: Any) -> None:
        pass

    def __setstate__(self, state: Any) -> None:
        pass

    def __setitem__(self, key: Any, value: Any) -> None:
        pass

    def append(self, value: Any) -> None:
        """Take an element of an ignored list."""

    def extend(self, values: Any) -> None:
        """Take elements of an ignored list."""


class _Restricted(pickle.Unpickler):  # its find_class lets no foreign callable through
    """An unpickler that knows tensors and ordered dicts; every other class becomes `_Ignored`."""

    def __init__(self, stream: IO[bytes], archive: zipfile.ZipFile, prefix: str) -> None:
        super().__init__(stream)
        self._archive, self._prefix = archive, prefix

    def find_class(self, module: str, name: str) -> Any:
        """Return what stands for *module*.*name*; never the thing itself."""
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _tensor
        if module == "torch" and name in _STORAGES:
            return _STORAGES[name]
        return _Ignored

    def persistent_load(self, pid: Any) -> Any:
        """Return the storage that the pickle names, as a flat array."""
        import numpy as np

        kind, key = pid[1], pid[2]
        return np.frombuffer(self._archive.read(f"{self._prefix}data/{key}"), kind)


def _tensor(storage: Any, offset: int, size: tuple[int, ...], stride: tuple[int, ...], *_more: Any) -> Any:
    import numpy as np

    steps = tuple(step * storage.itemsize for step in stride)
    return np.ascontiguousarray(np.lib.stride_tricks.as_strided(storage[offset:], size, steps))
