# The values of a blob are read before its items are offered.
limits chunk=2
>   nothing
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
submit k1 tasks=a:blob=5
>   not admitted: packages.p.tasks.a.for_each: 1 bytes cannot hold the items; at most 1 GiB is allowed
commit
>   nothing is in flight
explain 1
>   desk ← explained
values 1 from=0 count=2
>   nothing
claim w1 items=1.0.0-1
>   broker ← Declined{claims [{item 1.0.0, worker "w1", session 5, connection 10}, {item 1.0.1, worker "w1", session 5, connection 10}]}
commit
>   nothing is in flight
values 1 from=2 count=2
>   nothing
values 1 from=4 count=1
>   nothing
