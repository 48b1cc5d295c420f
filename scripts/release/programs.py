"""Whether a program runs where it is to run."""

import struct

from . import Refused, elf

# Terraform's words for systems and processors, which are Go's, with the target of Rust whose packages they have.
PLATFORMS = {
    "darwin_amd64": "x86_64-apple-darwin",
    "darwin_arm64": "aarch64-apple-darwin",
    "linux_amd64": "x86_64-unknown-linux-gnu",
    "linux_arm64": "aarch64-unknown-linux-gnu",
}
# Lambda's words for processors, by Terraform's.
LINUX = {"amd64": "x86_64", "arm64": "arm64"}

MACH_O_64 = 0xFEEDFACF
MACH_O_PROCESSORS = {"amd64": 0x01000007, "arm64": 0x0100000C}


def platform(target):
    """`linux_amd64` of `x86_64-unknown-linux-gnu`."""
    words = {"x86_64": "amd64", "aarch64": "arm64"}
    processor, _, rest = target.partition("-")
    system = next((name for name in ("linux", "darwin") if name in rest), None)
    if processor not in words or system is None:
        raise Refused(f"{target} is no platform that Terraform and this script know")
    return f"{system}_{words[processor]}"


def for_linux(path, processor, limit):
    """The content of a program for `x86_64` or `arm64`, and a note on the C library that it needs, which is `limit` at most."""
    content = path.read_bytes()
    try:
        machine, dynamic, needs = elf.read(content)
    except elf.NotElf as error:
        raise Refused(f"{path.name} is not what runs on Linux: {error}") from error
    if machine != processor:
        raise Refused(f"{path.name} is for {machine}, and {processor} is asked for")
    if needs > limit:
        raise Refused(
            f"{path.name} needs glibc {dotted(needs)}, and where it is to run there is {dotted(limit)}. Build it with "
            f"cargo-zigbuild, or on an older system"
        )
    return content, f"glibc {dotted(needs)} of {dotted(limit)}" if dynamic else "no glibc"


def for_terraform(path, name, limit):
    """The content of the provider for a platform such as `linux_amd64`, and a note on what it needs."""
    system, _, processor = name.partition("_")
    if system == "linux":
        return for_linux(path, LINUX[processor], limit)
    content = path.read_bytes()
    if len(content) < 8 or struct.unpack_from("<II", content) != (MACH_O_64, MACH_O_PROCESSORS[processor]):
        raise Refused(f"{path.name} is not what runs on macOS with the processor {processor}")
    return content, "for macOS"


def dotted(version):
    return ".".join(map(str, version))
