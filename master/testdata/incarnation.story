# A catalog that was restored: a worker of the former one is told the new name, and its Inventory counts for nothing.
up
>   broker ← Hello{session 77, host {name "host", machine_id "A", boot_id "boot"}, build "test"}
welcome
>   nothing
wait 200ms
>   take shard 0
adopt term=5 incarnation=8
>   broker ← Holding{holds [0@5], incarnation 8}
>   commit 1 term 5
>     operation master m1 shard.adopt shard 0
commit
>   nothing
here w1 session=5 connection=10
>   nothing
renew w1 incarnation=7
>   w1 ← Granted{session 5, renewal 1, lease 1m, grace 10m, incarnation 8}
inventory w1 incarnation=7 held=1.0.0
>   nothing
status
>   desk ← fleet of 1 other_incarnation=2
# It comes back as a new session that knows this catalog.
here w1 session=6 connection=11
>   nothing
renew w1 incarnation=8
>   w1 ← Granted{session 6, renewal 1, lease 1m, grace 10m, incarnation 8}
inventory w1 incarnation=8 predecessor=5
>   commit 2 confirms term 5
commit
>   w1 ← Reconciled{session 6, serial 1}
