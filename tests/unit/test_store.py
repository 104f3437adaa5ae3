from __future__ import annotations

import errno
import json
import os
import shutil
from importlib import metadata
from types import SimpleNamespace

import h5py
import numpy as np
import pandas as pd
import pytest
import xarray
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from tables import variables

from chaos_sampling.store import (
    Dataset,
    Variable,
    WrongFileError,
    attributes_of,
    load,
    load_joined,
    save,
    save_table,
)


def dataset(**attributes):
    generator = np.random.default_rng(0)
    return Dataset(
        "traces",
        "A few traces",
        {
            "time": Variable(np.arange(6) * 0.1, ("time",), "τ", "time"),
            "h": Variable(generator.normal(size=(6, 40)), ("time", "neuron"), "1", "input h"),
            "name": Variable(np.array(["é.png", "", "b"]), ("image",), "1", "name"),
            "trajectory/time": Variable(np.arange(4.0), ("time",), "τ", "another time"),
            "trajectory/z": Variable(np.ones((4, 2)), ("time", "latent"), "1", "latents"),
        },
        attributes,
    )


def assert_same(found, expected):
    assert (found.kind, found.title) == (expected.kind, expected.title)
    assert found.variables.keys() == expected.variables.keys()
    for name, variable in expected.variables.items():
        again = found.variables[name]
        assert (again.dims, again.units, again.long_name) == (
            variable.dims,
            variable.units,
            variable.long_name,
        )
        np.testing.assert_array_equal(again.values, variable.values, strict=True)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "folder" / "data.h5"


def test_groups_strings_and_coordinates_survive(path):
    save(dataset(), path)
    assert_same(load(path, "traces"), dataset())


@given(
    values=hnp.arrays(
        st.sampled_from(["?", "u1", "i2", "i8", "f4", "f8", "c8"]),
        hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4),
    )
)
def test_any_array_survives(tmp_path_factory, values):
    file = tmp_path_factory.mktemp("any") / "a.h5"
    saved = Dataset("any", "x", {"x": Variable(values, tuple("abcd"[: values.ndim]), "1", "x")})
    save(saved, file)
    assert_same(load(file, "any"), saved)


@settings(max_examples=30)
@given(st.lists(st.text(st.characters(exclude_characters="\0", codec="utf-8")), max_size=4))
def test_any_strings_survive(tmp_path_factory, words):
    file = tmp_path_factory.mktemp("text") / "a.h5"
    save(Dataset("any", "x", {"x": Variable(np.array(words, str), ("w",), "1", "x")}), file)
    assert load(file, "any")["x"].tolist() == words


@settings(max_examples=50)
@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-(2**60), 2**60)
        | st.floats(allow_nan=False)
        | st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=5)
        | st.sampled_from(["12", "1e10", "44035910", "null", "true", "NaN", '"', "{}", "[1"]),
        lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text("ab"), inner),
        max_leaves=4,
    )
)
def test_any_attribute_keeps_its_value_and_type(tmp_path_factory, value):
    file = tmp_path_factory.mktemp("attributes") / "a.h5"
    save(Dataset("any", "x", {}, {"value": value}), file)
    found = load(file, "any").attributes["value"]
    assert found == value
    assert type(found) is type(value)


def test_loaded_file_can_be_saved_again(path):
    save(dataset(gain=4), path)
    save(load(path, "traces"), path.with_name("again.h5"))
    again = load(path.with_name("again.h5"), "traces")
    assert_same(again, dataset())
    assert again.attributes["gain"] == 4


def test_provenance_and_software_are_root_attributes(path):
    save(dataset(model="avatars"), path, {"rule": "traces", "config": {"gains": [2, 4]}})
    with h5py.File(path) as file:
        found = dict(file.attrs)
    assert found["kind"] == "traces"
    assert found["title"] == "A few traces"
    assert found["model"] == "avatars"
    assert found["rule"] == "traces"
    assert json.loads(found["config"]) == {"gains": [2, 4]}
    assert json.loads(found["software"])["numpy"] == metadata.version("numpy")


@pytest.mark.parametrize("name", ["rule", "title"])
def test_an_attribute_with_the_name_of_one_of_the_provenance_is_refused(path, name):
    with pytest.raises(ValueError, match=f"data.h5: expected other names .*{name}"):
        save(dataset(**{name: "outer_product"}), path, {"rule": "simulate_traces"})
    assert not path.exists()


def test_more_attributes_than_fit_in_an_object_header(path):
    attributes = {f"a{index}": index for index in range(100)}
    save(dataset(**attributes), path)
    assert attributes.items() <= load(path, "traces").attributes.items()


