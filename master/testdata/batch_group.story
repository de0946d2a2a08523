# A batch has its group for as long as it has executions: what nothing is of any more is forgotten, and named no more.
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
submit k1 tasks=a
>   commit 3 term 1
>     admission k1
commit
>   alice ← Accepted{key "k1", execution 1}
>   broker ← Publish{classes [{id 1}], offers [{item 1.0.0, offer_class 1, group 1}]}
submit k2 tasks=a batch=night
>   commit 4 term 1
>     admission k2
commit
>   alice ← Accepted{key "k2", execution 2}
>   broker ← Publish{offers [{item 2.0.0, offer_class 1, group 4611686018427387904}]}
submit k3 tasks=a batch=night
>   commit 5 term 1
>     admission k3
commit
>   alice ← Accepted{key "k3", execution 3}
>   broker ← Publish{offers [{item 3.0.0, offer_class 1, group 4611686018427387904}]}
claim w1 items=2.0.0,3.0.0
>   commit 6 term 1
>     claim 2.0.0#1 w1
>     claim 3.0.0#1 w1
>     task 2.0 ready [1,1)
>     task 3.0 ready [1,1)
>     execution 2 running
>     execution 3 running
commit
>   w1 ← Run{session 5, renewal 1, specs [{execution 2, body {name "a", argv ["run-a"], lease 1m, interruptions 5, grace 10s}, package "p"}, {execution 3, body {name "a", argv ["run-a"], lease 1m, interruptions 5, grace 10s}, package "p"}], items [{attempt 2.0.0#1}, {spec 1, attempt 3.0.0#1}]}
finished w1 attempts=2.0.0
>   commit 7 term 1
>     end 2.0.0#1 succeeded: item succeeded
>     task 2.0 ready [1,1) 1 succeeded
>     execution 2 succeeded
commit
>   w1 ← Recorded{session 5, ends [2.0.0#1]}
submit k4 tasks=a batch=night
>   commit 8 term 1
>     admission k4
commit
>   alice ← Accepted{key "k4", execution 4}
>   broker ← Publish{offers [{item 4.0.0, offer_class 1, group 4611686018427387904}]}
claim w1 items=4.0.0
>   commit 9 term 1
>     claim 4.0.0#1 w1
>     task 4.0 ready [1,1)
>     execution 4 running
commit
>   w1 ← Run{session 5, renewal 1, specs [{execution 4, body {name "a", argv ["run-a"], lease 1m, interruptions 5, grace 10s}, package "p"}], items [{attempt 4.0.0#1}]}
finished w1 attempts=3.0.0,4.0.0
>   commit 10 term 1
>     end 3.0.0#1 succeeded: item succeeded
>     end 4.0.0#1 succeeded: item succeeded
>     task 3.0 ready [1,1) 1 succeeded
>     task 4.0 ready [1,1) 1 succeeded
>     execution 3 succeeded
>     execution 4 succeeded
commit
>   w1 ← Recorded{session 5, ends [3.0.0#1, 4.0.0#1]}
submit k5 tasks=a batch=night
>   commit 11 term 1
>     admission k5
commit
>   alice ← Accepted{key "k5", execution 5}
>   broker ← Publish{offers [{item 5.0.0, offer_class 1, group 4611686018427387905}]}
