# An orderly stop: what is in flight is finished, then the shard is given back.
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
submit k1
>   commit 3 term 1
>     admission k1
submit k2
>   nothing
stop
>   nothing
submit k3
>   alice ← Refused{refused_word 50, reason unreachable, text "this master is stopping: another one is about to take sha…", request "k3"}
commit
>   alice ← Accepted{key "k1", execution 1}
>   commit 4 term 1
>     admission k2
commit
>   alice ← Accepted{key "k2", execution 2}
>   broker ← Holding{}
>   broker ← Bye{why "stopping"}
>   over
