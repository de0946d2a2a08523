# A key that is known gets its execution again; with another request it is refused. Ended ones are the desk's to tell.
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
here w1 session=5 connection=10
>   nothing
renew w1
>   w1 ← Granted{session 5, renewal 1, lease 1m, grace 10m}
inventory w1
>   commit 2 confirms term 1
commit
>   w1 ← Reconciled{session 5, serial 1}
submit k1 watch
>   commit 3 term 1
>     admission k1
commit key=repeated
>   alice ← Accepted{key "k1", execution 1, repeated true}
>   look up 1
submit k1
>   commit 4 term 1
>     admission k1
commit key=conflict
>   alice ← Refused{refused_word 50, reason conflict, text "key k1 was used for another request; use a new key for a …", request "k1"}
submit k2
>   commit 5 term 1
>     admission k2
submit k2
>   nothing
submit k2 watch
>   nothing
commit
>   alice ← Accepted{key "k2", execution 1}
>   broker ← Publish{classes [{id 1}], offers [{item 1.0.0, offer_class 1, group 1}]}
>   commit 6 term 1
>     admission k2
limits submits=0
>   nothing
