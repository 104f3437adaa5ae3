from __future__ import annotations

import pytest
from single_node import SingleNode, UnavailableError, install


@pytest.fixture(scope="session")
def node(tmp_path_factory):
    """A Slurm of one node that runs while the tests do."""
    try:
        install()
        started = SingleNode(tmp_path_factory.mktemp("slurm"))
    except UnavailableError as error:
        pytest.skip(str(error))
    yield started
    started.stop()
