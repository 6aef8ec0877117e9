"""Files as a source: the import contract, or an everyday export through a mapping file."""

from connectors.files.declaration import FileForm, FilesSource, Mapping, load_mapping
from connectors.files.loading import build_source, load_files, planned_files

__all__ = [
    "FileForm",
    "FilesSource",
    "Mapping",
    "build_source",
    "load_files",
    "load_mapping",
    "planned_files",
]
