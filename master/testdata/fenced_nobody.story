# The term fell to a master that died before it said so: nobody holds the shard, and it is taken back.
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
submit k1
>   commit 2 term 1
>     admission k1
commit verdict=fenced
>   alice ← Refused{refused_word 50, reason unreachable, text "the shard has another holder; submit again, with the same…", request "k1"}
>   broker ← Holding{}
>   note: shard 0 is lost: its term no longer stands: another master took it
wait 1s
>   take shard 0
wait 1s
>   nothing
adopt term=3
>   broker ← Holding{holds [0@3]}
>   commit 3 term 3
>     operation master m1 shard.adopt shard 0
