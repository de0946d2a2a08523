# Each wait has its reason.
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
submit k1 tasks=a:3,b>a workers=w1+w2
>   commit 2 term 1
>     admission k1
commit
>   alice ← Accepted{key "k1", execution 1}
>   broker ← Publish{classes [{id 1, workers ["w1", "w2"]}], offers [{item 1.0.0, offer_class 1, group 1}, {item 1.0.1, offer_class 1, group 1}, {item 1.0.2, offer_class 1, group 1}]}
explain 1
>   desk ← explained | task 0: 3 ready: 0 of 2 allowed workers online: w1, w2 are not known (argosy worker add) | task 1: 1 waiting: waiting for a: 3 of 3 left
here w3 session=7 connection=30
>   nothing
explain 1
>   desk ← explained | task 0: 3 ready: 0 of 2 allowed workers online: w1, w2 are not known (argosy worker add) | task 1: 1 waiting: waiting for a: 3 of 3 left
here w1 session=5 connection=10 cpu=500
>   nothing
explain 1
>   desk ← explained | task 0: 3 ready: needs that no worker online meets: cpu 1 needed, w1 has 0.5 | task 1: 1 waiting: waiting for a: 3 of 3 left
here w1 session=5 connection=10 cpu=2000
>   nothing
explain 1
>   desk ← explained | task 0: 3 ready: all slots are busy: 1 worker could take it | task 1: 1 waiting: waiting for a: 3 of 3 left
renew w1
>   w1 ← Granted{session 5, renewal 1, lease 1m, grace 10m}
inventory w1
>   commit 3 confirms term 1
commit
>   w1 ← Reconciled{session 5, serial 1}
claim w1 items=1.0.0
>   commit 4 term 1
>     claim 1.0.0#1 w1
>     task 1.0 ready [1,1)
>     execution 1 running
explain 1
>   desk ← explained | task 0: 1 claimed: claimed by w1, waiting to start | task 0: 2 ready: all slots are busy: 1 worker could take it | task 1: 1 waiting: waiting for a: 3 of 3 left
commit
>   w1 ← Run{session 5, renewal 1, specs [{execution 1, body {name "a", for_each {source range}, argv ["run-a", "${{ item }}"], lease 1m, interruptions 5, grace 10s}, package "p"}], items [{attempt 1.0.0#1, value "0", id "0"}]}
explain 1
>   desk ← explained | task 0: 1 claimed: claimed by w1, waiting to start | task 0: 2 ready: all slots are busy: 1 worker could take it | task 1: 1 waiting: waiting for a: 3 of 3 left
started w1 attempts=1.0.0
>   commit 5 term 1
>     start 1.0.0#1
explain 1
>   desk ← explained | task 0: 1 running: running on w1 | task 0: 2 ready: all slots are busy: 1 worker could take it | task 1: 1 waiting: waiting for a: 3 of 3 left
