# Edges: succeeded, failed, ended; what can never run is skipped, and so on behind it.
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
submit k1 tasks=a,b>a,c>a=failed,d>a=ended,e>b,f>b=ended
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
finished w1 attempts=1.0.0 reason=exit_status
>   broker ← Publish{offers [{item 1.2.0, offer_class 1, group 1}, {item 1.3.0, offer_class 1, group 1}, {item 1.5.0, offer_class 1, group 1}]}
>   commit 5 term 1
>     end 1.0.0#1 exit status: item failed
>     task 1.0 ready [1,1) 1 failed
>     task 1.1 skipped [0,0) 1 skipped
>     task 1.2 ready [0,0)
>     task 1.3 ready [0,0)
>     task 1.4 skipped [0,0) 1 skipped
>     task 1.5 ready [0,0)
commit
>   w1 ← Recorded{session 5, ends [1.0.0#1]}
claim w1 items=1.2.0
>   commit 6 term 1
>     claim 1.2.0#1 w1
>     task 1.2 ready [1,1)
claim w1 items=1.3.0,1.5.0
>   nothing
commit
>   w1 ← Run{session 5, renewal 1, specs [{execution 1, task 2, body {name "c", argv ["run-c"], lease 1m, interruptions 5, grace 10s}, package "p"}], items [{attempt 1.2.0#1}]}
>   commit 7 term 1
>     claim 1.3.0#1 w1
>     claim 1.5.0#1 w1
>     task 1.3 ready [1,1)
>     task 1.5 ready [1,1)
commit
>   w1 ← Run{session 5, renewal 1, specs [{execution 1, task 3, body {name "d", argv ["run-d"], lease 1m, interruptions 5, grace 10s}, package "p"}, {execution 1, task 5, body {name "f", argv ["run-f"], lease 1m, interruptions 5, grace 10s}, package "p"}], items [{attempt 1.3.0#1}, {spec 1, attempt 1.5.0#1}]}
finished w1 attempts=1.2.0,1.3.0,1.5.0
>   commit 8 term 1
>     end 1.2.0#1 succeeded: item succeeded
>     end 1.3.0#1 succeeded: item succeeded
>     end 1.5.0#1 succeeded: item succeeded
>     task 1.2 ready [1,1) 1 succeeded
>     task 1.3 ready [1,1) 1 succeeded
>     task 1.5 ready [1,1) 1 succeeded
>     execution 1 failed
commit
>   w1 ← Recorded{session 5, ends [1.2.0#1, 1.3.0#1, 1.5.0#1]}
