# The row that the catalog refuses goes; the rest is written.
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
submit k1
>   commit 3 term 1
>     admission k1
submit k2
>   nothing
submit k3
>   nothing
commit
>   alice ← Accepted{key "k1", execution 1}
>   broker ← Publish{classes [{id 1}], offers [{item 1.0.0, offer_class 1, group 1}]}
>   commit 4 term 1
>     admission k2
>     admission k3
commit verdict=refused rows=admissions index=1
>   alice ← Refused{refused_word 50, reason invalid, text "the catalog cannot store this request: disk full", request "k3"}
>   commit 5 term 1
>     admission k2
commit
>   alice ← Accepted{key "k2", execution 2}
>   broker ← Publish{offers [{item 2.0.0, offer_class 1, group 2}]}
commit
>   nothing is in flight
claim w1 items=1.0.0,2.0.0
>   commit 6 term 1
>     claim 1.0.0#1 w1
>     claim 2.0.0#1 w1
>     task 1.0 ready [1,1)
>     task 2.0 ready [1,1)
>     execution 1 running
>     execution 2 running
commit verdict=refused rows=claims index=0
>   broker ← Declined{claims [{item 1.0.0, worker "w1", session 5, connection 10}]}
>   broker ← Publish{offers [{item 1.0.0, offer_class 1, group 1}]}
>   commit 7 term 1
>     claim 2.0.0#1 w1
>     task 1.0 ready [1,1)
>     task 2.0 ready [1,1)
>     execution 1 running
>     execution 2 running
>   note: the catalog refused a claim: disk full
commit
>   w1 ← Run{session 5, renewal 1, specs [{execution 2, body {name "command", argv ["run-command"], lease 1m, interruptions 5, grace 10s}, package "p"}], items [{attempt 2.0.0#1}]}
log w1 attempts=2.0.0 length=40
>   commit 8 term 1
>     output 2.0.0#1 0+40
log w1 attempts=2.0.0 offset=40 length=5
>   nothing
commit verdict=refused rows=outputs index=0
>   commit 9 term 1
>     output 2.0.0#1 0+40 (could not be stored)
>   note: the catalog refused output of a task, which is left out: disk full
commit
>   w1 ← Recorded{session 5, logs [{attempt 2.0.0#1, offset 40}]}
>   commit 10 term 1
>     output 2.0.0#1 40+5
commit
>   w1 ← Recorded{session 5, logs [{attempt 2.0.0#1, offset 45}]}
finished w1 attempts=2.0.0 log=45 tail=tail
>   commit 11 term 1
>     end 2.0.0#1 succeeded: item succeeded
>     task 2.0 ready [1,1) 1 succeeded
>     execution 2 succeeded
commit verdict=refused rows=ends index=0
>   commit 12 term 1
>     end 2.0.0#1 succeeded: item succeeded (what the worker told could not be stored: disk full)
>     task 2.0 ready [1,1) 1 succeeded
>     execution 2 succeeded
commit
>   w1 ← Recorded{session 5, ends [2.0.0#1]}
