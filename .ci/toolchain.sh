# Sourced by ./segue, ./bench/run and .ci/run: finds the .NET SDK or installs it, sees to what it needs, and tells what is stale.
# Expects $root. What it installs goes below the user's home, or through the distribution's packages where it may (root).
# POSIX sh and coreutils only, also under set -eu.

sdk_major=10
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

say() { echo "segue: $*" >&2; }
fail() { say "$*"; exit 1; }

# A container's user may have no home, or one that cannot be written; the SDK wants one.
user_home=${HOME:-}
if [ -z "${HOME:-}" ] || [ ! -d "$HOME" ] || [ ! -w "$HOME" ]; then
  HOME="$root/.build/home"
  mkdir -p "$HOME" 2>/dev/null || fail "HOME cannot be written, and neither can $root/.build; set HOME to a folder that can"
  export HOME
fi

# have_sdk [DOTNET]: it answers, and has an SDK of the version we need. One that aborts (no libicu, another machine's) does not answer.
have_sdk() {
  command -v "${1:-dotnet}" >/dev/null 2>&1 || return 1
  sdks=$(cd / && "${1:-dotnet}" --list-sdks 2>/dev/null) || return 1
  case "
$sdks" in *"
$sdk_major."*) return 0 ;; esac
  return 1
}

# The distribution's packages, where we may install some.
install_package() {
  [ "$(id -u)" = 0 ] || return 1
  if command -v apt-get >/dev/null 2>&1; then
    for package in "$@"; do
      apt-get install -y --no-install-recommends "$package" >/dev/null 2>&1 && return 0
    done
    apt-get update >/dev/null 2>&1 || return 1
    # Debian names libicu by its version.
    case $1 in libicu*) set -- $(apt-cache pkgnames libicu 2>/dev/null | grep -E '^libicu[0-9]+$' | sort -r) "$@" ;; esac
    for package in "$@"; do
      apt-get install -y --no-install-recommends "$package" >/dev/null 2>&1 && return 0
    done
    return 1
  fi
  if command -v apk >/dev/null 2>&1; then for package in "$@"; do apk add --no-cache "$package" >/dev/null 2>&1 && return 0; done; fi
  if command -v dnf >/dev/null 2>&1; then for package in "$@"; do dnf install -y "$package" >/dev/null 2>&1 && return 0; done; fi
  return 1
}

