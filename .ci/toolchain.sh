# Sourced by ./segue, ./bench/run and .ci/run: finds the .NET SDK or installs it, and tells what is stale.
# Expects $root. Everything it installs goes below the user's home, or through the distribution's package where root.

sdk_major=10
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

have_sdk() {
  command -v dotnet >/dev/null 2>&1 && dotnet --list-sdks 2>/dev/null | grep -q "^$sdk_major\."
}

install_sdk() {
  dir="${DOTNET_INSTALL_DIR:-$HOME/.dotnet}"
  echo "segue: no .NET $sdk_major SDK found; installing it into $dir with Microsoft's install script" >&2
  script=$(mktemp)
  if command -v curl >/dev/null 2>&1; then curl -fsSL https://dot.net/v1/dotnet-install.sh -o "$script"
  elif command -v wget >/dev/null 2>&1; then wget -qO "$script" https://dot.net/v1/dotnet-install.sh
  else false; fi && bash "$script" --channel "$sdk_major.0" --install-dir "$dir" >&2 || {
    rm -f "$script"
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
      echo "segue: the script could not be fetched; trying the distribution's package dotnet-sdk-$sdk_major.0" >&2
      apt-get update >&2 && apt-get install -y "dotnet-sdk-$sdk_major.0" >&2 && return
    fi
    echo "segue: could not install the .NET SDK. Install .NET $sdk_major from https://dotnet.microsoft.com/download and try again." >&2
    exit 1
  }
  rm -f "$script"
  export PATH="$dir:$PATH" DOTNET_ROOT="$dir"
}

if ! have_sdk; then
  if [ -x "$HOME/.dotnet/dotnet" ]; then export PATH="$HOME/.dotnet:$PATH" DOTNET_ROOT="$HOME/.dotnet"; fi
  have_sdk || install_sdk
fi

# is_stale FILE DIR...: FILE is missing, or a source below a DIR is newer.
is_stale() {
  stamp=$1; shift
  [ -f "$stamp" ] || return 0
  [ -n "$(find "$@" "$root/Directory.Build.props" "$root/Directory.Packages.props" \
    \( -name bin -o -name obj -o -name out -o -name results \) -prune -o \( -type f -newer "$stamp" \) -print 2>/dev/null | head -n 1)" ]
}
