"""The module as the registry wants it: the root of a repository of its own, with its submodules below `modules/`."""

import os.path
import re
from pathlib import PurePosixPath

ROOT = PurePosixPath("module")
SUFFIXES = {".tf", ".hcl", ".md"}

_LINK = re.compile(r"(?<=\]\()(?!\w+:|#)([^)#\s]+)(#[^)\s]*)?(?=\))")
# Forms of links that are not rewritten: with a title or in angle brackets, by reference, in HTML.
_OTHER_LINK = re.compile(r"\]\((?:<|[^)]*\s)|^\[[^\]]+\]:|<(?:a|img)\s", re.MULTILINE)


class BrokenLink(ValueError):
    """A link that leads to nothing, or that cannot be followed."""


def export(repository, forge, paths):
    """Name and content of each file. `repository` is the folder, `forge` gives the address of a file of it, and `paths` are its files.

    Links out of the module lead to the forge, since there is nothing beside the module in its own repository.
    """
    root = repository / ROOT
    submodules = sorted(path.parent.name for path in root.glob("*/main.tf"))
    files = {"LICENSE": (repository / "LICENSE").read_bytes()}
    for path in sorted(paths):
        name = path.relative_to(root)
        if path.suffix in SUFFIXES and not any(part.startswith(".") for part in name.parts):
            text = path.read_text(encoding="utf-8")
            target = _moved(PurePosixPath(name), submodules)
            if path.suffix == ".md":
                text = _links(text, PurePosixPath(name), target, repository, submodules, forge)
            files[str(target)] = _sources(text, submodules).encode()
    return files


def _moved(name, submodules):
    """Where a file of the module is in the tree."""
    return PurePosixPath("modules") / name if name.parts and name.parts[0] in submodules else name


def _sources(text, submodules):
    for name in submodules:
        text = re.sub(rf'(source\s*=\s*"\./){name}(?=["/])', rf"\1modules/{name}", text)
    return text


def _links(text, name, target, repository, submodules, forge):
    if other := _OTHER_LINK.search(text):
        raise BrokenLink(f"{ROOT / name} has a link of a form that is not followed: {other[0].strip()}")

    def rewritten(match):
        link, anchor = match[1], match[2] or ""
        path = PurePosixPath(os.path.normpath(ROOT / name.parent / link))
        if not (repository / path).exists():
            raise BrokenLink(f"{ROOT / name} links to {link}, which is not there")
        if path.is_relative_to(ROOT):
            moved = _moved(path.relative_to(ROOT), submodules)
            return os.path.relpath(moved, target.parent) + anchor
        return forge(path) + anchor

    return _LINK.sub(rewritten, text)
