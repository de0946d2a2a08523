#!/usr/bin/env bash
# Runs the program with what people get wrong, and looks at exit status, streams and words. No cluster is needed.
set -u
argosy=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
unset ARGOSY_DIR
export HOME=$folder
cd "$folder" || exit 1
failed=0

# expect STATUS TEXT ARGS…: the exit status, and TEXT somewhere in what it says; nothing on standard output when it fails.
expect() {
  local status=$1 text=$2 said out
  shift 2
  out=$("$argosy" "$@" 2>err </dev/null)
  local got=$?
  said="$out$(cat err)"
  if [[ $got -ne $status || $said != *"$text"* || ($status -ne 0 && -n $out) ]]; then
    echo "FAILED: argosy $*: status $got (wanted $status), said: $said (wanted: $text)"
    failed=1
  fi
}

expect 0 "submit" --help
expect 0 "argosy 0." --version
expect 2 "which verb; see \`argosy --help\`"
expect 2 "which verb; see \`argosy execution --help\`" execution
expect 0 "carrying over" help execution retry
expect 0 "argosy execution retry" help execution retry
expect 2 "no verb 'rtry'" help execution rtry
expect 2 "did you mean show?" execution shw
expect 2 "did you mean execution?" excution list
expect 2 "there is no option --nonsense; see \`argosy execution list --help\`" execution list --nonsense
expect 2 "there is no option --wiat; did you mean --wait?" submit --wiat -- true
expect 2 "unexpected: hi -c (a command stands behind --" submit echo hi -c
expect 2 "did you mean failed?" execution list --status faild
expect 2 "There are waiting,ready" task list last --status open
expect 2 "exclude each other" logs last --stdout --stderr
expect 2 "xml not in" --output xml execution list
expect 2 "no cluster's folder" execution list
expect 2 "no cluster's folder" execution list --dir "$folder/nowhere"
expect 2 "names no execution" execution show x --dir "$folder"
expect 2 "no cluster's folder" submit -- true
expect 2 "say where with --dir" cluster init
expect 2 "--masters: '6' is no whole number from 1 to 5" up --masters 6
expect 2 "--brokers: '0' is no whole number from 1 to 5" up --brokers 0
expect 2 "bash" completion tcsh
expect 0 "complete -F _argosy" completion bash
expect 0 "#compdef argosy" completion zsh
expect 0 "complete -c argosy" completion fish
expect 0 "-l status -x -a 'created running" completion fish
complete_argosy() {  # the words that bash would offer for the last of these
  bash -c 'source <("$0" completion bash); COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _argosy; printf "%s\n" "${COMPREPLY[@]}"' "$argosy" "$@"
}
[[ $(complete_argosy argosy execution list --status fa) == failed ]] || { echo "FAILED: a status is not completed"; failed=1; }
[[ $(complete_argosy argosy status -o j) == json ]] || { echo "FAILED: a format is not completed"; failed=1; }
[[ $(complete_argosy argosy doctor br) == broker ]] || { echo "FAILED: a role is not completed"; failed=1; }
for words in "" submit; do
  [[ -z $(complete_argosy argosy $words - | sort | uniq -d) ]] || { echo "FAILED: completed twice behind '$words'"; failed=1; }
done
expect 0 "heartbeat" broker config
expect 0 "endpoint" master config
expect 0 "capacity" worker config
expect 2 "cannot be read" broker start --config "$folder/none.toml"

