# Two shards and two masters: who holds less takes first. After Welcome the second one waits half a second for another master;
# one whose holder goes away before our eyes is taken almost at once, later by one more step for each that is held.
limits shards=2
>   nothing
up
>   broker ← Hello{session 77, host {name "host", machine_id "A", boot_id "boot"}, build "test"}
welcome
>   nothing
wait 200ms
>   take shard 0
adopt shard=0 term=1
>   broker ← Holding{holds [0@1]}
>   commit 1 term 1
>     operation master m1 shard.adopt shard 0
commit
>   nothing
wait 400ms
>   nothing
# The other one came up meanwhile, and took the second shard.
holders holder=1@1/m2
>   nothing
wait 1s
>   nothing
# It dies: its shard is taken a tenth of a second later, because one is held already.
holders holder=1@1/-
>   nothing
wait 50ms
>   nothing
wait 150ms
>   take shard 1
adopt shard=1 term=2
>   broker ← Holding{holds [0@1, 1@2]}
>   commit 2 term 2
>     operation master m1 shard.adopt shard 1
