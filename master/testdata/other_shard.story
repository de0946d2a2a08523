# What belongs to another master's shard is answered with its name, or with patience while nobody holds it.
limits shards=2
>   nothing
up
>   broker ← Hello{session 77, host {name "host", machine_id "A", boot_id "boot"}, build "test"}
welcome holder=1@4/m2
>   nothing
wait 200ms
>   take shard 0
adopt shard=0 term=1
>   broker ← Holding{holds [0@1]}
>   commit 1 term 1
>     operation master m1 shard.adopt shard 0
commit
>   nothing
submit k1 shard=1
>   alice ← Refused{refused_word 50, reason other_shard, text "shard 1 is held by master m2", request "k1", shard 1}
explain 9 shard=1
>   desk ← refused other_shard: shard 1 is held by master m2
cancel 9 shard=1
>   desk ← canceled elsewhere: shard 1
holders holder=1@4/-
>   nothing
submit k1 shard=1
>   alice ← Refused{refused_word 50, reason unreachable, text "no master holds shard 1 now: one is about to take it; ask…", request "k1", shard 1}
explain 9 shard=1
>   desk ← refused unreachable: no master holds shard 1 now: one is about to take it; ask again
watch 9
>   look up 9
