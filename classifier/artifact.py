"""The artifact: one folder that carries everything an answer depends on.

    artifact.json        what it is, what it was made of, and the checksums of the files below
    taxonomy.toml        the labels it was trained for
    tokenizer.json       Hugging Face tokenizer
    encoder.xml, .bin    passages in context, int8 (OpenVINO)
    heads.xml, .bin      passages to labels
    lexical.npz          a linear model on word pieces, beside the network
    calibration.json     probabilities and thresholds
    network.safetensors  the same weights in 16 bits, for GPUs and for training on
    network.json         the transformer's configuration that they belong to (Hugging Face)

`metrics.json`, `gate.json` and `README.md` (the model card) lie beside them and are written after
measuring.
"""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from classifier.errors import ArtifactError
from classifier.windows import Windowing
from labels import Taxonomy, read_taxonomy

FORMAT = 4  # what is written
READABLE = (2, 3, 4)  # before 4 all sections were as long; before 3 no tokens were merged
MANIFEST = "artifact.json"
GATE = "gate.json"  # what came of comparing it with the artifact in force
WEIGHTS, CONFIGURATION = "network.safetensors", "network.json"
FILES = (
    "taxonomy.toml",
    "tokenizer.json",
    "encoder.xml",
    "encoder.bin",
    "heads.xml",
    "heads.bin",
    "lexical.npz",
    "calibration.json",
    WEIGHTS,
    CONFIGURATION,
)
MODELS = Path(__file__).resolve().parent.parent / "models"


@dataclass(frozen=True)
class Manifest:
    """What `artifact.json` says.

    `version` names the artifact in every answer. `origin` tells how it was made (base encoder and
    its checksum, training configuration, fingerprint of data, date); nothing depends on it.
    """

    format: int
    name: str
    version: str
    language: str
    taxonomy: str
    windowing: Windowing
    files: dict[str, str]  # name -> SHA-256 (hex)
    origin: dict[str, Any]


def released_artifact() -> Path:
    """The artifact that comes with this copy of Forewarn."""
    found = sorted(path.parent for path in MODELS.glob(f"*/{MANIFEST}"))
    if len(found) != 1:
        raise ArtifactError(
            f"Expected one artifact under {MODELS}, found {len(found)}. "
            "Name the one to use with --artifact or FOREWARN_ARTIFACT."
        )
    return found[0]


def write_manifest(folder: Path, name: str, windowing: Windowing, origin: dict[str, Any]) -> None:
    """Seal the files in `folder`; the version stands for them and the windowing."""
    files = {file: checksum(folder / file) for file in FILES}
    taxonomy = read_taxonomy(folder / "taxonomy.toml").version
    version = f"{name}+{digest(asdict(windowing), files)}"
    manifest = Manifest(FORMAT, name, version, "en", taxonomy, windowing, files, origin)
    (folder / MANIFEST).write_text(json.dumps(asdict(manifest), indent=1) + "\n", "utf-8")


def read_manifest(folder: Path) -> Manifest:
    """Read and verify an artifact folder; `ArtifactError` says what is wrong with it."""
    path = folder / MANIFEST
    if not path.is_file():
        raise ArtifactError(
            f"No artifact at {folder}: expected a folder with {MANIFEST}. "
            "Use the released one under models/, or make one with `make train`."
        )
    try:
        table = json.loads(path.read_text("utf-8"))
        if table["format"] not in READABLE:
            raise ArtifactError(
                f"{path} has format {table['format']}, this code reads "
                f"{READABLE[0]} to {READABLE[-1]}. "
                "Use the release of Forewarn that the artifact was made with, or train anew."
            )
        sealed = table["windowing"]
        windowing = _windowing(sealed)
        manifest = Manifest(**table | {"windowing": windowing})
        numbers = all(isinstance(value, int) for value in asdict(windowing).values())
        if not (numbers and isinstance(manifest.files, dict)):
            raise TypeError
    except (KeyError, TypeError, ValueError) as error:
        raise ArtifactError(
            f"{path} cannot be read ({type(error).__name__}). Expected the manifest that training "
            "writes. Fetch the artifact again."
        ) from error
    _verify_files(folder, manifest)
    if not manifest.version.endswith("+" + digest(sealed, manifest.files)):
        raise ArtifactError(
            f"{path} was altered: expected the windowing and checksums that version "
            f"{manifest.version} was sealed with, got others. Fetch the artifact again."
        )
    return manifest


def _windowing(sealed: dict[str, int]) -> Windowing:
    """As in the manifest, or what an older one stands for."""
    return Windowing(**{"long_section_windows": sealed["section_windows"]} | sealed)


def digest(windowing: dict[str, int], files: dict[str, str]) -> str:
    """Eight hex digits that stand for everything an answer depends on."""
    sealed = json.dumps([windowing, files], sort_keys=True)
    return hashlib.sha256(sealed.encode()).hexdigest()[:8]


def _verify_files(folder: Path, manifest: Manifest) -> None:
    for name in FILES:
        path = folder / name
        found = checksum(path) if path.is_file() else "no file"
        if found != manifest.files.get(name):
            raise ArtifactError(
                f"{path} is not the file that was released: expected SHA-256 "
                f"{manifest.files.get(name, 'unknown')[:16]}, got {found[:16]}. "
                "Fetch the artifact again; with git, `git checkout -- models`."
            )


def read_configuration(folder: Path) -> dict[str, Any]:
    """The transformer's configuration and `merge_after`, which is 0 where the artifact is older."""
    table: dict[str, Any] = json.loads((folder / CONFIGURATION).read_text("utf-8"))
    return {"merge_after": 0} | table


def read_artifact_taxonomy(folder: Path) -> Taxonomy:
    """The artifact's taxonomy, refused where it is not the one this code was written for."""
    taken, ours = read_taxonomy(folder / "taxonomy.toml"), read_taxonomy()
    if taken.version != ours.version:
        raise ArtifactError(
            f"The artifact {folder} was trained for taxonomy {taken.version}, this code has "
            f"{ours.version}. Train anew with `make train`, or use the matching release."
        )
    return taken


def checksum(path: Path) -> str:
    """SHA-256 (hex) of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
