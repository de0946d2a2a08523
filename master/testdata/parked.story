# Claims wait until their worker is reconciled and has a lease, and are declined beyond the bound.
limits parked=1
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
submit k1 tasks=a:4
>   commit 2 term 1
>     admission k1
commit
>   alice ← Accepted{key "k1", execution 1}
>   broker ← Publish{classes [{id 1}], offers [{item 1.0.0, offer_class 1, group 1}, {item 1.0.1, offer_class 1, group 1}, {item 1.0.2, offer_class 1, group 1}, {item 1.0.3, offer_class 1, group 1}]}
here w1 session=5 connection=10
>   nothing
claim w1 items=1.0.0-1
>   broker ← Declined{claims [{item 1.0.1, worker "w1", session 5, connection 10}]}
>   broker ← Publish{offers [{item 1.0.1, offer_class 1, group 1}]}
inventory w1
>   commit 3 confirms term 1
commit
>   w1 ← Reconciled{session 5, serial 1}
renew w1
>   w1 ← Granted{session 5, renewal 1, lease 1m, grace 10m}
>   commit 4 term 1
>     claim 1.0.0#1 w1
>     task 1.0 ready [1,2)
>     execution 1 running
commit
>   w1 ← Run{session 5, renewal 1, specs [{execution 1, body {name "a", for_each {source range}, argv ["run-a", "${{ item }}"], lease 1m, interruptions 5, grace 10s}, package "p"}], items [{attempt 1.0.0#1, value "0", id "0"}]}
# A new connection: claims of the old one are no more.
here w1 session=5 connection=11
>   nothing
claim w1 items=1.0.2
>   nothing
claim w1 items=1.0.3 connection=10
>   broker ← Declined{claims [{item 1.0.3, worker "w1", session 5, connection 10}]}
>   broker ← Publish{offers [{item 1.0.3, offer_class 1, group 1}]}
gone w1
>   broker ← Publish{offers [{item 1.0.2, offer_class 1, group 1}]}
