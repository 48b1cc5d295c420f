"""What a Linux program asks of the machine that it runs on: the processor and the C library, out of the file itself."""

import re
import struct

MACHINES = {62: "x86_64", 183: "arm64"}

# What glibc names by a feature instead of a version.
ABI = {"GLIBC_ABI_DT_RELR": "GLIBC_2.36"}

PT_LOAD, PT_DYNAMIC, PT_INTERP = 1, 2, 3
DT_STRTAB, DT_VERNEED, DT_VERNEEDNUM = 5, 0x6FFFFFFE, 0x6FFFFFFF


class NotElf(ValueError):
    """The file is no program of 64-bit Linux."""


def read(program):
    """The processor, whether the program is linked dynamically, and the newest glibc that it needs: `("x86_64", True, (2, 34))`.

    A program that needs none has `(0, 0)`. The loader reads the same tables: those that the segments name, since a stripped
    program may have no sections.
    """
    try:
        if program[:6] != b"\x7fELF\x02\x01":
            raise NotElf("it is no 64-bit ELF file")
        (machine,) = struct.unpack_from("<H", program, 18)
        segments = list(_segments(program))
        interpreted = any(kind == PT_INTERP for kind, *_ in segments)
        needs = list(_version_needs(program, segments))
    except NotElf:
        raise
    except (struct.error, LookupError, ValueError) as error:
        raise NotElf(f"it is cut off or damaged ({error})") from error
    versions = []
    for need in needs:
        if match := re.fullmatch(r"GLIBC_(\d+(?:\.\d+)+)", ABI.get(need, need)):
            versions.append(tuple(map(int, match[1].split("."))))
        elif need.startswith("GLIBC_"):
            raise NotElf(f"it needs {need}, and it is not known which glibc has that")
    if interpreted and not versions:
        raise NotElf("it is linked dynamically, and does not say with which glibc")
    return MACHINES.get(machine, f"machine {machine}"), interpreted, max(versions, default=(0, 0))[:2]


def _segments(program):
    """Kind, place in the file, address and size of each."""
    (start,) = struct.unpack_from("<Q", program, 32)
    size, count = struct.unpack_from("<HH", program, 54)
    for index in range(count):
        kind, _, offset, address, _, length = struct.unpack_from("<IIQQQQ", program, start + index * size)
        yield kind, offset, address, length


def _version_needs(program, segments):
    """The names of all versions that are needed, such as GLIBC_2.34 and GCC_3.0."""

    def place(address):
        for kind, offset, begin, length in segments:
            if kind == PT_LOAD and begin <= address < begin + length:
                return address - begin + offset
        raise NotElf("one of its tables is in no segment")

    dynamic = {}
    for kind, offset, _, length in segments:
        if kind == PT_DYNAMIC:
            dynamic.update(struct.unpack_from("<qQ", program, at) for at in range(offset, offset + length, 16))
    if DT_VERNEED not in dynamic:
        return
    names, library = place(dynamic[DT_STRTAB]), place(dynamic[DT_VERNEED])
    for _ in range(dynamic[DT_VERNEEDNUM]):
        _, count, _, first, following = struct.unpack_from("<HHIII", program, library)
        entry = library + first
        for _ in range(count):
            _, _, _, name, next_entry = struct.unpack_from("<IHHII", program, entry)
            begin = names + name
            yield program[begin : program.index(b"\0", begin)].decode()
            entry += next_entry
        library += following
