# A new broker's epoch goes into the trail of operations, told by the holder of the first shard.
up
>   broker ← Hello{session 77, host {name "host", machine_id "A", boot_id "boot"}, build "test"}
welcome
>   nothing
adopt
>   broker ← Holding{holds [0@1]}
>   commit 1 term 1
>     operation master m1 shard.adopt shard 0
commit
>   nothing
down
>   nothing
up
>   broker ← Hello{session 77, host {name "host", machine_id "A", boot_id "boot"}, build "test", holds [0@1]}
welcome connection=2 epoch=2 broker=b2
>   commit 2 term 1
>     operation broker b2 broker.serve broker b2
commit
>   nothing
down
>   nothing
up
>   broker ← Hello{session 77, host {name "host", machine_id "A", boot_id "boot"}, build "test", holds [0@1]}
welcome connection=3
>   nothing
wait 1s
>   nothing
