"""The build backend: setuptools, after the contract was made into Python.

Every build generates `paperwire/v1/*_pb2.py`, their `.pyi` and the gRPC stubs
from the `.proto` files: those of the repository, or, in an unpacked source
distribution, those that `build_sdist` packed along.
"""

from __future__ import annotations

import importlib.util
import shutil
import tempfile
from pathlib import Path
from typing import Any

from setuptools import build_meta
from setuptools.build_meta import (  # noqa: F401  (the backend's interface)
    get_requires_for_build_editable,
    get_requires_for_build_sdist,
    get_requires_for_build_wheel,
)

_HERE = Path(__file__).resolve().parent.parent
_PACKED = _HERE / "proto"
_REPOSITORY = _HERE.parent.parent / "proto"
_PACKAGE = _HERE / "src" / "paperwire" / "v1"


def _contract() -> Path:
    """Returns the folder of the contract.

    Raises:
        FileNotFoundError: This is neither the repository nor a source
            distribution.
    """
    for folder in (_PACKED, _REPOSITORY):
        if (folder / "paperwire" / "v1" / "paper.proto").is_file():
            return folder
    raise FileNotFoundError(
        f"no paperwire/v1/*.proto in {_PACKED} or {_REPOSITORY}: build from "
        "the repository or from a source distribution"
    )


def generate() -> None:
    """Writes the generated modules into the package's `v1` folder.

    Raises:
        FileNotFoundError: There are no `.proto` files.
        RuntimeError: protoc refused them; it has said why on stderr.
    """
    import grpc_tools
    from grpc_tools import protoc

    root = _contract()
    files = sorted(str(f) for f in (root / "paperwire" / "v1").glob("*.proto"))
    google = importlib.util.find_spec("google.rpc")
    if google is None or not google.submodule_search_locations:
        raise FileNotFoundError("googleapis-common-protos is not installed")
    googleapis = Path(next(iter(google.submodule_search_locations))).parents[1]
    own = Path(grpc_tools.__path__[0]) / "_proto"
    with tempfile.TemporaryDirectory() as scratch:
        status = protoc.main(
            [
                "protoc",
                f"-I{root}",
                f"-I{googleapis}",
                f"-I{own}",
                f"--python_out={scratch}",
                f"--pyi_out={scratch}",
                f"--grpc_python_out={scratch}",
                *files,
            ]
        )
        if status != 0:
            raise RuntimeError(f"protoc failed with status {status}")
        made = Path(scratch) / "paperwire" / "v1"
        for old in _PACKAGE.glob("*_pb2*"):
            if not (made / old.name).exists():
                old.unlink()
        for new in made.iterdir():
            shutil.copyfile(new, _PACKAGE / new.name)


def build_wheel(
    wheel_directory: str,
    config_settings: Any = None,
    metadata_directory: str | None = None,
) -> str:
    """Builds the wheel (PEP 517)."""
    generate()
    # setuptools keeps a build folder and would pack what is stale in it.
    shutil.rmtree(_HERE / "build", ignore_errors=True)
    return str(
        build_meta.build_wheel(
            wheel_directory, config_settings, metadata_directory
        )
    )


def build_editable(
    wheel_directory: str,
    config_settings: Any = None,
    metadata_directory: str | None = None,
) -> str:
    """Builds an editable install (PEP 660)."""
    generate()
    return str(
        build_meta.build_editable(
            wheel_directory, config_settings, metadata_directory
        )
    )


def build_sdist(sdist_directory: str, config_settings: Any = None) -> str:
    """Builds the source distribution, with the contract in it (PEP 517)."""
    root = _contract()
    if root == _PACKED:
        return str(build_meta.build_sdist(sdist_directory, config_settings))
    try:
        shutil.copytree(
            root / "paperwire" / "v1",
            _PACKED / "paperwire" / "v1",
            ignore=lambda _, names: [
                n for n in names if not n.endswith(".proto")
            ],
        )
        return str(build_meta.build_sdist(sdist_directory, config_settings))
    finally:
        shutil.rmtree(_PACKED, ignore_errors=True)
