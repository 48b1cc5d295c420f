"""Signs with GnuPG."""

import os
import subprocess

from . import Refused

# The public registry takes keys of RSA and DSA, by their numbers in OpenPGP:
# https://developer.hashicorp.com/terraform/registry/providers/publishing
ALGORITHMS = {"1", "17"}


class Key:
    """A key whose secret half GnuPG has."""

    def __init__(self, name):
        if not name.strip():
            raise Refused("--sign names no key")
        try:
            listed = _gpg("--with-colons", "--list-secret-keys", name).splitlines()
        except Refused as error:
            raise Refused(f"there is no key {name} to sign with: {error}") from error
        records = [line.split(":") for line in listed]
        keys = [record for record in records if record[0] == "sec"]
        if len(keys) != 1:
            raise Refused(f"{name} names {len(keys)} secret keys of GnuPG, and one is to sign")
        self.algorithm = keys[0][3]
        # The first fingerprint is that of the key itself, and those of its subkeys follow.
        self.fingerprint = next(record[9] for record in records if record[0] == "fpr")

    def is_for_the_public_registry(self):
        """Whether it is of a kind that the registry takes."""
        return self.algorithm in ALGORITHMS

    def public(self):
        """The public half, in armour."""
        return _gpg("--armor", "--export", self.fingerprint)

    def sign(self, path):
        """Signs a file in binary form, beside it. A passphrase comes from GPG_PASSPHRASE, never from the command line."""
        signature = path.with_name(f"{path.name}.sig")
        _gpg(
            # This very key, and no subkey, which could be of another kind.
            *("--local-user", f"{self.fingerprint}!", "--pinentry-mode", "loopback", "--passphrase-fd", "0"),
            *("--output", str(signature), "--detach-sign", str(path)),
            text=os.environ.get("GPG_PASSPHRASE", "") + "\n",
        )
        _gpg("--verify", str(signature), str(path))
        return signature


def _gpg(*arguments, text=""):
    command = ["gpg", "--batch", "--yes", *arguments]
    try:
        done = subprocess.run(command, input=text, capture_output=True, check=False, encoding="utf-8", errors="replace")
    except FileNotFoundError as error:
        raise Refused("signing needs gpg, of GnuPG") from error
    if done.returncode != 0:
        raise Refused(f"gpg did not do it: {done.stderr.strip()}")
    return done.stdout
