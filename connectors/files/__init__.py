"""Files as a source: the import contract, or an everyday export through a mapping file."""

from connectors.files.declaration import FileForm, FilesSource
from connectors.files.loading import SOURCE as NAME
from connectors.files.loading import build_source, load_files
from connectors.files.mapping import Mapping, load_mapping
from connectors.files.planning import planned_files

__all__ = [
    "NAME",
    "FileForm",
    "FilesSource",
    "Mapping",
    "build_source",
    "load_files",
    "load_mapping",
    "planned_files",
]
