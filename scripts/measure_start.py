#!/usr/bin/env python3
"""What the start of the provider costs: CPU time (user and system) from its start to the line that Terraform waits for.

    scripts/measure_start.py PROVIDER [RUNS] [LIMIT]

PROVIDER is the release build of `terraform-provider-trailhook`. It is started RUNS (21) times as Terraform starts it, with a
client certificate, and stopped after its line. Prints the median in milliseconds, and ends with 1 if that is more than LIMIT
(10). The time is that of the process from the kernel's own count in nanoseconds, all threads included, so Linux is needed.
"""

import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ENVIRONMENT = {
    "TF_PLUGIN_MAGIC_COOKIE": "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2",
    "PLUGIN_PROTOCOL_VERSIONS": "5,6",
}


def client_certificate(folder):
    """One like Terraform's: self-signed, of a P-521 key."""
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:secp521r1", "-nodes"]
    subprocess.run(
        [*command, "-subj", "/CN=localhost", "-keyout", folder / "key.pem", "-out", folder / "certificate.pem"],
        check=True,
        capture_output=True,
    )
    return (folder / "certificate.pem").read_text()


def used(process):
    """The milliseconds of CPU that all threads of a process used so far."""
    threads = Path(f"/proc/{process}/task").iterdir()
    return sum(int((thread / "schedstat").read_text().split()[0]) for thread in threads) / 1e6


def start(provider, environment):
    """One start, from `exec` to the line."""
    with subprocess.Popen([provider], env=environment, stdout=subprocess.PIPE) as process:
        line = process.stdout.readline()
        milliseconds = used(process.pid)
        process.kill()  # SIGTERM is left to Terraform, which is not here.
    if not line.startswith(b"1|6|unix|"):
        sys.exit(f"no handshake: {line!r}")
    return milliseconds


def main():
    provider = Path(sys.argv[1]).resolve()
    runs = int(sys.argv[2]) if len(sys.argv) > 2 else 21
    limit = float(sys.argv[3]) if len(sys.argv) > 3 else 10.0
    with tempfile.TemporaryDirectory(prefix="trailhook-measure-") as scratch:
        certificate = client_certificate(Path(scratch))
        environment = {**ENVIRONMENT, "PLUGIN_CLIENT_CERT": certificate, "TMPDIR": scratch, "PATH": os.environ["PATH"]}
        times = [start(provider, environment) for _ in range(runs)]
    median = statistics.median(times)
    print(f"start to handshake: {median:.1f} ms of CPU (median of {runs}; {min(times):.1f} to {max(times):.1f})")
    if median > limit:
        sys.exit(f"more than {limit:g} ms")


if __name__ == "__main__":
    main()
