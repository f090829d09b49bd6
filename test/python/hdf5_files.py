"""hdf5_files.py <folder>: the same arrays and attributes in HDF5 files of each generation, and what they hold as JSON."""
import json
import os
import sys

import h5py
import numpy as np

folder = sys.argv[1]
arrays = {
    "chunked": np.arange(10 * 7 * 3, dtype="float32").reshape(10, 7, 3),
    "one": np.arange(20, dtype="float32").reshape(4, 5),
    "plain": np.arange(20, dtype="float64").reshape(4, 5),
    "many": np.arange(5000, dtype="float32"),
    "half": np.arange(6, dtype="float16"),
    "whole": np.arange(-3, 3, dtype="int64"),
    "scalar": np.float32(5),
    **{f"group/d{i:03d}": np.full((2, 3), i, "float32") for i in range(300)},
}
options = {
    "chunked": {"chunks": (4, 3, 2), "compression": "gzip", "shuffle": True, "fletcher32": True},
    "one": {"chunks": (4, 5), "compression": "gzip"},
    "plain": {"chunks": (2, 2)},
    "many": {"chunks": (2,)},
}
attributes = {"text": "h\u00e9llo", "names": [b"a", b"bcd"], "number": 7, **{f"x{i}": f"value {i}" for i in range(40)}}
for version in ["earliest", "v108", "v110", "latest"]:
    with h5py.File(os.path.join(folder, version + ".h5"), "w", libver=version) as file:
        for name, values in arrays.items():
            file.create_dataset(name, data=values, **options.get(name, {}))
        for name, value in attributes.items():
            file.attrs[name] = value
        file["soft"] = h5py.SoftLink("/chunked")
        file["away"] = h5py.ExternalLink("/etc/passwd", "/x")
expected = {
    "arrays": {name: {"type": str(values.dtype), "shape": list(np.shape(values)), "values": np.ravel(values).astype("float64").tolist()} for name, values in arrays.items()},
    "attributes": {name: [v.decode() for v in value] if isinstance(value, list) else [value] for name, value in attributes.items()},
}
with open(os.path.join(folder, "expected.json"), "w") as out:
    json.dump(expected, out)
