# An Inventory that lacks an attempt may have crossed its Run. Canceled meanwhile, it is not ended as never started: it may run.
# It is told Run again and Stop, and ends as the worker says, with its log.
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
claim w1 items=1.0.0
>   commit 4 term 1
>     claim 1.0.0#1 w1
>     task 1.0 ready [1,1)
>     execution 1 running
commit
>   w1 ← Run{session 5, renewal 1, specs [{execution 1, body {name "a", argv ["run-a"], lease 1m, interruptions 5, grace 10s}, package "p"}], items [{attempt 1.0.0#1}]}
inventory w1
>   commit 5 confirms term 1
cancel 1
>   nothing
commit
>   w1 ← Run{session 5, renewal 1, specs [{execution 1, body {name "a", argv ["run-a"], lease 1m, interruptions 5, grace 10s}, package "p"}], items [{attempt 1.0.0#1}]}
>   w1 ← Stop{session 5, attempts [1.0.0#1]}
>   w1 ← Reconciled{session 5, serial 1}
>   commit 6 term 1
>     execution 1 stopping
>     operation operator olga execution.cancel execution 1
commit
>   w1 ← Stop{session 5, attempts [1.0.0#1]}
>   commit 7 term 1
>     task 1.0 canceled [1,1)
finished w1 attempts=1.0.0#1
>   nothing
commit
>   commit 8 term 1
>     end 1.0.0#1 succeeded: item succeeded
>     task 1.0 canceled [1,1) 1 succeeded
>     execution 1 succeeded
>   desk ← canceled 1 stopping
commit
>   w1 ← Recorded{session 5, ends [1.0.0#1]}
