# A shard that is lost between Hello and its Welcome: the broker has it from that Hello, and is told behind the Welcome.
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
wait 5s
>   commit 2 confirms term 1
down
>   nothing
up
>   broker ← Hello{session 77, host {name "host", machine_id "A", boot_id "boot"}, build "test", holds [0@1]}
commit verdict=fenced
>   note: shard 0 is lost: its term no longer stands: another master took it
welcome
>   broker ← Holding{}
