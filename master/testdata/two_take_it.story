# Two masters take a shard at once. The one whose term fell hears of the higher one, and asks the catalog at once.
up
>   broker ← Hello{session 77, host {name "host", machine_id "A", boot_id "boot"}, build "test"}
welcome
>   nothing
wait 200ms
>   take shard 0
adopt term=1
>   broker ← Holding{holds [0@1]}
>   commit 1 term 1
>     operation master m1 shard.adopt shard 0
commit
>   nothing
holders holder=0@2/m2
>   commit 2 confirms term 1
commit verdict=fenced
>   broker ← Holding{}
>   note: shard 0 is lost: its term no longer stands: another master took it
wait 3s
>   nothing
