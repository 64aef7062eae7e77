#!/bin/sh
# Tests of the launcher on machines that lack something. Goal: each ends in success, or in one line that says what to do. Method: stand-ins for curl and
# Microsoft's install script on a PATH of a few tools, and libicu hidden in a mount namespace of our own.
# Seen to fail: with the launcher before, which stopped at 'set -u' without HOME, and printed the SDK's stack trace without libicu.
#   tests/launcher/run.sh          ends with "launcher: N passed, N failed, N skipped"
set -u
root=$(CDPATH= cd -- "$(dirname -- "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0 failed=0 skipped=0
real_dotnet=$(readlink -f "$(command -v dotnet)" || true)

pass() { passed=$((passed + 1)); }
skip() { skipped=$((skipped + 1)); echo "launcher: skipped: $1: $2"; }
miss() { failed=$((failed + 1)); echo "launcher: FAILED: $1: $2"; sed 's/^/  | /' "$work/out"; }

# A PATH of git, a shell and coreutils, and nothing else.
tools="$work/tools"
mkdir "$tools"
for tool in sh dash bash git basename cat chmod cp cut date dirname echo env false head id ln ls mkdir mktemp mv readlink rm rmdir sleep sort tail touch tr true \
  uname wc; do
  path=$(command -v "$tool" 2>/dev/null) && case $path in /*) ln -s "$path" "$tools/$tool" ;; esac
done

# machine NAME: a folder with a bin of its own in front of the tools, and a copy of the launcher's parts.
machine() {
  name=$1 home="$work/$1"
  mkdir -p "$home/bin" "$home/user" "$home/tree/.ci" "$home/tree/src"
  cp "$root/segue" "$home/tree/"
  cp "$root/.ci/toolchain.sh" "$home/tree/.ci/"
}

stand_in() { printf '#!/bin/sh\n%s\n' "$2" >"$home/bin/$1"; chmod +x "$home/bin/$1"; }

# A dotnet that has an SDK, and whose publish makes a program that says what it was given.
fake_dotnet='case "$1" in
  --list-sdks) echo "10.0.100 [/x]" ;;
  publish) while [ $# -gt 0 ]; do [ "$1" = -o ] && out=$2; shift; done
    mkdir -p "$out"; : >"$out/segue-cli.dll"; echo "#!/bin/sh" >"$out/segue-cli"; echo "echo ran \$*" >>"$out/segue-cli"; chmod +x "$out/segue-cli" ;;
esac'

# The same, whose program says how it was built.
telling_dotnet() {
  printf '%s\n' 'case "$1" in
  --list-sdks) echo "10.0.100 [/x]" ;;
  publish) kind=managed
    case "$*" in *PublishAot=true*CppCompilerAndLinker='"$1"'*) kind=native; '"$2"' ;; esac
    while [ $# -gt 0 ]; do [ "$1" = -o ] && out=$2; shift; done
    mkdir -p "$out"; printf "#!/bin/sh\necho built %s\n" "$kind" >"$out/segue-cli"; chmod +x "$out/segue-cli" ;;
esac'
}

# segue_there [NAME=VALUE...]: runs the launcher of the machine; leaves what it said in $work/out and its code in $code.
segue_there() {
  code=0
  # The id of a usual user, so that no test installs packages here.
  [ -e "$home/bin/id" ] || stand_in id 'echo 1000'
  env -i PATH="$home/bin:$tools" HOME="$home/user" TMPDIR="$work" SEGUE_LIFE_SECONDS=1 "$@" sh "$home/tree/segue" demo >"$work/out" 2>&1 || code=$?
}

# says CODE TEXT: ends with that code, has that text, and no more than a few lines, none of a trace.
says() {
  if [ "$code" != "$1" ]; then miss "$name" "exit code $code, not $1"
  elif ! grep -qF "$2" "$work/out"; then miss "$name" "does not say '$2'"
  elif grep -qE '^ +at |Unhandled|unbound|not found$|parameter not set' "$work/out"; then miss "$name" "says too much"
  elif [ "$(grep -c . "$work/out")" -gt 8 ]; then miss "$name" "more than a few lines"
  else pass; fi
}

machine "sdk on the path"; stand_in dotnet "$fake_dotnet"; segue_there; says 0 "ran demo"
segue_there; says 0 "ran demo"
[ "$(grep -c building "$work/out")" = 0 ] && pass || miss "$name" "builds twice"

machine "a linker"; stand_in gcc 'exit 0'; stand_in dotnet "$(telling_dotnet gcc :)"; segue_there; says 0 "built native"
machine "a compiler that cannot link"; stand_in clang 'exit 1'; stand_in gcc 'exit 0'; stand_in dotnet "$(telling_dotnet gcc :)"; segue_there; says 0 "built native"
machine "no linker"; stand_in gcc 'exit 1'; stand_in dotnet "$(telling_dotnet gcc :)"; segue_there; says 0 "built managed"
machine "a native build that fails"; stand_in gcc 'exit 0'; stand_in dotnet "$(telling_dotnet gcc 'echo "error: ld"; exit 1')"; segue_there; says 0 "built managed"

machine "a home that is not set"; stand_in dotnet "$fake_dotnet"; segue_there HOME=; says 0 "ran demo"
machine "no home in the environment"; stand_in dotnet "$fake_dotnet"
code=0; stand_in id 'echo 1000'; env -i PATH="$home/bin:$tools" sh "$home/tree/segue" demo >"$work/out" 2>&1 || code=$?; says 0 "ran demo"
machine "a home that is not there"; stand_in dotnet "$fake_dotnet"; segue_there HOME=/nowhere/at/all; says 0 "ran demo"

machine "a dotnet that aborts"; stand_in dotnet 'echo "Process terminated. Could not find a valid ICU package" >&2; kill -ABRT $$'
segue_there; says 1 "could not install the .NET SDK"

machine "an old dotnet"; stand_in dotnet 'echo "8.0.100 [/x]"'; segue_there; says 1 "could not install the .NET SDK"

machine "nothing to fetch with"; segue_there; says 1 "install .NET 10 from https://dotnet.microsoft.com/download"

machine "no network"; stand_in curl 'echo "curl: (6) Could not resolve host: dot.net" >&2; exit 6'; segue_there; says 1 "there is no way to the network"
machine "no network, by wget"; stand_in wget 'echo "wget: unable to resolve host address" >&2; exit 4'; segue_there; says 1 "there is no way to the network"

# An install script that puts a dotnet where it is told.
cat >"$work/fake-dotnet" <<EOF
#!/bin/sh
$fake_dotnet
EOF
installs='while [ $# -gt 0 ]; do [ "$1" = --install-dir ] && dir=$2; shift; done; mkdir -p "$dir" && cp '"$work/fake-dotnet"' "$dir/dotnet" && chmod +x "$dir/dotnet"'
serve() { printf '%s\n' "$1" >"$home/script"; stand_in curl 'while [ $# -gt 0 ]; do [ "$1" = -o ] && out=$2; shift; done; cp '"'$home/script'"' "$out"'; }

machine "an SDK that installs"; serve "$installs"; segue_there; says 0 "ran demo"
[ -x "$home/user/.dotnet/dotnet" ] && pass || miss "$name" "not below the user's home"
machine "an SDK that installs slowly"; serve "echo downloading; sleep 3; $installs"; segue_there; says 0 "installing .NET 10 ... 2 s (downloading)"
machine "another folder to install into"; serve "$installs"; segue_there DOTNET_INSTALL_DIR="$home/sdk"; says 0 "ran demo"
machine "a full disk"; serve 'echo "tar: write error: No space left on device" >&2; exit 1'; segue_there; says 1 "the disk is full; make room"
machine "no rights"; serve 'echo "mkdir: cannot create directory: Permission denied" >&2; exit 1'; segue_there; says 1 "set DOTNET_INSTALL_DIR"
machine "a network that breaks"; serve 'echo "curl: (56) Recv failure: Connection reset" >&2; exit 56'; segue_there; says 1 "there is no way to the network"
machine "an install that says it worked"; serve 'exit 0'; segue_there; says 1 "could not install the .NET SDK"

machine "a build that fails"; stand_in dotnet 'case "$1" in --list-sdks) echo "10.0.100 [/x]" ;; publish) echo "x.cs(1,1): error CS0103: no"; exit 1 ;; esac'
segue_there; says 1 "the build failed"
[ -z "$(ls "$home/tree/.build" 2>/dev/null)" ] && pass || miss "$name" "leaves something in .build"
machine "packages that cannot be fetched"
stand_in dotnet 'case "$1" in --list-sdks) echo "10.0.100 [/x]" ;; publish) echo "error NU1301: Unable to load the service index"; exit 1 ;; esac'
segue_there; says 1 "NuGet's packages cannot be fetched"

machine "a slow build"; stand_in dotnet "case \"\$1\" in publish) echo restoring; sleep 3 ;; esac; $fake_dotnet"; segue_there; says 0 "building ... 2 s (restoring)"

machine "a build that is stopped"; stand_in dotnet "case \"\$1\" in publish) exec sleep 60 ;; esac; $fake_dotnet"; stand_in id 'echo 1000'
env -i PATH="$home/bin:$tools" HOME="$home/user" TMPDIR="$work" sh "$home/tree/segue" demo >"$work/out" 2>&1 &
child=$!; sleep 2; kill -TERM "$child"; code=0; wait "$child" || code=$?
says 143 "building"
[ -z "$(ls "$home/tree/.build" 2>/dev/null)" ] && pass || miss "$name" "leaves something in .build"

machine "the tab key before the first build"; stand_in dotnet "$fake_dotnet"; code=0
env -i PATH="$home/bin:$tools" sh "$home/tree/segue" complete -- da >"$work/out" 2>&1 || code=$?
if [ "$code" = 0 ] && [ ! -s "$work/out" ] && [ ! -e "$home/tree/.build" ]; then pass; else miss "$name" "builds, or says something"; fi

# The real thing: the demo without libicu, without HOME, with git, a shell and coreutils.
name="the demo on a bare machine"
if [ -z "$real_dotnet" ]; then skip "$name" "there is no dotnet here"
elif [ ! -x "$root/.build/segue/segue-cli" ]; then skip "$name" "run ./segue demo first"
elif ! unshare -m true 2>/dev/null && ! unshare -rm true 2>/dev/null; then skip "$name" "no mount namespace may be made here"
else
  flags=-m; unshare -m true 2>/dev/null || flags=-rm
  cat >"$work/bare.sh" <<'EOF'
for library in /lib/*/libicu* /usr/lib/*/libicu* /usr/lib/libicu* /lib64/libicu* /usr/lib64/libicu*; do
  [ -f "$library" ] && mount --bind /dev/null "$library" 2>/dev/null
done
mkdir -p "$BARE/bin"
printf '#!/bin/sh\necho 1000\n' >"$BARE/bin/id"; chmod +x "$BARE/bin/id"
ln -sf "$DOTNET" "$BARE/bin/dotnet"
exec env -i PATH="$BARE/bin:$TOOLS" TMPDIR="$BARE" sh "$ROOT/segue" "$@" --home "$BARE/home"
EOF
  mkdir "$work/bare"
  bare() { code=0; BARE="$work/bare" DOTNET="$real_dotnet" TOOLS="$tools" ROOT="$root" unshare $flags sh "$work/bare.sh" "$@" >"$work/out" 2>&1 || code=$?; }
  bare demo
  if [ "$code" = 0 ] && grep -q "you played" "$work/out" && ! grep -qE '^ +at |ICU' "$work/out"; then pass; else miss "$name" "exit code $code"; fi
  # With and without libicu: the same models.
  "$root/segue" demo --quiet --home "$work/usual" >/dev/null 2>&1
  if [ "$(cat "$work/usual/models/vdb/current")" = "$(cat "$work/bare/home/models/vdb/current")" ]; then pass; else miss "$name" "other models than with libicu"; fi
fi

echo "launcher: $passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
