#!/usr/bin/env python3
"""Installs a packaged provider on the machine that it is for, and holds that it works there: without an account, a network or a Rust tool chain.

    scripts/try_package.py target/package linux_amd64

Terraform takes it from the mirror in that folder. It must judge rules, and hand out the packages of the function that are in the folder.
"""

import base64
import hashlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

CONFIGURATION = """
terraform {
  required_providers {
    trailhook = { source = "trailhook/trailhook" }
  }
}

provider "trailhook" {
  namespace = "/trailhook/try"
  region    = "eu-central-1"
}
"""
RULE = """
resource "trailhook_rule" "stopped" {
  name       = "stopped"
  expression = "%s"

  test {
    name  = "stopped"
    event = jsonencode({ eventName = "StopLogging" })
  }
}
"""
PACKAGE = """
data "trailhook_lambda_package" "%s" {
  architecture = "%s"
  output_path  = "%s.zip"
}

output "%s" {
  value = data.trailhook_lambda_package.%s.source_code_hash
}
"""


def fail(text):
    sys.exit(f"try_package.py: {text}")


def main():
    if len(sys.argv) != 3:
        fail("name the folder that package.py wrote, and the platform, such as linux_amd64")
    folder, platform = Path(sys.argv[1]).resolve(), sys.argv[2]
    packages = sorted((folder / "function").glob("bootstrap-*.zip"))
    if not packages or not list((folder / "mirror").rglob(f"*_{platform}.zip")):
        fail(f"there is no provider for {platform} in {folder}, or no function")
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary)
        settings = work / "terraform.rc"
        mirror = json.dumps(str(folder / "mirror"))
        settings.write_text(f"provider_installation {{\n  filesystem_mirror {{\n    path = {mirror}\n  }}\n}}\n", encoding="utf-8")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TF_", "TRAILHOOK_"))}
        environment = {**kept, "TF_CLI_CONFIG_FILE": str(settings), "CHECKPOINT_DISABLE": "1", "AWS_EC2_METADATA_DISABLED": "true"}

        def terraform(*arguments, code=0):
            command = ["terraform", *arguments]
            try:
                run = subprocess.run(command, cwd=work, env=environment, capture_output=True, check=False, encoding="utf-8")
            except FileNotFoundError:
                fail("terraform is missing")
            if run.returncode != code:
                fail(f"{' '.join(command)} ended with {run.returncode}:\n{run.stdout}{run.stderr}")
            return run.stdout + run.stderr

        def write(text):
            (work / "main.tf").write_text(CONFIGURATION + text, encoding="utf-8")

        write(RULE % "event['eventName'] == 'StopLogging'")
        terraform("init", "-no-color", "-input=false")
        terraform("validate", "-no-color")
        write(RULE % "event['eventName'] == 'StartLogging'")
        if "stopped" not in terraform("validate", "-no-color", code=1):
            fail("a rule that fails its test is not named")

        names = [path.stem.removeprefix("bootstrap-") for path in packages]
        write("".join(PACKAGE % (name, name, name, name, name) for name in names))
        terraform("apply", "-no-color", "-input=false", "-auto-approve")
        outputs = json.loads(terraform("output", "-json"))
        for name, path in zip(names, packages, strict=True):
            wanted = base64.b64encode(hashlib.sha256(path.read_bytes()).digest()).decode()
            if outputs[name]["value"] != wanted or (work / f"{name}.zip").read_bytes() != path.read_bytes():
                fail(f"the provider hands out another function for {name} than {path.name}")
    print(f"{platform}: rules are judged, and the function is handed out for {', '.join(names)}")


if __name__ == "__main__":
    main()
