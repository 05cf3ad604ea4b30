#!/bin/sh
# Writes forewarn.pot anew from the plug-in's files. Needs gettext. `--check` only says whether it is out of date.
set -eu
cd "$(dirname "$0")/.."
new=$(mktemp)
trap 'rm -f "$new"' EXIT

extract() { # LANGUAGE FILES…: xgettext knows no `--language` for two
	language=$1
	shift
	xgettext --language="$language" --from-code=UTF-8 --no-location --sort-output --join-existing --omit-header \
		--add-comments=translators: --output="$new" \
		--keyword=__ --keyword=_e --keyword=_n:1,2 --keyword=_x:1,2c \
		--keyword=esc_html__ --keyword=esc_html_e --keyword=esc_attr__ --keyword=esc_attr_e "$@"
}

cat > "$new" <<'HEAD'
msgid ""
msgstr ""
"Project-Id-Version: Forewarn 0.1.0\n"
"MIME-Version: 1.0\n"
"Content-Type: text/plain; charset=UTF-8\n"
"Content-Transfer-Encoding: 8bit\n"
"Plural-Forms: nplurals=INTEGER; plural=EXPRESSION;\n"
"X-Domain: forewarn\n"
HEAD
extract PHP forewarn.php includes/*.php templates/*.php
extract JavaScript assets/*.js

if [ "${1:-}" = --check ]; then
	diff "$new" languages/forewarn.pot
else
	cp "$new" languages/forewarn.pot
fi
