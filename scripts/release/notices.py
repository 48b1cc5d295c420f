"""The licences of what is linked into the programs, whose texts have to go with them."""

import hashlib
from pathlib import Path

from . import Refused

# How the names of files with licences begin, in whatever folder of a package.
NAMES = ("LICENSE", "LICENCE", "COPYING", "COPYRIGHT", "NOTICE", "UNLICENSE", "THIRD_PARTY")
# Folders whose content is not in the program.
ELSEWHERE = {"benches", "examples", "fuzz", "target", "tests"}

MIT = """Copyright (c) {holder}

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files (the
"Software"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge, publish,
distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to the
following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF
MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY
CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE
SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE."""

# Whom the licences name of packages that come without a text.
HOLDERS = {
    "base64-simd": "Nugine and contributors, https://github.com/Nugine/simd",
    "vsimd": "Nugine and contributors, https://github.com/Nugine/simd",
    "musl": "2005-2020 Rich Felker, et al.",
    "ruff_python_ast": "2022 Charles Marsh",
    "ruff_python_parser": "2022 Charles Marsh",
    "ruff_python_trivia": "2022 Charles Marsh",
    "ruff_source_file": "2022 Charles Marsh",
    "ruff_text_size": "2022 Charles Marsh",
    "tonic-prost": "2019 Lucio Franco",
}

# No packages, but linked.
RUST = {"name": "Rust's standard library", "license": "MIT OR Apache-2.0"}
MUSL = {"name": "musl", "license": "MIT"}


def of(programs, rust):
    """The text for what programs are built of.

    `programs` are `cargo metadata` for one target each, with the name of the package of the workspace; `rust` is the version of Rust.
    A text that many packages have stands there once.
    """
    linked = {}
    for metadata, root in programs:
        linked.update({(package["name"], package["version"]): package for package in _linked(metadata, root)})
    packages = [linked[key] for key in sorted(linked)]
    packages += [{**RUST, "version": rust}, {**MUSL, "version": "in programs for musl"}]

    lines = ["What the provider and the function in it are linked with, under which licences, and their texts below.", ""]
    texts = {}
    for package in packages:
        numbers = set()
        for text in _texts(package):
            digest = hashlib.sha256(" ".join(text.split()).encode()).digest()
            numbers.add(texts.setdefault(digest, (len(texts) + 1, text))[0])
        where = f"texts {', '.join(map(str, sorted(numbers)))}" if numbers else "the text is LICENSE beside this file"
        lines.append(f"{package['name']} {package['version']}: {package['license'] or 'see there'} ({where})")
    for number, text in texts.values():
        lines += ["", f"---- {number} ----", "", text.strip()]
    return "\n".join(lines) + "\n"


def _linked(metadata, root):
    """The packages of others that are in the program of one of ours."""
    packages = {package["id"]: package for package in metadata["packages"]}
    nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}
    waiting = [key for key, package in packages.items() if package["name"] == root and not package["source"]]
    found = set(waiting)
    while waiting:
        for dependency in nodes[waiting.pop()]["deps"]:
            # What builds and tests is not in the program, nor are macros.
            is_linked = any(kind["kind"] is None for kind in dependency["dep_kinds"])
            is_linked &= not any("proc-macro" in target["kind"] for target in packages[dependency["pkg"]]["targets"])
            if is_linked and dependency["pkg"] not in found:
                found.add(dependency["pkg"])
                waiting.append(dependency["pkg"])
    return [packages[key] for key in found if packages[key]["source"]]


def _texts(package):
    """The texts that come with a package; of the licences that need none of their own, nothing."""
    texts = []
    if "manifest_path" in package:
        folder = Path(package["manifest_path"]).parent
        for path in sorted(folder.rglob("*")):
            folders = path.relative_to(folder).parts[:-1]
            is_licence = path.name.upper().startswith(NAMES) or "LICENSES" in folders
            if is_licence and path.is_file() and path.suffix != ".rs" and not ELSEWHERE & set(folders):
                texts.append(path.read_text(encoding="utf-8", errors="replace").replace("\r\n", "\n"))
    if texts or "Apache-2.0" in package["license"]:
        # The text of that one is our own licence.
        return texts
    if package["license"] != "MIT":
        raise Refused(f"{package['name']} comes without the text of its licence, {package['license']}")
    holder = HOLDERS.get(package["name"]) or ", ".join(package["authors"])
    if not holder:
        raise Refused(f"{package['name']} comes without the text of its licence, and does not say who holds it: see HOLDERS in notices.py")
    return [MIT.format(holder=holder)]
