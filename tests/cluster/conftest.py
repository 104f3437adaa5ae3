from __future__ import annotations

import pytest
from single_node import SingleNode, install


@pytest.fixture(scope="session")
def node(tmp_path_factory):
    """A Slurm of one node that runs while the tests do; where it cannot, they fail."""
    install()
    started = SingleNode(tmp_path_factory.mktemp("slurm"))
    yield started
    started.stop()
