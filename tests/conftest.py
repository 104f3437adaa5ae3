from hypothesis import settings

settings.register_profile("project", deadline=None, derandomize=True)
settings.register_profile("thorough", settings.get_profile("project"), max_examples=500)


def pytest_addoption(parser):
    parser.addoption("--thorough", action="store_true", help="more kills, more configurations")


def pytest_configure(config):
    settings.load_profile("thorough" if config.getoption("thorough") else "project")