has_icu() {
  [ "$(uname -s)" = Linux ] || return 0
  for folder in /lib /usr/lib /lib64 /usr/lib64 /usr/local/lib /lib/*-linux-* /usr/lib/*-linux-*; do
    for library in "$folder"/libicuuc.so*; do [ -s "$library" ] && return 0; done
  done
  return 1
}

# Without libicu .NET aborts. We need it for nothing: names are compared by tables of our own, so that they match with and without it.
bring_icu() {
  [ -z "${DOTNET_SYSTEM_GLOBALIZATION_INVARIANT:-}" ] || return 0
  has_icu && return 0
  if [ "$(id -u)" = 0 ]; then
    say "libicu is missing; trying the distribution's package"
    if install_package libicu icu-libs && has_icu; then return 0; fi
  fi
  export DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1
}

# fetch URL FILE
fetch() {
  if command -v curl >/dev/null 2>&1; then curl -fsSL "$1" -o "$2"
  elif command -v wget >/dev/null 2>&1; then wget -qO "$2" "$1"
  else install_package curl && install_package ca-certificates && curl -fsSL "$1" -o "$2"; fi
}

# What went wrong with the SDK, as one line that says what to do.
advice_for() {
  case $(cat "$1" 2>/dev/null) in
    *"No space left"* | *"Disk quota"*) echo "the disk is full; make room ($2 takes about 800 MB)" ;;
    *"ermission denied"* | *"Read-only file system"*) echo "$2 cannot be written; set DOTNET_INSTALL_DIR to a folder that can" ;;
    *"Could not resolve"* | *"unable to resolve"* | *"Failed to connect"* | *"onnection "* | *"timed out"* | *"bad address"*)
      echo "there is no way to the network; connect it, or install .NET $sdk_major by hand" ;;
    *) echo "install .NET $sdk_major from https://dotnet.microsoft.com/download and try again" ;;
  esac
}

install_sdk() {
  dir="${DOTNET_INSTALL_DIR:-$HOME/.dotnet}"
  say "no .NET $sdk_major SDK found; installing it into $dir with Microsoft's install script (about 250 MB to fetch)"
  work=$(mktemp -d 2>/dev/null) || fail "no temporary folder can be made; make room in ${TMPDIR:-/tmp}, or set TMPDIR"
  if fetch https://dot.net/v1/dotnet-install.sh "$work/install.sh" >"$work/log" 2>&1 && command -v bash >/dev/null 2>&1; then
    show_life "installing .NET $sdk_major" "$work/log" bash "$work/install.sh" --channel "$sdk_major.0" --install-dir "$dir" || true
  fi
  if have_sdk "$dir/dotnet"; then
    rm -rf "$work"
    export PATH="$dir:$PATH" DOTNET_ROOT="$dir"
    return 0
  fi
  if install_package "dotnet-sdk-$sdk_major.0" "dotnet$sdk_major-sdk" && have_sdk; then rm -rf "$work"; return 0; fi
  advice=$(advice_for "$work/log" "$dir")
  rm -rf "$work"
  fail "could not install the .NET SDK: $advice"
}

# show_life WHAT LOG COMMAND...: runs the command with its output in LOG, and says every few seconds that it lives. A stop stops it, too.
show_life() {
  what=$1 log=$2; shift 2
  "$@" >>"$log" 2>&1 &
  child=$!
  trap 'kill $child 2>/dev/null; exit 130' INT
  trap 'kill $child 2>/dev/null; exit 143' TERM
  trap 'kill $child 2>/dev/null; exit 129' HUP
  seconds=0
  while kill -0 "$child" 2>/dev/null; do
    sleep 1
    seconds=$((seconds + 1))
    if [ $((seconds % ${SEGUE_LIFE_SECONDS:-5})) = 0 ]; then
      # The last line of the log is the step it is in.
      step=$(tail -n 1 "$log" 2>/dev/null | cut -c 1-60 | tr -d '\r\033')
      say "$what ... $seconds s${step:+ ($step)}"
    fi
  done
  code=0; wait "$child" || code=$?
  trap - INT TERM HUP
  return "$code"
}

# The lines of a log that say what is wrong, each once.
errors_of() {
  while IFS= read -r line; do
    case $line in *error* | *denied* | *"No space"*) printf '%s\n' "$line" ;; esac
  done <"$1" | sort -u | head -n 20
}

find_sdk() {
  bring_icu
  if have_sdk; then
    # The program finds the runtime beside this SDK, wherever it lies.
    dir=$(dirname "$(readlink -f "$(command -v dotnet)" 2>/dev/null || command -v dotnet)")
    if [ -z "${DOTNET_ROOT:-}" ] && [ -d "$dir/shared" ]; then export DOTNET_ROOT="$dir"; fi
    return 0
  fi
  for dir in "${DOTNET_INSTALL_DIR:-}" "${DOTNET_ROOT:-}" "$HOME/.dotnet" "$user_home/.dotnet"; do
    if [ -n "$dir" ] && [ -x "$dir/dotnet" ] && have_sdk "$dir/dotnet"; then
      export PATH="$dir:$PATH" DOTNET_ROOT="$dir"
      return 0
    fi
  done
  install_sdk
}

find_sdk

# is_stale FILE DIR...: FILE is missing, or a source below a DIR is newer (a machine without 'find' builds once and no more).
is_stale() {
  stamp=$1; shift
  [ -f "$stamp" ] || return 0
  [ -n "$(find "$@" "$root/Directory.Build.props" "$root/Directory.Packages.props" \
    \( -name bin -o -name obj -o -name out -o -name results \) -prune -o \( -type f -newer "$stamp" \) -print 2>/dev/null | head -n 1)" ]
}
