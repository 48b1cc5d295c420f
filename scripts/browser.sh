#!/usr/bin/env bash
# Prints the path of a browser that can draw pages without a screen: Chromium, Chrome, or Chromium's headless shell.
#
#     scripts/browser.sh [--install]
#
# The first of: $TRAILHOOK_BROWSER, one on PATH, the one in the ignored folder .local/browser. With --install, and if
# there is none, one is installed there out of Debian's packages. That needs no root and leaves the system as it is:
# apt keeps its lists and what it loads in a folder of this script.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly home=$PWD/.local/browser
readonly browser=$home/chromium

say() { echo "browser.sh: $*" >&2; }

fail() {
  say "$*"
  exit 1
}

found() {
  echo "$1"
  exit 0
}

install=
case ${1-} in
  '') ;;
  --install) install=yes ;;
  *) fail "usage: scripts/browser.sh [--install]" ;;
esac

if [[ -n ${TRAILHOOK_BROWSER-} ]]; then
  path=$(type -P "$TRAILHOOK_BROWSER") || fail "TRAILHOOK_BROWSER is no program: $TRAILHOOK_BROWSER"
  found "$path"
fi
for name in chromium chromium-browser google-chrome google-chrome-stable chrome chromium-headless-shell; do
  if path=$(type -P "$name"); then found "$path"; fi
done

# It is started, not only looked for: a library of the system that it needs may have gone since.
works() { [[ -x $1 ]] && "$1" --version >/dev/null 2>&1; }

if works "$browser"; then found "$browser"; fi
[[ -n $install ]] ||
  fail "no browser: install Chromium or Chrome, name one in TRAILHOOK_BROWSER, or run scripts/browser.sh --install"

for tool in apt-get apt-cache dpkg-deb flock; do
  type -P "$tool" >/dev/null ||
    fail "$tool is missing, and --install works on Debian only: install Chromium or Chrome yourself, or name one in TRAILHOOK_BROWSER"
done

# Tests run side by side; one of them installs, and the others find what it left.
mkdir -p "$home.work"
exec 9>"$home.work/lock"
flock 9
if works "$browser"; then found "$browser"; fi

readonly work=$home.work/new
trap 'rm -rf "$work"' EXIT
rm -rf "$work" "$home"
mkdir -p "$work"/apt/{lists,cache/archives}/partial "$work"/debs "$work"/browser/root

# Where the system's lists are, or how old, does not matter, and nobody else's are locked.
apt=(-qq -o Dir::State::Lists="$work/apt/lists" -o Dir::Cache="$work/apt/cache" -o Debug::NoLocking=true)
# As root, apt would load as a user who may not enter this folder.
apt+=(-o APT::Sandbox::User=root)

say "installing Chromium into .local/browser, some 100 MB to load"
apt-get "${apt[@]}" update >&2 || fail "apt-get update failed"

# Where Chromium is delivered as a snap, a package of that name exists too, but it is empty.
# The headless shell comes first: it is smaller, and lays out windows that are narrower than 500 pixels.
package=
for name in chromium-headless-shell chromium; do
  description=$(apt-cache "${apt[@]}" show --no-all-versions "$name" 2>/dev/null) || continue
  if [[ $description == *chromium-common* ]]; then
    package=$name
    break
  fi
done
[[ -n $package ]] ||
  fail "apt has no package of Chromium here (Ubuntu's is a snap): install Chromium or Chrome yourself, or name one in TRAILHOOK_BROWSER"

# The libraries that the system has not; the browser with its data; and the same fonts everywhere, whatever the system
# has: Slack's own, emoji in colour, and the look of Menlo for code.
plan=$(apt-get "${apt[@]}" -s --no-install-recommends install "$package") || fail "$package cannot be installed here"
mapfile -t packages < <(
  {
    awk '$1 == "Inst" { print $2 }' <<<"$plan"
    printf '%s\n' "$package" chromium-common fonts-lato fonts-noto-color-emoji fonts-dejavu-core
  } | sort -u
)
(cd "$work/debs" && apt-get "${apt[@]}" download "${packages[@]}" >&2) || fail "apt-get download failed"

for package_file in "$work"/debs/*.deb; do
  dpkg-deb -x "$package_file" "$work/browser/root"
done
rm -rf "$work"/browser/root/usr/share/{doc,man,locale,bug,lintian}

# Beside the fonts that came along those of the system, for scripts that Lato has no letters of.
cat >"$work/browser/fonts.conf" <<'XML'
<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <dir prefix="relative">root/usr/share/fonts</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
  <alias><family>sans-serif</family><prefer><family>Lato</family><family>DejaVu Sans</family></prefer></alias>
  <alias><family>system-ui</family><prefer><family>Lato</family><family>DejaVu Sans</family></prefer></alias>
  <alias><family>monospace</family><prefer><family>DejaVu Sans Mono</family></prefer></alias>
  <alias><family>emoji</family><prefer><family>Noto Color Emoji</family></prefer></alias>
  <match target="font">
    <edit name="antialias" mode="assign"><bool>true</bool></edit>
    <edit name="hintstyle" mode="assign"><const>hintslight</const></edit>
    <edit name="rgba" mode="assign"><const>none</const></edit>
  </match>
</fontconfig>
XML

# Finds everything from where it stands, so the repository may be moved.
cat >"$work/browser/chromium" <<'SH'
#!/bin/sh
home=$(cd "$(dirname "$(readlink -f "$0")")" && pwd) || exit
libraries=
for folder in "$home"/root/usr/lib/*-linux-gnu* "$home"/root/usr/lib/*-linux-gnu*/pulseaudio "$home"/root/lib/*-linux-gnu*; do
  [ -d "$folder" ] && libraries=$libraries$folder:
done
export LD_LIBRARY_PATH="$libraries${LD_LIBRARY_PATH-}"
export FONTCONFIG_FILE="$home/fonts.conf"
export XDG_CACHE_HOME="$home/cache"
for program in "$home"/root/usr/lib/chromium/chromium-headless-shell "$home"/root/usr/lib/chromium/chromium; do
  [ -x "$program" ] && exec "$program" "$@"
done
echo "$0: incomplete: remove $home and install it again" >&2
exit 1
SH
chmod +x "$work/browser/chromium"

missing=$(LD_LIBRARY_PATH="$(find "$work/browser/root" -name '*.so*' -printf '%h\n' | sort -u | tr '\n' ':')" \
  ldd "$work"/browser/root/usr/lib/chromium/chromium* 2>/dev/null | awk '/not found/ { print $1 }' | sort -u)
[[ -z $missing ]] || fail "libraries are missing: ${missing//$'\n'/ }"
works "$work/browser/chromium" || fail "the browser does not start: $("$work/browser/chromium" --version 2>&1 | tail -1)"

mv "$work/browser" "$home"
found "$browser"
