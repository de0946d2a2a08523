# Another master took the shard: all of it is forgotten, who waits is told, and it is not taken back while it is held.
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
submit k1 tasks=a:2 watch
>   commit 3 term 1
>     admission k1
commit
>   alice ← Accepted{key "k1", execution 1}
>   alice ← Changed{request "k1", execution 1, status created, counts {total 2, ready 2}}
>   broker ← Publish{classes [{id 1}], offers [{item 1.0.0, offer_class 1, group 1}, {item 1.0.1, offer_class 1, group 1}]}
submit k2
>   commit 4 term 1
>     admission k2
commit verdict=fenced
>   alice ← Refused{refused_word 50, reason unreachable, text "the shard has another holder; submit again, with the same…", request "k2"}
>   broker ← Holding{}
>   note: shard 0 is lost: its term no longer stands: another master took it
holders holder=m2 term=2
>   nothing
wait 1s
>   nothing
holders term=2
>   nothing
wait 1s
>   nothing
