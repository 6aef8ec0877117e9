"""Which file feeds which entity: found by name, or declared in a mapping. Reads no data.

Belongs here: patterns, links, the plan of a load. Does not belong here: reading (`reading`), the
projection of headings onto columns (`projection`).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from connectors.contract import ENTITIES, Entity
from connectors.errors import SourceError
from connectors.files.declaration import FileForm, FilesSource, MappedEntity, MappedFile
from connectors.files.mapping import Mapping, load_mapping
from connectors.files.reading import SUFFIXES


@dataclass(frozen=True, eq=False)
class PlannedFile:
    """One entity and one file that feeds it.

    Attributes:
        entity: The entity.
        path: The file.
        form: How it is written.
        label: Its name in manifest and quarantine: path within the source, and its sheet.
        parts: How rows and columns are taken out of it; empty for a file in the contract's own form.
        used: Headings that some entity takes from the file.
    """

    entity: Entity
    path: Path
    form: FileForm
    label: str
    parts: tuple[MappedEntity, ...] = ()
    used: frozenset[str] = frozenset()

    @property
    def declaration(self) -> str:
        """Everything but the bytes that decides how the file is read."""
        return "".join(table.model_dump_json() for table in (self.form, *self.parts))

    @property
    def headings(self) -> tuple[str, ...]:
        """Headings without which the file cannot be loaded."""
        if self.parts:
            return (*self.form.headings, *(name for part in self.parts for name in part.headings))
        required = (column.name for column in self.entity.columns if column.is_required)
        return (*self.form.headings, *required)


def planned_files(source: FilesSource) -> list[PlannedFile]:
    """Which files feed which entity, in the contract's order, then by name.

    Raises:
        SourceError: The folder or a required file is missing, an entity has a file twice, or a
            file lies outside the source.
    """
    planned = (
        _mapped_files(source, load_mapping(source.mapping))
        if source.mapping
        else _contract_files(source)
    )
    for file in planned:
        same = [other for other in planned if other.entity is file.entity]
        if len({other.label for other in same}) < len(same):
            raise SourceError(
                f"File {file.path} feeds {file.entity.name} twice.",
                "Name it in one [files.*] table, or give each its sheet.",
            )
        if file.form.is_complete and len(same) > 1:
            raise SourceError(
                f"{file.entity.name} has {len(same)} files, so {file.label} cannot be complete.",
                "Keep one file, or remove is_complete.",
            )
    return planned


def _contract_files(source: FilesSource) -> list[PlannedFile]:
    if not source.path.is_dir():
        raise SourceError(
            f"Folder {source.path} does not exist.",
            "Create it with your files, or correct [sources.files] path.",
        )
    planned = []
    for entity in ENTITIES.values():
        found = [p for suffix in SUFFIXES if (p := source.path / f"{entity.name}{suffix}").exists()]
        if len(found) > 1:
            raise SourceError(
                f"Folder {source.path} holds both {found[0].name} and {found[1].name}.",
                "Keep one of them.",
            )
        if found:
            _require_inside(source, found[0], source.form)
            planned.append(PlannedFile(entity, found[0], source.form, found[0].name))
        elif entity.is_required and source.needs_invoices:
            raise SourceError(
                f"File {source.path / entity.name}.csv is missing.",
                "Export it there (or as .parquet or .xlsx); `encours check` proposes a mapping for"
                " files named and headed otherwise.",
            )
    return planned


def _mapped_files(source: FilesSource, mapping: Mapping) -> list[PlannedFile]:
    used: dict[str, set[str]] = {name: set(form.headings) for name, form in mapping.files.items()}
    parts: dict[tuple[str, str], list[MappedEntity]] = {}
    for name, part in mapping.parts():
        used[part.file].update(part.headings)
        parts.setdefault((name, part.file), []).append(part)
    planned = [
        PlannedFile(
            ENTITIES[name],
            path,
            mapping.files[table],
            _label(source, path, mapping.files[table]),
            tuple(taken),
            frozenset(used[table]),
        )
        for (name, table), taken in parts.items()
        for path in _matching(source, mapping.files[table])
    ]
    order = list(ENTITIES)
    return sorted(planned, key=lambda file: (order.index(file.entity.name), file.label))


def _matching(source: FilesSource, file: MappedFile) -> list[Path]:
    """The files a `[files.*]` table names, by name.

    Raises:
        SourceError: There is none, or one lies outside the source.
    """
    if not file.path:
        return [source.path]
    if "*" in file.path or "?" in file.path:
        if Path(file.path).is_absolute():
            raise SourceError(
                f"Pattern {file.path} is absolute.", "Make it relative to [sources.files] path."
            )
        found = sorted(
            path
            for path in source.path.glob(file.path)
            # Excel's own lock files and hidden files are no exports.
            if path.is_file() and not path.name.startswith(("~$", "."))
        )
        if not found:
            raise SourceError(
                f"No file in {source.path} matches '{file.path}'.",
                "Put one there or correct the path.",
            )
    else:
        found = [source.path / file.path]
    for path in found:
        _require_inside(source, path, file)
    return found


def _require_inside(source: FilesSource, path: Path, form: FileForm) -> None:
    """Refuse `../` and links that lead out of the source: a drop must not read what it likes."""
    if not form.allow_outside and not path.resolve().is_relative_to(source.path.resolve()):
        raise SourceError(
            f"File {path} lies outside {source.path}.",
            "Copy it there, or declare allow_outside = true for it.",
        )


def _label(source: FilesSource, path: Path, form: FileForm) -> str:
    inside = path != source.path and path.is_relative_to(source.path)
    name = path.relative_to(source.path).as_posix() if inside else path.name
    return f"{name}#{form.sheet}" if form.sheet else name
