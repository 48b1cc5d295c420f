#!/usr/bin/env python3
"""Makes what a release consists of, in `target/package`:

    function/                   the packages of the Lambda function, which the provider carries
    release/                    the provider's zips, their checksums, the manifest, the signature, and the module as a zip
    mirror/                     the same zips where `filesystem_mirror` of Terraform's CLI configuration looks for them
    terraform-aws-trailhook/    the module as the root of its own repository

    scripts/package.py                                      builds all of it for this machine
    scripts/package.py --sign 0123456789ABCDEF              signs the checksums with a key of gpg
    scripts/package.py --only function                      one step: function, provider, module or sums
    scripts/package.py --bootstrap x86_64=target/debug/bootstrap --provider linux_amd64=target/debug/terraform-provider-trailhook

The version is that of the workspace in Cargo.toml. The function is built for arm64 as well if the tool chain is there:
`cargo-zigbuild`, and Rust's standard library for aarch64-unknown-linux-gnu. With `cargo-zigbuild` programs need no newer glibc than
they are allowed to, whatever this machine has. The same programs give the same zips, byte for byte. A
provider for a musl target runs on every Linux.
"""

import argparse
import base64
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

from release import elf, module_tree, zips

REPOSITORY = Path(__file__).resolve().parent.parent
ADDRESS = "registry.terraform.io/trailhook/trailhook"
PROVIDER = "terraform-provider-trailhook"
MODULE = "terraform-aws-trailhook"
MANIFEST = {"version": 1, "metadata": {"protocol_versions": ["6.0"]}}

# What `provided.al2023` has.
GLIBC = (2, 34)
FUNCTION_TARGETS = {"x86_64": "x86_64-unknown-linux-gnu", "arm64": "aarch64-unknown-linux-gnu"}
# Terraform's words, which are Go's.
SYSTEMS = ("linux", "darwin")
PROCESSORS = {"x86_64": "amd64", "aarch64": "arm64"}
PARTS = ("function", "provider", "module", "sums")


class Refused(Exception):
    """Why nothing is packaged, in a sentence for people."""


def workspace():
    with (REPOSITORY / "Cargo.toml").open("rb") as file:
        return tomllib.load(file)["workspace"]["package"]


def platform(target):
    """`linux_amd64` of `x86_64-unknown-linux-gnu`."""
    processor, _, rest = target.partition("-")
    system = next((name for name in SYSTEMS if name in rest), None)
    if processor not in PROCESSORS or system is None:
        raise Refused(f"{target} is no platform that Terraform and this script know")
    return f"{system}_{PROCESSORS[processor]}"


def dotted(version):
    return ".".join(map(str, version))


class Cargo:
    """Builds programs."""

    def __init__(self):
        self.host = re.search(r"^host: (.+)$", self._ask("rustc", "-vV"), re.MULTILINE)[1]
        metadata = json.loads(self._ask("cargo", "metadata", "--format-version=1", "--no-deps", "--locked"))
        self.folder = Path(metadata["target_directory"])
        self.zig = shutil.which("cargo-zigbuild") is not None

    @staticmethod
    def _ask(*command):
        try:
            return subprocess.run(command, cwd=REPOSITORY, capture_output=True, check=True, text=True).stdout
        except FileNotFoundError as error:
            raise Refused(f"{command[0]} is missing: install Rust, see CONTRIBUTING.md") from error
        except subprocess.CalledProcessError as error:
            raise Refused(f"{' '.join(command)} failed: {error.stderr.strip()}") from error

    def lacks(self, target):
        """What is missing on this machine to build for a target; nothing if all is there."""
        if target == self.host:
            return None
        if not self.zig and ("apple" not in target or "apple" not in self.host):
            return "cargo-zigbuild, and ziglang with it"
        if not Path(self._ask("rustc", "--print=target-libdir", f"--target={target}").strip()).is_dir():
            return f"Rust's standard library for {target}"
        return None

    def build(self, package, program, profile, target, environment=()):
        """The built program."""
        if missing := self.lacks(target):
            raise Refused(f"a build for {target} needs {missing}")
        command = ["cargo", "build"]
        pinned = target
        if self.zig and "linux" in target:
            command = ["cargo", "zigbuild"]
            pinned = f"{target}.{dotted(GLIBC)}" if target.endswith("-gnu") else target
        command += ["--locked", f"--package={package}", f"--bin={program}"]
        command += [f"--profile={profile}", f"--target={pinned}"]
        print("==>", *command, flush=True)
        # Paths of this machine would be in the texts of panics, and make the program another one elsewhere.
        home = Path(os.environ.get("CARGO_HOME") or Path.home() / ".cargo")
        flags = [f"--remap-path-prefix={home}=cargo", f"--remap-path-prefix={REPOSITORY}=trailhook"]
        flags = [*os.environ.get("RUSTFLAGS", "").split(), *flags]
        variables = {**os.environ, **dict(environment), "CARGO_ENCODED_RUSTFLAGS": "\x1f".join(flags)}
        if subprocess.run(command, cwd=REPOSITORY, env=variables, check=False).returncode != 0:
            raise Refused(f"{program} could not be built for {target}")
        return self.folder / target / profile / program


