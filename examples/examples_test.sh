#!/bin/sh
# Runs the scripts of the examples by hand, without a cluster: on a small made-up Debian system, and on nightly's own data.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
scratch=$(mktemp -d "${TMPDIR:-/tmp}/examples.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
fail() { echo "FAILED: $*" >&2; exit 1; }

# -- debian-audit: a root with a diversion, an edited configuration file, an altered, a missing and an excluded file.
root=$scratch/root
info=$root/var/lib/dpkg/info
mkdir -p "$info" "$root/usr/bin" "$root/usr/share/doc/tool" "$root/etc/dpkg/dpkg.cfg.d" "$root/usr/lib"
printf 'tool' > "$root/usr/bin/tool"
printf 'other tool' > "$root/usr/bin/shared.orig"
printf 'wrapper' > "$root/usr/bin/shared"
printf 'odd' > "$root/usr/lib/a\\x2db"
printf 'edited' > "$root/etc/tool.conf"
printf 'notes' > "$scratch/notes"
sum() { printf '%s  %s\n' "$(md5sum < "$1" | cut -c 1-32)" "$2"; }
{ sum "$root/usr/bin/tool" usr/bin/tool
  sum "$root/usr/bin/shared.orig" usr/bin/shared
  sum "$root/usr/lib/a\\x2db" 'usr/lib/a\x2db'
  sum "$scratch/notes" usr/share/doc/tool/notes
  sum "$scratch/notes" etc/tool.conf; } > "$info/tool:amd64.md5sums"
echo /etc/tool.conf > "$info/tool:amd64.conffiles"
sum "$root/usr/bin/shared" usr/bin/shared > "$info/wrapper.md5sums"
{ sum "$scratch/notes" usr/bin/tool; sum "$scratch/notes" 'usr/lib/a\x2db'; sum "$scratch/notes" usr/bin/gone; } > "$info/broken.md5sums"
: > "$info/empty.md5sums"
printf '/usr/bin/shared\n/usr/bin/shared.orig\nwrapper\n' > "$root/var/lib/dpkg/diversions"
printf '# slim\npath-exclude /usr/share/doc/*\npath-include=/usr/share/doc/*/copyright\n' > "$root/etc/dpkg/dpkg.cfg.d/slim"

audit=$here/debian-audit
work=$scratch/work
mkdir -p "$work/results"
echo stale > "$work/results/old.result"
"$audit/prepare" "$work"
[ -z "$(ls "$work/results")" ] || fail "prepare left results of an earlier audit"
if "$audit/prepare" relative/path 2> "$scratch/said"; then fail "prepare took a relative path"; fi
for package in tool:amd64 wrapper broken; do "$audit/audit-package" "$package" "$work" "$root" >> "$scratch/log"; done
if "$audit/audit-package" absent "$work" "$root" 2> "$scratch/said"; then fail "an absent package was audited"; fi
cat > "$scratch/expected" <<'END'
tool:amd64: 3 ok, 0 altered, 0 missing, 0 unreadable, 2 left out
wrapper: 1 ok, 0 altered, 0 missing, 0 unreadable, 0 left out
broken: 0 ok, 2 altered, 1 missing, 0 unreadable, 0 left out
  altered /usr/bin/tool
  altered /usr/lib/a\x2db
  missing /usr/bin/gone
END
diff -u "$scratch/expected" "$scratch/log" || fail "the audit's log is another one"
ARGOSY_OUTPUT=$scratch/output "$audit/report" "$work" "$root" > "$scratch/report"
for line in '  empty  not audited' '  /usr/bin/tool  (broken)' '  /usr/bin/gone  (broken)' \
  '3 of 4 packages audited, 7 files: 4 ok, 2 altered, 1 missing, 0 unreadable (2 left out).'; do
  grep -qF -- "$line" "$scratch/report" || { cat "$scratch/report"; fail "the report lacks: $line"; }
done
[ "$(cat "$scratch/output")" = "altered=2
missing=1" ] || fail "the report's output is another one"

# Many altered files of a package: the last changed are shown, report.txt names all.
for n in 1 2 3 4 5 6; do
  echo "$n" > "$root/usr/lib/old$n"
  sum "$scratch/notes" "usr/lib/old$n" >> "$info/broken.md5sums"
done
until [ "$(stat -c %Z "$root/usr/lib/old6")" -gt "$(stat -c %Z "$root/usr/lib/old5")" ]; do  # a later second
  echo on purpose > "$root/usr/lib/old6"
done
"$audit/audit-package" broken "$work" "$root" > "$scratch/log"
"$audit/report" "$work" "$root" > "$scratch/report"
for line in '  /usr/lib/old6  (broken)' '  ... and 5 more  (broken)' "Every file is named in $work/report.txt"; do
  grep -qF -- "$line" "$scratch/report" || { cat "$scratch/report"; fail "the short report lacks: $line"; }
done
[ "$(grep -c '^  /usr/lib/old' "$work/report.txt")" = 6 ] || fail "report.txt does not name every file"

# -- nightly: twice, since a load may be repeated.
if command -v sqlite3 > /dev/null; then
  mkdir "$scratch/fresh"
  ln -s "$here/nightly/"* "$scratch/fresh/"
  cd "$scratch/fresh"
  for round in 1 2; do
    while read -r table; do ./extract "$table" 2026-11-21 "$scratch/nightly"; done < tables.txt
    ARGOSY_OUTPUT=$scratch/nightly.output ./load 2026-11-21 "$scratch/nightly"
    [ "$(tail -n 1 "$scratch/nightly.output")" = orders=120 ] || fail "load $round tells another number"
  done
  [ "$(sqlite3 "$scratch/nightly/warehouse.db" 'select count(*) from orders')" = 120 ] || fail "another number of orders"
  [ "$(sqlite3 "$scratch/nightly/warehouse.db" < sql/lost.sql)" = 0 ] || fail "orders without customer or product"
fi
echo "examples: all as expected"
