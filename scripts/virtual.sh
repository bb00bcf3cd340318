#!/usr/bin/env bash
# virtual.sh BIN_DIR: opens the app under a virtual display, page by page, and keeps a picture of each.
# Called by ./run where there is no display; WEIR_HOME is set and the cluster runs.
set -euo pipefail
BIN=$1
PICTURES=$WEIR_HOME/pictures
mkdir -p "$PICTURES"
PAGES=("clusters:/clusters" "overview:/c/local" "topics:/c/local/topics" "messages:/c/local/topics/shop.orders/messages" "groups:/c/local/groups" "group:/c/local/groups/shop-analytics" "brokers:/c/local/brokers")

# The wait for a page: the window is painted when the picture has many colours.
PAINTED_COLOURS=60
PAINT_TRIES=60

DISPLAY_FILE=$(mktemp)
Xvfb -displayfd 3 -screen 0 1360x860x24 -nolisten tcp 3>"$DISPLAY_FILE" 2>/dev/null &
XVFB=$!
trap 'kill "$APP" "$XVFB" 2>/dev/null || true; rm -f "$DISPLAY_FILE"' EXIT
APP=$XVFB
for _ in $(seq 100); do [ -s "$DISPLAY_FILE" ] && break; sleep 0.1; done
[ -s "$DISPLAY_FILE" ] || { echo "error: the virtual display did not start: install the package xvfb" >&2; exit 1; }
export DISPLAY=:$(cat "$DISPLAY_FILE")

picture() {
  local colours=0
  for _ in $(seq "$PAINT_TRIES"); do
    sleep 0.5
    kill -0 "$APP" 2>/dev/null || { echo "error: the window ended by itself; its log is in $WEIR_HOME/logs" >&2; return 1; }
    import -window root "$PICTURES/$1.png"
    colours=$(identify -format '%k' "$PICTURES/$1.png")
    [ "$colours" -ge "$PAINTED_COLOURS" ] && break
  done
  [ "$colours" -ge "$PAINTED_COLOURS" ] || { echo "error: the page $1 stayed blank" >&2; return 1; }
  sleep 2
  import -window root "$PICTURES/$1.png"
  echo "  $PICTURES/$1.png"
}

echo "No display here: the app opens under a virtual one ($DISPLAY). Pictures:"
for page in "${PAGES[@]}"; do
  "$BIN/weir-desktop" --open "${page#*:}" &
  APP=$!
  picture "${page%%:*}"
  kill "$APP"
  wait "$APP" 2>/dev/null || true
done
echo
echo "The cluster goes on running; any Kafka client can use it:"
"$BIN/weir" cluster show local
echo "Stop it with:  WEIR_HOME=$WEIR_HOME $BIN/weir cluster stop local"
