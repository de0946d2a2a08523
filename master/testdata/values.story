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
>   commit 3 term 1
>     admission k1
commit
>   alice ← Accepted{key "k1", execution 1}
>   need values 0+2
>   need values 2+2
>   need values 4+1
explain 1
>   desk ← explained | task 0: 5 ready: its items' values are being read
# A read that failed is tried again after a second.
values 1 from=0 count=0
>   nothing
wait 2s
>   need values 0+2
values 1 from=0 count=2
>   broker ← Publish{classes [{id 1}], offers [{item 1.0.0, offer_class 1, group 1}, {item 1.0.1, offer_class 1, group 1}]}
claim w1 items=1.0.0-1
>   commit 4 term 1
>     claim 1.0.0#1 w1
>     claim 1.0.1#1 w1
>     task 1.0 ready [2,2)
>     execution 1 running
commit
>   w1 ← Run{session 5, renewal 1, specs [{execution 1, body {name "a", for_each {source blob}, argv ["run-a"], lease 1m, interruptions 5, grace 10s}, package "p"}], items [{attempt 1.0.0#1, value "v0", id "0"}, {attempt 1.0.1#1, value "v1", id "1"}]}
values 1 from=2 count=2
>   broker ← Publish{offers [{item 1.0.2, offer_class 1, group 1}, {item 1.0.3, offer_class 1, group 1}]}
values 1 from=4 count=1
>   broker ← Publish{offers [{item 1.0.4, offer_class 1, group 1}]}
