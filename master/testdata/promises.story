# The smaller of the shard's row and this master's settings is obeyed; the row's is waited for: the former holder may have obeyed it.
limits grace=10s
>   nothing
up
>   broker ← Hello{session 77, host {name "host", machine_id "A", boot_id "boot"}, build "test"}
welcome
>   nothing
wait 200ms
>   take shard 0
adopt term=2 lease=30s grace=10m tasks=a:1:lease=2s low=1 high=1 open=1.0.0#1:w2/9:running
>   broker ← Holding{holds [0@2]}
>   commit 1 term 2
>     operation master m1 shard.adopt shard 0
commit
>   nothing
here w1 session=5 connection=10
>   nothing
renew w1
>   w1 ← Granted{session 5, renewal 1, lease 30s, grace 10s}
explain 1
>   desk ← explained | task 0: 1 running: waiting for worker w2, not heard since this master took over at 08:00:00 UTC; given away at 08:10:17 UTC if it is not heard (argosy worker lost w2 ends the wait)
wait 10m
>   commit 2 confirms term 2
wait 20s
>   broker ← Publish{classes [{id 1}], offers [{item 1.0.0, offer_class 1, group 1}]}