expect 0 "$folder/c" cluster init --dir "$folder/c" --endpoint tcp://127.0.0.1:1 -o quiet
expect 2 "already" cluster init --dir "$folder/c"
mkdir "$folder/half" && cp "$folder/c/authority.pem" "$folder/half"
expect 2 "no cluster.toml" cluster init --dir "$folder/half"
cmp -s "$folder/c/authority.pem" "$folder/half/authority.pem" || { echo "FAILED: init wrote over another's certificate"; failed=1; }
expect 2 "is no name" cluster init --dir "$folder/n" --operator "a b"
expect 2 "--name" cluster init --dir "$folder/n" --name 'a"b'
expect 2 "tcp://HOST:PORT" cluster init --dir "$folder/n" --endpoint http://h:1
expect 2 "tcp://HOST:PORT" cluster init --dir "$folder/n" --endpoint tcp://h:99999
expect 2 "tcp://HOST:PORT" cluster init --dir "$folder/n" --listen tcp://h
[[ ! -e $folder/n ]] || { echo "FAILED: something was made of a plan that was refused"; failed=1; }
expect 2 "File name too long" cluster init --dir "$folder/$(printf %0300d 0)"
[[ $(stat -c %a "$folder"/c/keys/*.key | sort -u) == 600 ]] || { echo "FAILED: a key file is not 0600"; failed=1; }
openssl verify -CAfile "$folder/c/authority.pem" -verify_ip 127.0.0.1 "$folder/c/endpoint.pem" >/dev/null || { echo "FAILED: openssl does not believe the endpoint's certificate"; failed=1; }
"$argosy" worker init --dir "$folder/w" -o quiet >key || { echo "FAILED: worker init"; failed=1; }
expect 0 "$(cat key)" worker init --dir "$folder/w"
[[ $(stat -c %a "$folder/w/keys/worker.key") == 600 ]] || { echo "FAILED: a worker's key file is not 0600"; failed=1; }
expect 2 "say where with --dir" worker init
expect 2 "say where with --dir" worker join none.join
expect 2 "none.join" worker join none.join --dir "$folder/w"
expect 2 "no passphrase" worker join "$folder/c/authority.pem" --dir "$folder/w" --passphrase-file -
expect 2 "no first line" worker join "$folder/c/authority.pem" --dir "$folder/w" --passphrase-file /dev/null
head -c 16 /dev/zero | tr '\0' x >pass
expect 1 "not an Argosy bundle" worker join "$folder/c/authority.pem" --dir "$folder/w" --passphrase-file pass
expect 2 "--here makes key" --dir "$folder/c" worker add w9 --here --key aa
expect 2 "--key:" --dir "$folder/c" worker add w9 --key aa
"$argosy" --dir "$folder/c" worker add w9 --key "$(cat "$folder/c/keys/catalog.key")" 2>err && { echo "FAILED: a private key is taken for a public one"; failed=1; }
grep -q "something else, 118 bytes long" err || { echo "FAILED: worker add says $(cat err)"; failed=1; }
expect 2 "c\\x1b[2J/cluster.toml is not there" --dir $'c\e[2J' status
printf "short\n" >short
expect 2 "12 characters" --dir "$folder/c" worker add w9 --passphrase-file short
expect 0 "new.pem" --dir "$folder/c" cluster certificate new.pem --host other.example --days 30
openssl verify -CAfile "$folder/c/authority.pem" -verify_hostname other.example new.pem >/dev/null || { echo "FAILED: openssl does not believe the new certificate"; failed=1; }
openssl verify -CAfile "$folder/c/authority.pem" -verify_ip 127.0.0.1 new.pem >/dev/null || { echo "FAILED: the new certificate lost a name"; failed=1; }
expect 2 "new.pem" --dir "$folder/c" cluster certificate new.pem

# One more master, to go to another host.
expect 0 "$folder/a" cluster init --dir "$folder/a" --endpoint tcp://127.0.0.1:2 --catalog postgresql://db/argosy -o quiet
expect 0 "argosy cluster export FILE --master m2" --dir "$folder/a" master add m2
grep -q "^master m2 $("$argosy" --dir "$folder/a" master add m3 --output json | sed -n 's/.*"key": "\(.*\)".*/\1/p')\$" "$folder/a/roster" && { echo "FAILED: m2 has the key of m3"; failed=1; }
[[ $(grep -c "^master m[123] " "$folder/a/roster") == 3 && $(stat -c %a "$folder/a/keys/master-m2.key" "$folder/a/master-m2.toml" | sort -u) == 600 ]] || { echo "FAILED: what master add made"; failed=1; }
grep -qx 'name = "m2"' "$folder/a/master-m2.toml" && grep -qx 'key = "keys/master-m2.key"' "$folder/a/master-m2.toml" || { echo "FAILED: settings of master add"; failed=1; }
expect 0 "keys/master-m2.key" --dir "$folder/a" cluster export m2.bundle --master m2 --passphrase-file pass
expect 1 "master m2 is there already: $folder/a/master-m2.toml" --dir "$folder/a" master add m2
expect 1 "master m1 is there already: $folder/a/master.toml" --dir "$folder/a" master add m1
expect 1 "is no name of a master" --dir "$folder/a" master add ../m4
rm "$folder/a/keys/master-m3.key" "$folder/a/master-m3.toml"
expect 1 "roster: has master m3 with the key" --dir "$folder/a" master add m3
[[ ! -e $folder/a/master-m3.toml ]] || { echo "FAILED: settings of a master that is not on the roster"; failed=1; }
expect 0 "on this host" --dir "$folder/c" master add m2
expect 1 "this is no cluster's folder" --dir "$folder/w" master add m2

# A second host: what goes along, what does not, and every way in which the bundle is not taken.
h=$folder/h b2=$folder/b2.bundle
expect 0 "$h" cluster init --dir "$h" --endpoint tcp://127.0.0.1:2 --masters 2 --catalog postgresql://db/argosy -o quiet
printf 'another passphrase\n' >pass2
export_b2() { expect 0 "keys/endpoint.key" --dir "$h" cluster export "$b2" --broker b2 --master m2 --operator admin --passphrase-file pass; }
same() { cmp -s "$h/$1" "$folder/s/$1" || { echo "FAILED: $1 is another one on the second host"; failed=1; }; }
expect 2 "--broker NAME" --dir "$h" cluster export "$b2"
expect 2 "names no peer b2" --dir "$h" cluster export "$b2" --broker b2
printf 'peer_listen = "tcp://0.0.0.0:3"\ntakeover_after = "700ms"\n[hooks]\non_activate = ["%s", "up"]\n[[peers]]\nname = "b2"\nendpoint = "tcp://127.0.0.1:4"\n' "$folder/hook" >>"$h/broker.toml"
expect 2 "cannot be reached from another host" --dir "$h" cluster export "$b2" --broker b2
sed -i 's/0\.0\.0\.0:3/127.0.0.1:3/' "$h/broker.toml"
expect 2 "no master m9" --dir "$h" cluster export "$b2" --master m9
expect 2 "one file on one host" --dir "$folder/c" cluster export "$b2" --master m1
expect 2 "12 characters" --dir "$h" cluster export "$b2" --broker b2 --passphrase-file short
export_b2
expect 2 "there already" --dir "$h" cluster export "$b2" --broker b2
[[ $(stat -c %a "$b2") == 600 ]] || { echo "FAILED: a bundle is not 0600"; failed=1; }
grep -q "PRIVATE\|endpoint" "$b2" && { echo "FAILED: a bundle can be read"; failed=1; }
expect 2 "say where with --dir" cluster import "$b2"
expect 1 "wrong passphrase" cluster import "$b2" --dir "$folder/s" --passphrase-file pass2
head -c 2000 "$b2" >cut
expect 1 "END line is missing" cluster import cut --dir "$folder/s" --passphrase-file pass
sed '5s/^./-/' "$b2" >changed
expect 1 "was changed" cluster import changed --dir "$folder/s" --passphrase-file pass
expect 1 "another cluster" cluster import "$b2" --dir "$folder/c" --passphrase-file pass
expect 1 "nothing to renew" cluster import "$b2" --dir "$folder/s" --passphrase-file pass --renew
expect 1 "worker join" worker join "$b2" --dir "$folder/s" --passphrase-file pass
[[ ! -e $folder/s ]] || { echo "FAILED: a bundle that was refused left something"; failed=1; }
expect 0 "fingerprint" cluster import "$b2" --dir "$folder/s" --passphrase-file pass
[[ ! -e $b2 ]] || { echo "FAILED: a used bundle is still there"; failed=1; }
[[ $(stat -c %a "$folder/s" "$folder"/s/keys/*.key "$folder/s/master-m2.toml" | sort -u | tr '\n' ' ') == "600 700 " ]] || { echo "FAILED: modes of what was imported"; failed=1; }
[[ $(cd "$folder/s/keys" && echo *) == "catalog.key endpoint.key master-m2.key operator-admin.key" ]] || { echo "FAILED: the second host's keys are others"; failed=1; }
for file in authority.pem endpoint.pem roster catalog.pub cluster.toml master-m2.toml keys/endpoint.key keys/catalog.key; do same "$file"; done
for line in 'name = "b2"' 'peer_listen = "tcp://127.0.0.1:4"' 'takeover_after = "700ms"' 'name = "b1"' 'endpoint = "tcp://127.0.0.1:3"'; do
  grep -qxF "$line" "$folder/s/broker.toml" || { echo "FAILED: the second broker's settings lack $line"; failed=1; }
done
doctor() { "$argosy" --output json --dir "$folder/c" doctor "$@" >said; }
told_of() { [[ $(grep -o '"settings [^"]*/[^/"]*' said | sed 's,.*/,,' | tr '\n' ' ') == "$1" ]] || { echo "FAILED: doctor looked at other files than $1: $(cat said)"; failed=1; }; }
doctor worker
told_of "worker-w1.toml worker-w2.toml "
doctor worker --name w1
told_of "worker-w1.toml "
doctor worker --name w9 && { echo "FAILED: a worker's settings that are not there are no trouble"; failed=1; }
told_of "worker-w9.toml "
expect 2 "--name" --dir "$folder/c" doctor --name w1
"$argosy" --dir "$folder/s" doctor broker >said
[[ $? == 1 ]] && grep -qF "$folder/hook: is not there" said && grep -q "^wrong *peer b1" said || { echo "FAILED: doctor broker says $(cat said)"; failed=1; }

# Again: another certificate for the same key. What was changed by hand stays; whoever expects the former one does not start.
export_b2
expect 1 "--renew" cluster import "$b2" --dir "$folder/s" --passphrase-file pass
"$argosy" --dir "$h" cluster certificate renewed.pem --host b.example -o quiet >/dev/null && cp renewed.pem "$h/endpoint.pem"
fingerprint() { openssl x509 -in "$1" -noout -fingerprint -sha256 | cut -d= -f2 | tr -d : | tr A-F a-f; }
old=$(fingerprint "$folder/s/endpoint.pem") new=$(fingerprint renewed.pem)
cp "$folder/s/endpoint.pem" former.pem
cp renewed.pem "$folder/s/endpoint.pem"
expect 1 "its fingerprint is $new, that of the cluster is $old" --dir "$folder/s" broker start
cp former.pem "$folder/s/endpoint.pem"
rm "$b2"
export_b2
sed -i 's/700ms/900ms/' "$folder/s/broker.toml"
expect 0 "$new" cluster import "$b2" --dir "$folder/s" --passphrase-file pass --renew
same endpoint.pem
grep -qxF "fingerprint = \"$new\"" "$folder/s/broker.toml" && grep -qxF 'takeover_after = "900ms"' "$folder/s/broker.toml" || { echo "FAILED: settings after a renewal"; failed=1; }
# A standby with another cluster's key, as `cluster init` on its own host would make it.
cp "$folder/c/endpoint.pem" "$folder/s/endpoint.pem"
cp "$folder/c/keys/endpoint.key" "$folder/s/keys/endpoint.key"
expect 1 "its fingerprint is $(fingerprint "$folder/c/endpoint.pem"), that of the cluster is $new" --dir "$folder/s" broker start
cp renewed.pem "$folder/s/endpoint.pem"
expect 1 "does not carry the key" --dir "$folder/s" broker start
expect 2 "none.pem" --dir "$folder/c" catalog set-endpoint tcp://h:1 --certificate none.pem
expect 75 "nobody listens" status --dir "$folder/c" --patience 0.5
: >"$folder/c/run/up.lock"  # of an `up` that was once
expect 75 "argosy up --dir $folder/c" status --dir "$folder/c" --patience 0.5
rm "$folder/c/run/up.lock"
expect 75 "nobody listens" --output json --patience 0.5 --dir "$folder/c" execution list
expect 2 "exclude each other" --dir "$folder/c" submit --array 1-2 --each-line f -- true
expect 2 "no range" --dir "$folder/c" submit --array 5-1 -- true
mkfifo gate
"$argosy" worker join "$folder/c/authority.pem" --dir "$folder/w" --passphrase-file gate >&- 2>&- &
exec 9>gate  # comes back when it reads there
[[ $(readlink "/proc/$!/fd/1" "/proc/$!/fd/2" | sort -u) == /dev/null ]] || { echo "FAILED: a file takes the place of an output that was closed"; failed=1; }
exec 9>&-
wait $!
"$argosy" master config >/dev/full 2>err && { echo "FAILED: output that cannot be written goes unnoticed"; failed=1; }
expect 2 "it is empty" --dir "$folder/c" submit --array "" -- true
expect 2 "it is empty" --dir "$folder/c" submit --each-line "" -- true
expect 2 "is no name" --dir "$folder/c" worker add ../w
for given in -1 x 1.5 1e3 010 0x1 1k 99999999999999999999; do
  for verb in "execution list" "operation list" "task list 1"; do
    expect 2 "argosy: --limit: '$given' is no whole number from 0 to 1000000000; see" --dir "$folder/c" $verb --limit $given
  done
  expect 2 "'$given' is no whole number from 1 to 4294967295" --dir "$folder/c" logs 1 --attempt $given
  expect 2 "'$given' is no whole number from 0 to 36500" --dir "$folder/c" catalog clean --older-than-days $given
  expect 2 "'$given' is no whole number from 1 to 9223372036854775807" --dir "$folder/c" catalog verify --execution $given
done
for given in -1 x 1.5; do expect 2 "'$given' is no whole number from 0 to 65535" up --port $given; done
for given in -1 x 0 nan; do expect 2 "'$given' is no number from 0.1 to 86400" --dir "$folder/c" status --patience $given; done
expect 2 "'x\\x1b[2J' is no" --dir "$folder/c" execution list --limit $'x\e[2J'
expect 2 "gpu=1" --dir "$folder/c" submit --resources gpu=1 -- true
expect 2 "no command" --dir "$folder/c" submit --
expect 2 "not both" --dir "$folder/c" submit load -- true
expect 2 "never stands on the command line" --dir "$folder/c" environment set demo/e P=x --sensitive
expect 1 "ever up" down --dir "$folder/c"
expect 0 "$folder/e" cluster init --dir "$folder/e" --endpoint tcp://127.0.0.1:2 --workers 1 -o quiet
cp "$folder/e/roster" roster
for line in "master m1" "operator admin"; do
  grep -v "^$line" roster >"$folder/e/roster"
  expect 2 "$folder/e/roster: has no line for a key that takes part here; add: $(grep "^$line" roster)" up --dir "$folder/e"
done
: >"$folder/e/roster"
expect 2 "add: $(grep "^master" roster)" up --dir "$folder/e"
sed '/^master/s/$/ disabled/' roster >"$folder/e/roster"
expect 2 "is master m1, disabled, in it" up --dir "$folder/e"
head -c 100 "$folder/e/keys/catalog.key" >"$folder/e/roster"
expect 2 "$folder/e/roster:1: unknown role" up --dir "$folder/e"
expect 0 "$folder/d" cluster init --dir "$folder/d" --endpoint tcp://h:1 --listen tcp://0.0.0.0:1 -o quiet
expect 2 "127.0.0.1 alone" up --dir "$folder/d" --brokers 2
expect 2 "leave --port out" up --dir "$folder/c" --port 9
for file in cluster broker master; do  # the last one is a role's own word
  cp -r "$folder/c" "$folder/typo" && sed -i '1i nane = "x"' "$folder/typo/$file.toml"
  sed -i "s/127.0.0.1:1\"/127.0.0.1:$((20000 + RANDOM % 10000))\"/" "$folder"/typo/*.toml
  expect 2 "$file.toml:1: unknown key nane" up --dir "$folder/typo" --background
  rm -r "$folder/typo"
done
chmod 644 "$folder/c/keys/operator-admin.key"
expect 2 "0644" status --dir "$folder/c"
echo 'version: 9' > argosy.yaml
expect 2 "argosy.yaml:1:" project validate argosy.yaml
[[ -n $(tail -1 err) ]] || { echo "FAILED: an empty line behind what is wrong with a manifest"; failed=1; }
"$argosy" -o json project validate argosy.yaml 2>err | grep -q '"valid": false' || { echo "FAILED: validate prints no document"; failed=1; }
"$argosy" -o json worker config | grep -q '"toml": "' || { echo "FAILED: config prints no document"; failed=1; }
echo 'slotz = 1' > broken.toml
expect 2 "broken.toml:1: unknown key slotz" broker start --config broken.toml

exit $failed
