# A failure is tried again after its back-off, twice as long each time; then the item has failed. A Return costs nothing.
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
submit k1 tasks=a:retry=2
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
>   w1 ← Run{session 5, renewal 1, specs [{execution 1, body {name "a", argv ["run-a"], retry {limit 2, backoff_min 1s, backoff_max 5m}, lease 1m, interruptions 5, grace 10s}, package "p"}], items [{attempt 1.0.0#1}]}
return w1 attempts=1.0.0
>   broker ← Publish{offers [{item 1.0.0, offer_class 1, group 1}]}
>   commit 5 term 1
>     end 1.0.0#1 returned: item ready (drain)
>     task 1.0 ready [0,1)
commit
>   nothing
claim w1 items=1.0.0
>   commit 6 term 1
>     claim 1.0.0#2 w1
>     task 1.0 ready [1,1)
commit
>   w1 ← Run{session 5, renewal 1, specs [{execution 1, body {name "a", argv ["run-a"], retry {limit 2, backoff_min 1s, backoff_max 5m}, lease 1m, interruptions 5, grace 10s}, package "p"}], items [{attempt 1.0.0#2}]}
finished w1 attempts=1.0.0#2 reason=exit_status
>   commit 7 term 1
>     end 1.0.0#2 exit status: item waiting
>     task 1.0 ready [1,1)
commit
>   w1 ← Recorded{session 5, ends [1.0.0#2]}
explain 1
>   desk ← explained | task 0: 1 waiting: back-off until 08:00:01 UTC
wait 900ms
>   nothing
wait 200ms
>   broker ← Publish{offers [{item 1.0.0, offer_class 1, group 1}]}
claim w1 items=1.0.0
>   commit 8 term 1
>     claim 1.0.0#3 w1
>     task 1.0 ready [1,1)
commit
>   w1 ← Run{session 5, renewal 1, specs [{execution 1, body {name "a", argv ["run-a"], retry {limit 2, backoff_min 1s, backoff_max 5m}, lease 1m, interruptions 5, grace 10s}, package "p"}], items [{attempt 1.0.0#3}]}
finished w1 attempts=1.0.0#3 reason=time_limit
>   commit 9 term 1
>     end 1.0.0#3 time limit: item waiting
>     task 1.0 ready [1,1)
commit
>   w1 ← Recorded{session 5, ends [1.0.0#3]}
wait 1900ms
>   nothing
wait 200ms
>   broker ← Publish{offers [{item 1.0.0, offer_class 1, group 1}]}
claim w1 items=1.0.0
>   commit 10 term 1
>     claim 1.0.0#4 w1
>     task 1.0 ready [1,1)
commit
>   w1 ← Run{session 5, renewal 1, specs [{execution 1, body {name "a", argv ["run-a"], retry {limit 2, backoff_min 1s, backoff_max 5m}, lease 1m, interruptions 5, grace 10s}, package "p"}], items [{attempt 1.0.0#4}]}
finished w1 attempts=1.0.0#4 reason=signal
>   commit 11 term 1
>     end 1.0.0#4 signal: item failed
>     task 1.0 ready [1,1) 1 failed
>     execution 1 failed
commit
>   w1 ← Recorded{session 5, ends [1.0.0#4]}
