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
expect 2 "subcommand" 
expect 2 "did you mean show?" execution shw
expect 2 "did you mean execution?" excution list
expect 2 "--nonsense" execution list --nonsense
expect 2 "xml not in" --output xml execution list
expect 2 "no cluster's folder" execution list
expect 2 "no cluster's folder" execution list --dir "$folder/nowhere"
expect 2 "names no execution" execution show x --dir "$folder"
expect 2 "no cluster's folder" submit -- true
expect 2 "say where with --dir" cluster init
expect 2 "not in range 1 to 5" up --masters 6
expect 2 "not in range 1 to 5" up --brokers 0
expect 2 "bash" completion tcsh
expect 0 "complete -F _argosy" completion bash
expect 0 "#compdef argosy" completion zsh
expect 0 "complete -c argosy" completion fish
expect 0 "heartbeat" broker config
expect 0 "endpoint" master config
expect 0 "capacity" worker config
expect 2 "cannot be read" broker start --config "$folder/none.toml"

expect 0 "$folder/c" cluster init --dir "$folder/c" --endpoint tcp://127.0.0.1:1 -o quiet
expect 1 "already" cluster init --dir "$folder/c"
mkdir "$folder/half" && cp "$folder/c/authority.pem" "$folder/half"
expect 1 "no cluster.toml" cluster init --dir "$folder/half"
cmp -s "$folder/c/authority.pem" "$folder/half/authority.pem" || { echo "FAILED: init wrote over another's certificate"; failed=1; }
expect 1 "is no name" cluster init --dir "$folder/n" --operator "a b"
expect 1 "--name" cluster init --dir "$folder/n" --name 'a"b'
expect 1 "tcp://HOST:PORT" cluster init --dir "$folder/n" --endpoint http://h:1
expect 1 "tcp://HOST:PORT" cluster init --dir "$folder/n" --endpoint tcp://h:99999
expect 1 "tcp://HOST:PORT" cluster init --dir "$folder/n" --listen tcp://h
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
printf "short\n" >short
expect 2 "12 characters" --dir "$folder/c" worker add w9 --passphrase-file short
expect 0 "new.pem" --dir "$folder/c" cluster certificate new.pem --host other.example --days 30
openssl verify -CAfile "$folder/c/authority.pem" -verify_hostname other.example new.pem >/dev/null || { echo "FAILED: openssl does not believe the new certificate"; failed=1; }
openssl verify -CAfile "$folder/c/authority.pem" -verify_ip 127.0.0.1 new.pem >/dev/null || { echo "FAILED: the new certificate lost a name"; failed=1; }
expect 1 "new.pem" --dir "$folder/c" cluster certificate new.pem
expect 2 "none.pem" --dir "$folder/c" catalog set-endpoint tcp://h:1 --certificate none.pem
expect 75 "nobody listens" status --dir "$folder/c" --patience 0.5
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
expect 2 "--limit" --dir "$folder/c" execution list --limit -1
expect 2 "gpu=1" --dir "$folder/c" submit --resources gpu=1 -- true
expect 2 "no command" --dir "$folder/c" submit --
expect 2 "not both" --dir "$folder/c" submit load -- true
expect 2 "never stands on the command line" --dir "$folder/c" environment set demo/e P=x --sensitive
expect 1 "ever up" down --dir "$folder/c"
expect 0 "$folder/d" cluster init --dir "$folder/d" --endpoint tcp://h:1 --listen tcp://0.0.0.0:1 -o quiet
expect 1 "127.0.0.1 alone" up --dir "$folder/d" --brokers 2
chmod 644 "$folder/c/keys/operator-admin.key"
expect 2 "0644" status --dir "$folder/c"
echo 'version: 9' > argosy.yaml
expect 2 "argosy.yaml:1:" project validate argosy.yaml
echo 'slotz = 1' > broken.toml
expect 2 "broken.toml:1: unknown key slotz" broker start --config broken.toml

exit $failed
