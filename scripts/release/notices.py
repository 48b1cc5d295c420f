"""The licences of what is linked into the programs, whose texts have to go with them."""

import hashlib
from pathlib import Path

NAMES = ("LICENSE", "LICENCE", "COPYING", "COPYRIGHT", "NOTICE", "UNLICENSE")


def of(metadata, roots):
    """The text for what these packages of the workspace are built of, out of `cargo metadata` for one target.

    A text that many packages have stands there once.
    """
    packages = {package["id"]: package for package in metadata["packages"]}
    nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}
    waiting = [key for key, package in packages.items() if package["name"] in roots and not package["source"]]
    linked = set(waiting)
    while waiting:
        for dependency in nodes[waiting.pop()]["deps"]:
            # What builds and tests is not in the program.
            is_linked = any(kind["kind"] is None for kind in dependency["dep_kinds"])
            is_linked &= not _is_macro(packages[dependency["pkg"]])
            if is_linked and dependency["pkg"] not in linked:
                linked.add(dependency["pkg"])
                waiting.append(dependency["pkg"])
    foreign = [packages[key] for key in linked if packages[key]["source"]]
    foreign.sort(key=lambda package: (package["name"], package["version"]))

    lines = ["What this program is linked with, under which licences, and their texts below.", ""]
    texts = {}
    for package in foreign:
        numbers = []
        for text in _texts(Path(package["manifest_path"]).parent):
            digest = hashlib.sha256(" ".join(text.split()).encode()).digest()
            numbers.append(texts.setdefault(digest, (len(texts) + 1, text))[0])
        where = f"texts {', '.join(map(str, sorted(set(numbers))))}" if numbers else package["repository"] or "no text"
        lines.append(f"{package['name']} {package['version']}: {package['license'] or 'see there'} ({where})")
    for number, text in texts.values():
        lines += ["", f"---- {number} ----", "", text.strip()]
    return "\n".join(lines) + "\n"


def _is_macro(package):
    return any("proc-macro" in target["kind"] for target in package["targets"])


def _texts(folder):
    files = sorted(path for path in folder.iterdir() if path.name.upper().startswith(NAMES))
    for path in files:
        if path.is_file():
            yield path.read_text(encoding="utf-8", errors="replace").replace("\r\n", "\n")
        else:
            yield from (text.read_text(encoding="utf-8", errors="replace") for text in sorted(path.glob("*")) if text.is_file())
