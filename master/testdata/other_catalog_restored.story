# Another master brings the roster of a restored catalog first, and this one is refused as one that runs on the former. It finds out
# that its own was restored: then nothing is wrong any more, and it takes what nobody holds.
limits shards=2
>   nothing
up
>   broker ← Hello{session 77, host {name "host", machine_id "A", boot_id "boot"}, build "test"}
fleet incarnation=7
>   nothing
welcome
>   broker ← Roster{serial 1, incarnation 7}
wait 200ms
>   take shard 0
other-catalog incarnation=7
>   note: refused: its catalog is another one
adopt shard=0 term=4294967301 incarnation=8
>   broker ← Holding{holds [0@4294967301], incarnation 8}
>   commit 1 term 4294967301
>     operation master m1 shard.adopt shard 0
commit
>   nothing
wait 1s
>   nothing
fleet incarnation=8
>   broker ← Roster{serial 2, incarnation 8}
>   take shard 1
