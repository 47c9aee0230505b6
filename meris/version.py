"""The version of MERIS that runs."""

from importlib.metadata import PackageNotFoundError, version


def _installed() -> str:
    try:
        return version("meris")
    except PackageNotFoundError:
        return "from a checkout"


VERSION = _installed()
