# The catalog is away: nothing is said, everything waits; a submit is refused after its patience; then all goes on.
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
submit k1 tasks=a:2
>   commit 3 term 1
>     admission k1
commit
>   alice ← Accepted{key "k1", execution 1}
>   broker ← Publish{classes [{id 1}], offers [{item 1.0.0, offer_class 1, group 1}, {item 1.0.1, offer_class 1, group 1}]}
claim w1 items=1.0.0
>   commit 4 term 1
>     claim 1.0.0#1 w1
>     task 1.0 ready [1,1)
>     execution 1 running
commit verdict=unavailable
>   note: catalog: disk full; the batch is tried again until it is committed
wait 40ms
>   nothing
submit k2
>   nothing
explain 1
>   desk ← explained | task 0: 1 claimed: claimed by w1; the catalog is away since 08:00:00 UTC: disk full | task 0: 1 ready: the catalog is away since 08:00:00 UTC: disk full
wait 100ms
>   commit 4 term 1
>     claim 1.0.0#1 w1
>     task 1.0 ready [1,1)
>     execution 1 running
commit verdict=unavailable
>   nothing
wait 10s
>   commit 4 term 1
>     claim 1.0.0#1 w1
>     task 1.0 ready [1,1)
>     execution 1 running
>   alice ← Refused{refused_word 50, reason catalog_unavailable, text "the catalog cannot be written: disk full; submit again, w…", request "k2"}
commit verdict=unknown
>   nothing
status
>   desk ← fleet of 1, catalog away
wait 3s
>   commit 4 term 1
>     claim 1.0.0#1 w1
>     task 1.0 ready [1,1)
>     execution 1 running
commit
>   w1 ← Run{session 5, renewal 1, specs [{execution 1, body {name "a", for_each {source range}, argv ["run-a", "${{ item }}"], lease 1m, interruptions 5, grace 10s}, package "p"}], items [{attempt 1.0.0#1, value "0", id "0"}]}
>   note: catalog: is back
claim w1 items=1.0.1
>   commit 5 term 1
>     claim 1.0.1#1 w1
>     task 1.0 ready [2,2)
commit
>   w1 ← Run{session 5, renewal 1, specs [{execution 1, body {name "a", for_each {source range}, argv ["run-a", "${{ item }}"], lease 1m, interruptions 5, grace 10s}, package "p"}], items [{attempt 1.0.1#1, value "1", id "1"}]}
