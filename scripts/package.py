#!/usr/bin/env python3
"""Makes what a release consists of, in `target/package`:

    function/                   the packages of the Lambda function, which the provider carries
    release/                    the provider's zips, the manifest, their checksums, the signature, and the key that made it
    mirror/                     the same zips where `filesystem_mirror` of Terraform's CLI configuration looks for them
    terraform-aws-trailhook/    the module as the root of its own repository; also as a zip

    scripts/package.py                                      builds all of it for this machine
    scripts/package.py --sign 0123456789ABCDEF              signs the checksums with a key of gpg; GPG_PASSPHRASE has its passphrase
    scripts/package.py --only function                      one step: function, provider, module or sums
    scripts/package.py --bootstrap x86_64=target/debug/bootstrap --provider linux_amd64=target/debug/terraform-provider-trailhook

The version is that of the workspace in Cargo.toml. The function is built for arm64 as well if the tool chain is there:
`cargo-zigbuild`, and Rust's standard library for aarch64-unknown-linux-gnu. With `cargo-zigbuild` programs need no newer glibc than
they are allowed to, whatever this machine has. The same programs give the same zips, byte for byte, by the same zlib. A
provider for a musl target runs on every Linux.
"""

import argparse
import base64
import hashlib
import json
import re
import shutil
import subprocess
import sys
import zlib
from pathlib import Path

from release import Refused, cargo, module_tree, notices, programs, signature, zips

try:
    import tomllib
except ModuleNotFoundError:
    sys.exit("package.py: Python 3.11 or later is needed.")

REPOSITORY = Path(__file__).resolve().parent.parent
ADDRESS = "registry.terraform.io/trailhook/trailhook"
PROVIDER = "terraform-provider-trailhook"
MODULE = "terraform-aws-trailhook"
MANIFEST = {"version": 1, "metadata": {"protocol_versions": ["6.0"]}}
SIGNING_KEY = "trailhook-signing-key.asc"

# What `provided.al2023` has.
GLIBC = (2, 34)
FUNCTION_TARGETS = {"x86_64": "x86_64-unknown-linux-gnu", "arm64": "aarch64-unknown-linux-gnu"}
PARTS = ("function", "provider", "module", "sums")