def test_saving_twice_gives_the_same_bytes(path):
    save(dataset(), path)
    first = path.read_bytes()
    save(dataset(), path)
    assert path.read_bytes() == first


def test_xarray_sees_coordinates_and_units(path):
    save(dataset(gain=4), path)
    with xarray.open_dataset(path, engine="h5netcdf") as found:
        assert found["h"].dims == ("time", "neuron")
        assert set(found.coords) == {"time"}
        assert found["time"].attrs.items() >= {"units": "τ", "long_name": "time"}.items()
        assert found["h"].sel(time=0.3, method="nearest").shape == (40,)
        assert found["name"].values.tolist() == ["é.png", "", "b"]
        assert found.attrs["gain"] == "4"
        np.testing.assert_array_equal(found["h"], dataset()["h"])


def test_xarray_sees_groups(path):
    save(dataset(), path)
    with xarray.open_dataset(path, engine="h5netcdf", group="trajectory") as found:
        assert found["z"].dims == ("time", "latent")
        assert found.sizes == {"time": 4, "latent": 2}
        assert found["time"].attrs["long_name"] == "another time"
        np.testing.assert_array_equal(found.coords["time"], np.arange(4))


def refusal(path, kind="traces"):
    with pytest.raises(WrongFileError) as caught:
        load(path, kind)
    assert str(path) in str(caught.value)
    assert f"'{kind}'" in str(caught.value)
    return str(caught.value)


def test_missing_file_is_refused(path):
    assert "found no file" in refusal(path)


def test_folder_is_refused(tmp_path):
    assert "found no file" in refusal(tmp_path)


def test_wrong_kind_is_refused(path):
    save(dataset(), path)
    message = refusal(path, "overlaps")
    assert "found kind 'traces'" in message
    assert "snakemake" in message


def test_hdf5_of_other_origin_is_refused(path):
    path.parent.mkdir()
    with h5py.File(path, "w") as file:
        file["x"] = np.arange(3)
    assert "of other origin" in refusal(path)


@pytest.mark.parametrize("content", [b"", bytes(5000)])
def test_file_that_is_not_hdf5_is_refused(path, content):
    path.parent.mkdir()
    path.write_bytes(content)
    assert "Delete it and run snakemake again" in refusal(path)


def test_truncated_file_is_refused(path):
    save(dataset(), path)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    assert "Delete it and run snakemake again" in refusal(path)


@given(st.data())
def test_a_flipped_bit_is_noticed_wherever_it_is(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("flipped") / "traces.h5"
    save(dataset(gain=4.125), path)
    content = bytearray(path.read_bytes())
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] ^= 1 << data.draw(st.integers(0, 7))
    path.write_bytes(content)
    assert "Delete it and run snakemake again" in refusal(path)


def test_a_changed_attribute_is_noticed_where_only_attributes_are_read(path):
    save(dataset(gain=4.125), path)
    content = path.read_bytes()
    assert content.count(b"4.125") == 1
    path.write_bytes(content.replace(b"4.125", b"6.125"))
    with pytest.raises(WrongFileError, match="its checksum is wrong"):
        attributes_of(path)


def test_arrays_are_contiguous(path):
    save(dataset(), path)
    with h5py.File(path) as file:
        assert all(file[name].chunks is None for name in dataset().variables)


@pytest.mark.parametrize(
    ("broken", "error"),
    [
        (
            Dataset(
                "traces",
                "",
                {
                    "a": Variable(np.zeros(3), ("time",), "1", "a"),
                    "b": Variable(np.zeros(4), ("time",), "1", "b"),
                },
            ),
            ValueError,
        ),
        (Dataset("traces", "", {}, {"x": object()}), TypeError),
    ],
)
def test_failed_write_leaves_the_old_file_and_nothing_else(path, broken, error):
    save(dataset(), path)
    before = path.read_bytes()
    with pytest.raises(error):
        save(broken, path)
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def test_disagreement_about_a_dimension_names_it(path):
    variables = {
        "time": Variable(np.zeros(3), ("time",), "τ", "time"),
        "h": Variable(np.zeros((4, 2)), ("time", "neuron"), "1", "h"),
    }
    with pytest.raises(ValueError, match=r"h: dimension 'time' has length 4, elsewhere \(3,\)"):
        save(Dataset("traces", "", variables), path)


