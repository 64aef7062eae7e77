#!/bin/bash
# Installs the Ollama release that /etc/segue-ollama.env names and pulls its model. cloud-init runs it once, as root; running it again is safe.
# Nothing is unpacked before its SHA-256 agrees. See `journalctl -u cloud-final` or /var/log/cloud-init-output.log for what it says.
set -euo pipefail

settings=${SEGUE_OLLAMA_SETTINGS:-/etc/segue-ollama.env}
set -a
# shellcheck disable=SC1090
. "$settings"
set +a
url="https://github.com/ollama/ollama/releases/download/v$OLLAMA_VERSION/ollama-linux-$OLLAMA_ARCH.tgz"
local_address="http://127.0.0.1:${OLLAMA_HOST##*:}"

fail() {
  echo "install-ollama: $*" >&2
  exit 1
}

# again TIMES SECONDS COMMAND...: until it works.
again() {
  local times=$1 seconds=$2
  shift 2
  until "$@"; do
    times=$((times - 1))
    [ "$times" -gt 0 ] || return 1
    sleep "$seconds"
  done
}

# Asks the server and not its client, which panics where there is no HOME, as under cloud-init (ollama #8756). Only "success" is success.
pull() {
  local answer
  answer=$(curl --fail-with-body --silent --show-error --max-time 3600 "$local_address/api/pull" --data "{\"model\":\"$OLLAMA_MODEL\",\"stream\":false}") \
    && grep -q '"status":"success"' <<<"$answer" && return
  echo "install-ollama: $answer" >&2
  return 1
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

echo "install-ollama: fetching $url"
curl --fail --silent --show-error --location --proto '=https' --tlsv1.2 --retry 5 --retry-delay 5 --output "$work/ollama.tgz" "$url" \
  || fail "could not fetch $url"
echo "$OLLAMA_SHA256  $work/ollama.tgz" | sha256sum --check --status \
  || fail "the SHA-256 of $url is $(sha256sum "$work/ollama.tgz" | cut -d' ' -f1), but $OLLAMA_SHA256 was expected; nothing was installed"

# The libraries for GPUs are most of the archive, and there is no GPU here.
tar -xzf "$work/ollama.tgz" -C /usr --no-same-owner --exclude='*/cuda_*' --exclude='*/rocm*'

id ollama >/dev/null 2>&1 || useradd --system --user-group --home-dir /var/lib/ollama --create-home --shell /sbin/nologin ollama
systemctl daemon-reload
systemctl enable --now ollama.service

again 60 1 curl --fail --silent --output /dev/null "$local_address/api/version" || fail "Ollama does not answer on $local_address"
echo "install-ollama: pulling $OLLAMA_MODEL"
again 5 10 pull || fail "could not pull $OLLAMA_MODEL"
curl --fail --silent --show-error "$local_address/api/embed" --data "{\"model\":\"$OLLAMA_MODEL\",\"input\":\"ready\"}" | grep -q '"embeddings":\[\[' \
  || fail "$OLLAMA_MODEL gives no embeddings; is it an embedding model?"
echo "install-ollama: $OLLAMA_MODEL is ready"