def checked(path, processor, limit):
    """The content of a Linux program, if it runs where it shall."""
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


def write(path, content, note=""):
    path.parent.mkdir(parents=True, exist_ok=True)
    # What is the same keeps its time: a newer package of the function would have the provider built again.
    if not path.is_file() or path.read_bytes() != content:
        path.write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    print(f"{path.name}: {len(content):,} bytes, sha256 {digest}{note and f' ({note})'}", flush=True)


class Release:
    """One release in its folder."""

    def __init__(self, options):
        package = workspace()
        self.options = options
        self.version = options.version or package["version"]
        if not re.fullmatch(r"\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?", self.version):
            raise Refused(f"{self.version} is no version such as 1.2.3")
        self.forge = package["repository"]
        self.level = 1 if options.fast else 9
        self._cargo = None
        self.output = options.output or self.cargo.folder / "package"
        self.files = self.output / "release"
        self.stem = f"{PROVIDER}_{self.version}"

    @property
    def cargo(self):
        """Where everything is built already, no tool chain is needed."""
        self._cargo = self._cargo or Cargo()
        return self._cargo

    def check_tag(self):
        """That a tag is the version, and that the changelog knows its day."""
        tag = self.options.tag
        if tag != f"v{self.version}":
            raise Refused(f"the tag {tag} is not v{self.version}, the version in Cargo.toml")
        heading = rf"^## {re.escape(self.version)} \([A-Z][a-z]+ \d+, \d{{4}}\)$"
        if not re.search(heading, (REPOSITORY / "CHANGELOG.md").read_text(), re.MULTILINE):
            raise Refused(f"CHANGELOG.md has no heading `## {self.version} (Month D, YYYY)`")

    def notes(self):
        """What the changelog says of this version."""
        text = (REPOSITORY / "CHANGELOG.md").read_text()
        sections = re.split(r"^(?=## )", text, flags=re.MULTILINE)
        section = next((part for part in sections if part.startswith(f"## {self.version} ")), "")
        return section.partition("\n")[2].strip() + "\n"

    def function(self):
        folder = self.output / "function"
        given = dict(self.options.bootstrap)
        made = set()
        for processor, target in FUNCTION_TARGETS.items():
            program = given.get(processor)
            if not program and given:
                continue
            if not program and processor != "x86_64" and (missing := self.cargo.lacks(target)):
                print(f"LEFT OUT: the function for {processor}, which needs {missing}", flush=True)
                continue
            program = program or self.cargo.build("trailhook-runtime", "bootstrap", "function", target)
            content, note = checked(program, processor, self.options.glibc)
            package = zips.pack([("bootstrap", zips.PROGRAM, content)], self.level)
            note = f"{len(content):,} unpacked, {note}, {source_code_hash(package)}"
            path = folder / f"bootstrap-{processor}.zip"
            write(path, package, note)
            made.add(path)
        for old in set(folder.glob("bootstrap-*.zip")) - made:
            old.unlink()

    def provider(self):
        self.files.mkdir(parents=True, exist_ok=True)
        for old in self.files.glob(f"{PROVIDER}_*"):
            old.unlink()
        packages = sorted((self.output / "function").glob("bootstrap-*.zip"))
        programs = dict(self.options.provider)
        if not programs:
            if not packages:
                raise Refused("the provider carries the function, which is not packaged yet")
            environment = {"TRAILHOOK_PACKAGE_DIR": str((self.output / "function").resolve())}
            for target in self.options.target or [self.cargo.host]:
                build = self.cargo.build("trailhook-provider", PROVIDER, "release", target, environment.items())
                programs[platform(target)] = build
        for name, path in sorted(programs.items()):
            system, _, processor = name.partition("_")
            if system == "linux":
                words = {"amd64": "x86_64", "arm64": "arm64"}
                content, note = checked(path, words.get(processor, processor), self.options.glibc)
            else:
                content, note = path.read_bytes(), "not looked into"
            carried = [package.stem for package in packages if package.read_bytes() in content]
            if not self.options.development and not carried:
                raise Refused(f"{path.name} for {name} carries no package of the function: it is a development build")
            note = f"{len(content):,} unpacked, {note}, carries {', '.join(carried) or 'no function'}"
            files = [
                ("LICENSE", zips.FILE, (REPOSITORY / "LICENSE").read_bytes()),
                (f"{PROVIDER}_v{self.version}", zips.PROGRAM, content),
            ]
            write(self.files / f"{self.stem}_{name}.zip", zips.pack(files, self.level), note)

    def module(self):
        self.check_module_version()
        tag = f"v{self.version}"

        def forge(path):
            kind = "tree" if (REPOSITORY / path).is_dir() else "blob"
            return f"{self.forge}/{kind}/{tag}/{path}"

        try:
            files = module_tree.export(REPOSITORY, forge)
        except module_tree.BrokenLink as error:
            raise Refused(str(error)) from error
        tree = self.output / MODULE
        shutil.rmtree(tree, ignore_errors=True)
        for name, content in files.items():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            (tree / name).write_bytes(content)
        self.files.mkdir(parents=True, exist_ok=True)
        for old in self.files.glob(f"{MODULE}_*.zip"):
            old.unlink()
        packed = zips.pack([(name, zips.FILE, content) for name, content in files.items()], self.level)
        write(self.files / f"{MODULE}_{self.version}.zip", packed, f"{len(files)} files")

    def check_module_version(self):
        """The module takes the provider of its own release."""
        text = (REPOSITORY / "module/versions.tf").read_text()
        constraint = re.search(r'trailhook = \{[^}]*?version\s*=\s*"~> (\d+)\.(\d+)"', text)
        major, minor = map(int, self.version.split(".")[:2])
        if not constraint or int(constraint[1]) != major or int(constraint[2]) > minor:
            raise Refused(f"module/versions.tf does not admit the provider {self.version}: say `~> {major}.{minor}` there")

    def sums(self):
        """Manifest, checksums, signature, and the mirror."""
        zipped = sorted(self.files.glob(f"{self.stem}_*.zip"))
        if not zipped:
            raise Refused("there is no provider to sum up")
        manifest = self.files / f"{self.stem}_manifest.json"
        write(manifest, (json.dumps(MANIFEST, indent=2) + "\n").encode())
        # The registry ignores a manifest that is not among them.
        listed = sorted([*zipped, manifest])
        lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in listed]
        sums = self.files / f"{self.stem}_SHA256SUMS"
        write(sums, "".join(lines).encode())
        if self.options.sign:
            sign(sums, self.options.sign)
        else:
            print("NOT SIGNED: the registry takes signed releases only; --sign names the key", flush=True)
        (self.output / "release-notes.md").write_text(self.notes())
        mirror = self.output / "mirror"
        shutil.rmtree(mirror, ignore_errors=True)
        (mirror / ADDRESS).mkdir(parents=True)
        for path in zipped:
            shutil.copyfile(path, mirror / ADDRESS / path.name)