@pytest.mark.parametrize("dims", [(), ("a",), ("a", "b", "c")])
def test_variable_names_each_axis(dims):
    with pytest.raises(ValueError, match=r"some array: shape \(2, 3\) has 2 axes"):
        Variable(np.zeros((2, 3)), dims, "1", "some array")


def test_a_new_file_is_on_the_disk_before_it_gets_its_name(path, monkeypatch):
    synchronised = []
    monkeypatch.setattr(os, "fsync", lambda file: synchronised.append(path.exists()))
    save(dataset(), path)
    assert synchronised == [False]


@pytest.mark.parametrize("name", ["fsync", "replace"])
def test_a_file_that_does_not_reach_the_disk_is_named(path, monkeypatch, name):
    def fail(*arguments):
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, name, fail)
    with pytest.raises(OSError, match=r"data\.h5: cannot be written \(Input") as error:
        save(dataset(), path)
    assert error.value.errno == errno.EIO
    assert list(path.parent.iterdir()) == []


def test_a_folder_that_cannot_be_made_names_the_file(tmp_path):
    (tmp_path / "folder").write_text("a file")
    with pytest.raises(FileExistsError, match=r"data\.h5: cannot be written \(File exists\)"):
        save(dataset(), tmp_path / "folder" / "data.h5")


def test_a_file_that_does_not_fit_is_not_begun(path, monkeypatch):
    save(dataset(), path)
    before = path.read_bytes()
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: SimpleNamespace(free=2e6))
    large = Dataset("traces", "", {"x": Variable(np.zeros(10**6), ("time",), "1", "x")})
    with pytest.raises(OSError, match=r"data\.h5: .*expected 9\.8 MB of free space, found 2\.0 MB"):
        save(large, path)
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def test_table_survives(path):
    table = pd.DataFrame({"quantity": ["a", "b"], "mean": [0.1 + 0.2, np.nan], "n": [1, 2]})
    save_table(table, path)
    again = pd.read_csv(path, sep="\t")
    pd.testing.assert_frame_equal(again, table)
    assert list(path.parent.iterdir()) == [path]


def part(rows, columns, first, column=0.0):
    """Build a data set whose rows begin at `first`, of what is to be joined along rows."""
    values = first + np.arange(rows)[:, None] + np.zeros(columns)
    arrays = {
        "row": (first + np.arange(rows), ("row",)),
        "column": (column + np.arange(columns), ("column",)),
        "values": (values.T, ("column", "row")),
        "group/alone": (np.full(3, first), ("other",)),
    }
    return Dataset("part", "A part", variables(**arrays), {"first": first})


def test_parts_are_joined_along_their_dimension(tmp_path):
    paths = [tmp_path / f"{first}.h5" for first in (0, 2)]
    save(part(2, 3, 0), paths[0])
    save(part(1, 3, 2), paths[1])
    joined = load_joined(paths, "part", "row")
    np.testing.assert_array_equal(joined["row"], [0, 1, 2])
    np.testing.assert_array_equal(joined["values"], [[0, 1, 2]] * 3)
    assert joined.variables["values"].dims == ("column", "row")
    # what lacks the dimension is the first part's
    np.testing.assert_array_equal(joined["group/alone"], [0] * 3)
    assert joined.attributes["first"] == 0


def test_one_part_is_the_whole(tmp_path):
    save(part(2, 3, 0), tmp_path / "0.h5")
    joined = load_joined([tmp_path / "0.h5"], "part", "row")
    np.testing.assert_array_equal(joined["values"], load(tmp_path / "0.h5", "part")["values"])


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (part(2, 4, 2), "'column' to fit that in"),
        (part(2, 3, 2, column=5.0), "'column' to fit that in"),
        (Dataset("part", "", variables(row=([2], ("row",)))), "'column' with the dimensions"),
        (
            Dataset("part", "", variables(row=([2], ("row",)), column=([[0]] * 3, ("x", "y")))),
            "'column' with the dimensions",
        ),
    ],
    ids=["shape", "coordinate", "lacking", "axes"],
)
def test_parts_that_do_not_fit_are_named(tmp_path, other, expected):
    save(part(2, 3, 0), tmp_path / "0.h5")
    save(other, tmp_path / "2.h5")
    with pytest.raises(WrongFileError, match=rf"2\.h5: expected {expected}"):
        load_joined([tmp_path / "0.h5", tmp_path / "2.h5"], "part", "row")


def test_a_part_of_another_kind_is_refused(tmp_path):
    save(part(2, 3, 0), tmp_path / "0.h5")
    with pytest.raises(WrongFileError, match="kind 'whole'"):
        load_joined([tmp_path / "0.h5"], "whole", "row")
