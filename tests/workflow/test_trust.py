"""Nothing that is read is run, and nothing is written outside; ruff's S rules see to the rest."""

from __future__ import annotations

import hashlib
import re
import zipfile
from io import BytesIO

import pytest
import torch
from harmful import Harmful
from PIL import Image
from snakemake_runs import ROOT, parsed

from chaos_sampling import store
from chaos_sampling.datasets.pictures import from_folder
from chaos_sampling.gan.checkpoint import load_checkpoint
from chaos_sampling.gan.generators import load_generator

RULES = {rule.name: rule for rule in parsed().rules if rule.name != "all"}
MODULES = sorted([*(ROOT / "chaos_sampling").rglob("*.py"), *(ROOT / "scripts").glob("*.py")])


READERS = {
    "a checkpoint": lambda path: load_checkpoint(path, {}),
    "a generator": lambda path: load_generator(path, "cpu"),
    "HDF5": lambda path: store.load(path, "traces"),
    "pictures": lambda path: from_folder(path=str(path)),
}


@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
def test_a_pickle_is_never_run(tmp_path, read):
    content = BytesIO()
    torch.save({"part": Harmful(tmp_path / "harm")}, content)
    path = tmp_path / "file"
    path.write_bytes(hashlib.sha256(content.getvalue()).digest() + content.getvalue())
    with pytest.raises(ValueError, match=str(path)):
        read(path)
    assert not (tmp_path / "harm").exists()
    torch.load(BytesIO(content.getvalue()), weights_only=False)
    assert (tmp_path / "harm").exists()


def test_weights_are_loaded_as_weights_only():
    for module in MODULES:
        text = module.read_text()
        loads = re.findall(r"torch\.load\(|load_state_dict_from_url\(", text)
        assert len(loads) == text.count("weights_only=True"), module
        assert "allow_pickle" not in text, module


def test_members_of_a_zip_stay_in_it(tmp_path):
    picture = BytesIO()
    Image.new("RGB", (64, 64)).save(picture, "png")
    path = tmp_path / "inner" / "pictures.zip"
    path.parent.mkdir()
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("faces/../../outside.png", f"{tmp_path}/absolute.png", "inside.png"):
            archive.writestr(name, picture.getvalue())
    assert len(from_folder(path=str(path))["images"]) == 2  # ".." counts as hidden
    assert [file for file in tmp_path.rglob("*") if file.is_file()] == [path]


@pytest.mark.parametrize("name", RULES)
def test_rules_run_scripts_and_no_shell(name):
    rule = RULES[name]
    others = (rule.is_shell, rule.is_notebook, rule.is_wrapper, rule.is_cwl, rule.is_run)
    assert rule.is_script
    assert not any(others)
