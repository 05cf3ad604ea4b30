#!/usr/bin/env bash
# Ask Forewarn with curl and jq.
#
#   curl.sh classify ARTICLE [ANSWER]
#       ARTICLE is HTML (*.html), plain text (*.txt), or JSON as for POST /v1/classify.
#       Prints one line, keeps the whole answer in the file ANSWER. Exit status 0 whatever
#       happens: publishing goes on, and the line says 'not checked, because ...'.
#   curl.sh decide ANSWER ARTICLE_ID ACTION SUBJECT SUBJECT_ID EDITOR NAME
#       Stores what an editor did (accept, reject, edit or add; a note, check or label).
#       NAME is yours: sent again with it, it is stored once. Exit status 1: not stored.
#
# FOREWARN_URL is the server, FOREWARN_KEY the key, FOREWARN_SECONDS what it all may take.
set -uo pipefail

url=${FOREWARN_URL:-http://127.0.0.1:8000}
seconds=${FOREWARN_SECONDS:-3}

usage() {
    sed -n '2,/^set/s/^# \{0,1\}//p' "$0" >&2
    exit 2
}

# post PATH SENT GOT HEADER...: prints the status, 000 where no answer came.
post() {
    local path=$1 sent=$2 got=$3 header
    shift 3
    local options=(--silent --output "$got" --write-out '%{http_code}' --data-binary "@$sent"
        --connect-timeout 1 --max-time "$seconds" --header 'Content-Type: application/json')
    for header in "$@"; do
        options+=(--header "$header")
    done
    # By a pipe: arguments are in the list of processes, for anybody to read.
    if [ -n "${FOREWARN_KEY:-}" ]; then
        curl "${options[@]}" --header @<(printf 'Authorization: Bearer %s\n' "$FOREWARN_KEY") \
            "${url%/}$path"
    else
        curl "${options[@]}" "${url%/}$path"
    fi
}

# why STATUS ERROR GOT: continues 'because'.
why() {
    case $2 in
        0)
            local told
            told=$(jq -r '.detail | strings' "$3" 2>/dev/null)
            if [ -n "$told" ]; then
                echo "Forewarn answered $1: $told"
            else
                echo "what answered is not Forewarn (status $1)"
            fi ;;
        6 | 7) echo 'Forewarn cannot be reached' ;;
        28) echo "no answer came from Forewarn within $seconds s" ;;
        *) echo "the connection to Forewarn broke (curl $2)" ;;
    esac
}

classify() {
    local article=$1 status error line
    case $article in
        *.html) jq -Rs '{body: ., body_format: "html"}' "$article" >"$work/sent" 2>/dev/null ;;
        *.txt) jq -Rs '{body: ., body_format: "text"}' "$article" >"$work/sent" 2>/dev/null ;;
        *) cp -- "$article" "$work/sent" 2>/dev/null ;;
    esac || { echo 'not checked, because the file cannot be read'; return; }
    # Forewarn gets a little less time than curl: what it says is better than silence.
    local deadline
    deadline=$(jq -n --arg s "$seconds" '$s | tonumber * 800 | floor')
    status=$(post /v1/classify "$work/sent" "$work/got" "X-Deadline-Ms: $deadline")
    error=$?
    if [ "$error" = 0 ] && [ "$status" = 200 ] && line=$(tell "$work/got") && [ -n "$line" ]; then
        echo "$line"
        if [ -n "${2:-}" ]; then cp -- "$work/got" "$2"; fi
    else
        echo "not checked, because $(why "$status" "$error" "$work/got")"
    fi
}

tell() {
    jq -r '
        if .verdict == "not_checked" then "not checked, because Forewarn says: \(.reason.message)"
        elif .verdict == "flagged" or .verdict == "clear" then
            "\(.verdict): " + ([.labels | to_entries[] | "\(.key) \(.value.severity)"] | join(", "))
        else empty end' "$1" 2>/dev/null
}

decide() {
    local status error
    jq --arg article_id "$2" --arg action "$3" --arg subject "$4" --arg subject_id "$5" \
        --arg editor "$6" '{$article_id, $action, $subject, $subject_id, $editor,
            content_hash, versions}' "$1" >"$work/sent" || exit 2
    status=$(post /v1/decisions "$work/sent" "$work/got" "Idempotency-Key: $7")
    error=$?
    if [ "$error" = 0 ] && { [ "$status" = 201 ] || [ "$status" = 200 ]; }; then
        echo 'stored'
    else
        echo "not stored, because $(why "$status" "$error" "$work/got")"
        exit 1
    fi
}

if ! { command -v curl && command -v jq; } >/dev/null; then
    echo 'not checked, because curl or jq is not installed'
    [ "${1:-}" = classify ]
    exit
fi
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
case "${1:-} $#" in
    'classify 2' | 'classify 3') classify "${@:2}" ;;
    'decide 8') decide "${@:2}" ;;
    *) usage ;;
esac