def text_of(name):
    return (REPOSITORY / name).read_text(encoding="utf-8")


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
        package = tomllib.loads(text_of("Cargo.toml"))["workspace"]["package"]
        self.options = options
        self.version = options.version or package["version"]
        # The module's constraint on the provider never admits a pre-release.
        if not re.fullmatch(r"\d+\.\d+\.\d+", self.version):
            raise Refused(f"{self.version} is no version such as 1.2.3")
        self.forge = package["repository"]
        self.level = 1 if options.fast else 9
        self._cargo = None
        self.output = options.output or self.cargo.folder / "package"
        self.files = self.output / "release"
        self.stem = f"{PROVIDER}_{self.version}"

    @property
    def cargo(self):
        """The tool chain, which summing up needs not."""
        self._cargo = self._cargo or cargo.Cargo(REPOSITORY, self.options.glibc)
        return self._cargo

    def check_tag(self):
        """That a tag is the version, and that the changelog knows its day."""
        tag = self.options.tag
        if tag != f"v{self.version}":
            raise Refused(f"the tag {tag} is not v{self.version}, the version in Cargo.toml")
        heading = rf"^## {re.escape(self.version)} \([A-Z][a-z]+ \d+, \d{{4}}\)$"
        if not re.search(heading, text_of("CHANGELOG.md"), re.MULTILINE):
            raise Refused(f"CHANGELOG.md has no heading `## {self.version} (Month D, YYYY)`")

    def packages(self):
        """The packages of the function, by Lambda's word for the processor."""
        found = sorted((self.output / "function").glob("bootstrap-*.zip"))
        return {path.stem.removeprefix("bootstrap-"): path.read_bytes() for path in found}

    def notes(self):
        """What the changelog says of this version, and what Lambda shows of the function that came with it."""
        sections = re.split(r"^(?=## )", text_of("CHANGELOG.md"), flags=re.MULTILINE)
        section = next((part for part in sections if part.startswith(f"## {self.version} ")), "")
        notes = section.partition("\n")[2].strip() + "\n"
        if packages := self.packages():
            notes += "\nThe function in this provider, by its `CodeSha256`:\n\n"
            notes += "".join(f"* {name}: `{source_code_hash(package)}`\n" for name, package in packages.items())
        return notes

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
            content, note = programs.for_linux(program, processor, self.options.glibc)
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
        packages = self.packages()
        given = dict(self.options.provider)
        if not given:
            if not packages:
                raise Refused("the provider carries the function, which is not packaged yet")
            environment = {"TRAILHOOK_PACKAGE_DIR": str((self.output / "function").resolve())}
            targets = self.options.target or [self.cargo.host]
            # Before any of them takes its minutes.
            targets = {programs.platform(target): target for target in targets}
            for name, target in targets.items():
                given[name] = self.cargo.build("trailhook-provider", PROVIDER, "release", target, environment)
        function = self.cargo.metadata(FUNCTION_TARGETS["x86_64"])
        for name, path in sorted(given.items()):
            content, note = programs.for_terraform(path, name, self.options.glibc)
            if not self.options.development:
                check_carried(f"{path.name} for {name}", packages, content)
            carried = ", ".join(name for name, package in packages.items() if package in content) or "none"
            note = f"{len(content):,} unpacked, {note}, function for {carried}"
            provider = self.cargo.metadata(programs.PLATFORMS[name])
            built_of = [(provider, "trailhook-provider"), (function, "trailhook-runtime")]
            licences = notices.of(built_of, self.cargo.version.split()[1])
            files = [
                ("LICENSE", zips.FILE, (REPOSITORY / "LICENSE").read_bytes()),
                ("LICENSES-OF-OTHERS.txt", zips.FILE, licences.encode()),
                (f"{PROVIDER}_v{self.version}", zips.PROGRAM, content),
            ]
            write(self.files / f"{self.stem}_{name}.zip", zips.pack(files, self.level), note)

    def check_whole(self):
        """That there is all that a release consists of, and that every provider carries this function."""
        packages = self.packages()
        if missing := FUNCTION_TARGETS.keys() - packages.keys():
            raise Refused(f"a release has the function for {', '.join(sorted(missing))} as well")
        for name in programs.PLATFORMS:
            path = self.files / f"{self.stem}_{name}.zip"
            if not path.is_file():
                raise Refused(f"a release has a provider for {name} as well")
            content = zips.unpack(path, f"{PROVIDER}_v{self.version}")
            check_carried(path.name, packages, content)

    def module(self):
        self.check_module_version()
        tag = f"v{self.version}"

        def forge(path):
            kind = "tree" if (REPOSITORY / path).is_dir() else "blob"
            return f"{self.forge}/{kind}/{tag}/{path}"

        try:
            files = module_tree.export(REPOSITORY, forge, self.tracked())
        except module_tree.BrokenLink as error:
            raise Refused(str(error)) from error
        tree = self.output / MODULE
        shutil.rmtree(tree, ignore_errors=True)
        for name, content in files.items():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            (tree / name).write_bytes(content)
        for old in self.output.glob(f"{MODULE}_*.zip"):
            old.unlink()
        packed = zips.pack([(name, zips.FILE, content) for name, content in files.items()], self.level)
        write(self.output / f"{MODULE}_{self.version}.zip", packed, f"{len(files)} files")

    def tracked(self):
        """The module's files that belong to the repository."""
        root = str(module_tree.ROOT)
        if not (REPOSITORY / ".git").exists() and not self.options.tag:
            print("NO CHECKOUT: all files below module/ are taken", flush=True)
            return [path for path in (REPOSITORY / root).rglob("*") if path.is_file()]
        if strange := self.git("ls-files", "-z", "--others", "--exclude-standard", "--", root):
            raise Refused(f"{strange[0]} is not in the repository: add it or remove it")
        return [REPOSITORY / name for name in self.git("ls-files", "-z", "--", root)]

    @staticmethod
    def git(*arguments):
        """The names that git lists."""
        try:
            run = subprocess.run(["git", *arguments], cwd=REPOSITORY, capture_output=True, check=True, encoding="utf-8")
        except FileNotFoundError as error:
            raise Refused("git is missing, which says what belongs to the module") from error
        except subprocess.CalledProcessError as error:
            raise Refused(f"git does not say what belongs to the module: {error.stderr.strip()}") from error
        return [name for name in run.stdout.split("\0") if name]

    def check_module_version(self):
        """The module takes the provider of its own release."""
        constraint = re.search(r'\btrailhook\s*=\s*\{[^}]*?version\s*=\s*"([^"]*)"', text_of("module/versions.tf"))
        bounds = constraint and re.fullmatch(r"~> (\d+)\.(\d+)", constraint[1])
        if not bounds:
            raise Refused("module/versions.tf says of the provider trailhook no version such as `~> 1.2`")
        major, minor = map(int, self.version.split(".")[:2])
        if int(bounds[1]) != major or int(bounds[2]) > minor:
            raise Refused(f"module/versions.tf does not admit the provider {self.version}: say `~> {major}.{minor}` there")

    def sums(self):
        """Manifest, checksums, signature, notes, and the mirror."""
        zipped = sorted(self.files.glob(f"{self.stem}_*.zip"))
        if not zipped:
            raise Refused("there is no provider to sum up")
        if self.options.tag:
            self.check_whole()
        manifest = self.files / f"{self.stem}_manifest.json"
        write(manifest, (json.dumps(MANIFEST, indent=2) + "\n").encode())
        # The registry ignores a manifest that is not among them.
        listed = sorted([*zipped, manifest])
        lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in listed]
        sums = self.files / f"{self.stem}_SHA256SUMS"
        # What signed other sums signs nothing.
        for old in (sums.with_name(f"{sums.name}.sig"), self.files / SIGNING_KEY):
            old.unlink(missing_ok=True)
        write(sums, "".join(lines).encode())
        if self.options.sign is not None:
            self.sign(sums)
        elif self.options.tag:
            raise Refused("a release is signed: --sign names the key")
        else:
            print("NOT SIGNED: the registry takes signed releases only; --sign names the key", flush=True)
        (self.output / "release-notes.md").write_text(self.notes(), encoding="utf-8")
        mirror = self.output / "mirror"
        shutil.rmtree(mirror, ignore_errors=True)
        (mirror / ADDRESS).mkdir(parents=True)
        for path in zipped:
            shutil.copyfile(path, mirror / ADDRESS / path.name)

    def sign(self, sums):
        """Signs the checksums; a release with the key that people were told of."""
        key = signature.Key(self.options.sign)
        if not key.is_for_the_public_registry():
            if self.options.tag:
                raise Refused(f"the public registry takes no key of the kind of {key.fingerprint}: it must be RSA or DSA")
            print(f"NOT FOR THE PUBLIC REGISTRY: {key.fingerprint} is no key of RSA or DSA", flush=True)
        if self.options.tag and key.fingerprint not in re.sub(r"\s", "", text_of("SECURITY.md")):
            raise Refused(f"SECURITY.md does not have {key.fingerprint}, the fingerprint of the key that signs")
        made = key.sign(sums)
        write(made, made.read_bytes(), f"by {key.fingerprint}")
        write(self.files / SIGNING_KEY, key.public().encode())