def source_code_hash(package):
    """As Lambda writes it."""
    return base64.b64encode(hashlib.sha256(package).digest()).decode()


def sign(sums, key):
    """Signs in binary form, beside the file. A passphrase comes from GPG_PASSPHRASE, never from the command line."""
    signature = sums.with_name(f"{sums.name}.sig")
    command = ["gpg", "--batch", "--yes", "--local-user", key, "--pinentry-mode", "loopback", "--passphrase-fd", "0"]
    command += ["--output", str(signature), "--detach-sign", str(sums)]
    passphrase = os.environ.get("GPG_PASSPHRASE", "")
    try:
        done = subprocess.run(command, input=passphrase + "\n", capture_output=True, check=False, text=True)
    except FileNotFoundError as error:
        raise Refused("signing needs gpg, of GnuPG") from error
    if done.returncode != 0:
        raise Refused(f"gpg did not sign: {done.stderr.strip()}")
    write(signature, signature.read_bytes(), f"by {key}")


def pair(text):
    name, separator, path = text.partition("=")
    if not separator or not Path(path).is_file():
        raise argparse.ArgumentTypeError(f"{text} is not NAME=PROGRAM with a program that is there")
    return name, Path(path)


def glibc_version(text):
    return tuple(map(int, text.split(".")))


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)

    def option(name, text, **more):
        parser.add_argument(name, help=text, **more)

    def program(name, form, text):
        option(name, text, action="append", type=pair, default=[], metavar=form)

    option("--output", "the folder, target/package where it is not given", type=Path)
    option("--only", "this step alone; may be repeated", action="append", choices=PARTS)
    option("--target", "a target of Rust that the provider is built for, instead of this machine's", action="append")
    program("--bootstrap", "PROCESSOR=PROGRAM", "a function that is built already")
    program("--provider", "OS_ARCH=PROGRAM", "a provider that is built already")
    option("--sign", "the key that signs the checksums, RSA for the public registry", metavar="KEY")
    option("--tag", "the tag that is released: it must be the version, and the changelog must have it")
    option("--version", "another version than that of Cargo.toml, for tests")
    option("--glibc", f"the newest glibc that may be needed, {dotted(GLIBC)}", type=glibc_version, default=GLIBC)
    option("--fast", "larger zips in less time, for tests", action="store_true")
    option("--development", "takes a provider that carries no function", action="store_true")
    return parser.parse_args()


def main():
    options = arguments()
    try:
        release = Release(options)
        if options.tag:
            release.check_tag()
        for part in PARTS:
            if part in (options.only or PARTS):
                getattr(release, part)()
    except Refused as error:
        sys.exit(f"package.py: {error}.")
    print(f"{release.version} is in {release.output}", flush=True)


if __name__ == "__main__":
    main()
