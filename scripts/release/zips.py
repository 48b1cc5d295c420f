"""Zip files that are the same, byte for byte, whenever they are made of the same content by the same zlib."""

import io
import zipfile

from . import Refused

# The first day that a zip file can name.
TIME = (1980, 1, 1, 0, 0, 0)
FILE, PROGRAM = 0o644, 0o755
UNIX = 3


def pack(files, level=9):
    """`files` are (name, mode, content), in any order."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, mode, content in sorted(files):
            entry = zipfile.ZipInfo(name, TIME)
            entry.create_system = UNIX
            entry.external_attr = (0o100000 | mode) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content, compresslevel=level)
    return target.getvalue()


def unpack(path, name):
    """The content of one file of a zip."""
    with zipfile.ZipFile(path) as archive:
        try:
            return archive.read(name)
        except KeyError as error:
            raise Refused(f"{path.name} has no {name}") from error