def check_carried(program, packages, content):
    """That a provider has every package of the function."""
    carried = [processor for processor, package in packages.items() if package in content]
    if not carried:
        raise Refused(f"{program} carries no package of the function: it is a development build")
    if missing := packages.keys() - carried:
        raise Refused(f"{program} carries another function for {', '.join(sorted(missing))} than is here")


def source_code_hash(package):
    """As Lambda writes it."""
    return base64.b64encode(hashlib.sha256(package).digest()).decode()


def named_program(names):
    """Reads `NAME=PROGRAM`, of which NAME is one of these."""

    def read(text):
        name, separator, path = text.partition("=")
        if not separator or name not in names or not Path(path).is_file():
            form = f"NAME=PROGRAM with one of {', '.join(names)} and a program that is there"
            raise argparse.ArgumentTypeError(f"{text} is not {form}")
        return name, Path(path)

    return read


def glibc_version(text):
    return tuple(map(int, text.split(".")))


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)

    def option(name, text, **more):
        parser.add_argument(name, help=text, **more)

    def built(name, form, names, text):
        option(name, text, action="append", type=named_program(names), default=[], metavar=form)

    option("--output", "the folder, target/package where it is not given", type=Path)
    option("--only", "this step alone; may be repeated", action="append", choices=PARTS)
    option("--target", "a target of Rust that the provider is built for, instead of this machine's", action="append")
    built("--bootstrap", "PROCESSOR=PROGRAM", FUNCTION_TARGETS, "a function that is built already")
    built("--provider", "OS_ARCH=PROGRAM", programs.PLATFORMS, "a provider that is built already")
    option("--sign", "the key that signs the checksums, RSA for the public registry", metavar="KEY")
    option("--tag", "the tag that is released: it must be the version, the changelog must have it, and all must be whole and signed")
    option("--version", "another version than that of Cargo.toml, for tests")
    option("--glibc", f"the newest glibc that may be needed, {programs.dotted(GLIBC)}", type=glibc_version, default=GLIBC)
    option("--fast", "larger zips in less time, for tests", action="store_true")
    option("--development", "takes a provider that carries no function", action="store_true")
    return parser.parse_args()


def main():
    options = arguments()
    try:
        for option in ("bootstrap", "provider"):
            names = [name for name, _ in getattr(options, option)]
            if len(names) != len(set(names)):
                raise Refused(f"--{option} gives one of {', '.join(names)} twice")
        release = Release(options)
        print(f"zlib {zlib.ZLIB_RUNTIME_VERSION}", flush=True)
        if options.tag:
            release.check_tag()
        for part in PARTS:
            if part in (options.only or PARTS):
                getattr(release, part)()
    except (Refused, OSError, UnicodeError) as error:
        sys.exit(f"package.py: {error}.")
    print(f"{release.version} is in {release.output}", flush=True)


if __name__ == "__main__":
    main()
