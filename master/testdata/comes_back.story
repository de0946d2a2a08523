# After Welcome a holder that is not there yet is given time to come back, thrice as long if it was known: its connection only broke.
up
>   broker ← Hello{session 77, host {name "host", machine_id "A", boot_id "boot"}, build "test"}
welcome holder=m2 term=3
>   nothing
down
>   nothing
up
>   broker ← Hello{session 77, host {name "host", machine_id "A", boot_id "boot"}, build "test"}
welcome connection=2
>   nothing
wait 500ms
>   nothing
holders holder=m2 term=3
>   nothing
wait 1s
>   nothing
holders holder=0@3/-
>   nothing
wait 40ms
>   take shard 0
# The take fails: tried again half a second later, unless somebody else has it by then.
take-failed
>   note: shard 0 could not be taken: disk full; tried again
wait 400ms
>   nothing
wait 100ms
>   take shard 0
take-failed
>   note: shard 0 could not be taken: disk full; tried again
holders holder=m3 term=5
>   nothing
wait 5s
>   nothing
