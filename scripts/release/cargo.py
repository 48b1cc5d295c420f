"""Builds programs, the same ones wherever that is."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

from . import Refused, programs


class Cargo:
    """The tool chain of this machine, at work in a workspace."""

    def __init__(self, repository, glibc):
        self.repository = repository
        self.glibc = glibc
        described = self._ask("rustc", "-vV")
        host = re.search(r"^host: (\S+)$", described, re.MULTILINE)
        if not host:
            raise Refused("rustc -vV does not say for which machine it builds")
        self.host = host[1]
        self.version = described.partition("\n")[0]
        metadata = json.loads(self._ask("cargo", "metadata", "--format-version=1", "--no-deps", "--locked"))
        self.folder = Path(metadata["target_directory"])
        self.home = Path(os.environ.get("CARGO_HOME") or Path.home() / ".cargo")
        self.zig = shutil.which("cargo-zigbuild") is not None

    def _ask(self, *command):
        try:
            run = subprocess.run(command, cwd=self.repository, capture_output=True, check=True, encoding="utf-8")
        except FileNotFoundError as error:
            raise Refused(f"{command[0]} is missing: install Rust, see CONTRIBUTING.md") from error
        except subprocess.CalledProcessError as error:
            raise Refused(f"{' '.join(command)} failed: {error.stderr.strip()}") from error
        return run.stdout

    def metadata(self, target):
        """All packages, and what needs what on a target."""
        command = ["cargo", "metadata", "--format-version=1", "--locked", f"--filter-platform={target}"]
        return json.loads(self._ask(*command))

    def lacks(self, target):
        """What is missing on this machine to build for a target; nothing if all is there."""
        if target == self.host:
            return None
        if not self.zig and ("apple" not in target or "apple" not in self.host):
            return "cargo-zigbuild, and ziglang with it"
        if not Path(self._ask("rustc", "--print=target-libdir", f"--target={target}").strip()).is_dir():
            return f"Rust's standard library for {target}"
        return None

    def places(self):
        """The folders of this machine whose names would get into programs, by what stands there instead.

        The compiler takes the last one that fits: narrower ones come later. Downloaded sources lie below the name of the host
        that they come from.
        """
        sources = sorted((self.home / "registry/src").glob("*"))
        places = [(self.home, "cargo"), *((folder, "crates") for folder in sources)]
        places += [(self.repository, "trailhook"), (self.folder, "target")]
        # Links are followed by some tools and not by others.
        return [*((folder.resolve(), name) for folder, name in places), *places]

    def build(self, package, program, profile, target, environment=()):
        """The built program."""
        if missing := self.lacks(target):
            raise Refused(f"a build for {target} needs {missing}")
        command = ["cargo", "build"]
        pinned = target
        if self.zig and "linux" in target:
            command = ["cargo", "zigbuild"]
            pinned = f"{target}.{programs.dotted(self.glibc)}" if target.endswith("-gnu") else target
        command += ["--locked", f"--package={package}", f"--bin={program}"]
        command += [f"--profile={profile}", f"--target={pinned}"]
        print("==>", *command, f"({self.version})", flush=True)
        # Sources that come during the build would keep their names.
        self._ask("cargo", "fetch", "--locked", f"--target={target}", f"--target={self.host}")
        encoded = os.environ.get("CARGO_ENCODED_RUSTFLAGS")
        flags = encoded.split("\x1f") if encoded else os.environ.get("RUSTFLAGS", "").split()
        flags += [f"--remap-path-prefix={folder}={name}" for folder, name in self.places()]
        variables = {**os.environ, **dict(environment), "CARGO_ENCODED_RUSTFLAGS": "\x1f".join(flags)}
        if subprocess.run(command, cwd=self.repository, env=variables, check=False).returncode != 0:
            raise Refused(f"{program} could not be built for {target}")
        built = self.folder / target / profile / program
        content = built.read_bytes()
        # A program that names them is another one on another machine, and tells people what is nobody's business.
        for folder in {*(os.fsencode(folder) for folder, _ in self.places()), b"cargo/registry/src"}:
            if re.search(rb"(?<![\w./-])" + re.escape(folder) + b"/", content):
                raise Refused(f"{program} holds the path {os.fsdecode(folder)}, and must not")
        return built
