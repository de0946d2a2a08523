# Words of another term, session, connection or attempt change nothing, and are counted.
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
submit k1 tasks=a:3
>   commit 3 term 1
>     admission k1
commit
>   alice ← Accepted{key "k1", execution 1}
>   broker ← Publish{classes [{id 1}], offers [{item 1.0.0, offer_class 1, group 1}, {item 1.0.1, offer_class 1, group 1}, {item 1.0.2, offer_class 1, group 1}]}
claim w1 items=1.0.0-1
>   commit 4 term 1
>     claim 1.0.0#1 w1
>     claim 1.0.1#1 w1
>     task 1.0 ready [2,2)
>     execution 1 running
commit
>   w1 ← Run{session 5, renewal 1, specs [{execution 1, body {name "a", for_each {source range}, argv ["run-a", "${{ item }}"], lease 1m, interruptions 5, grace 10s}, package "p"}], items [{attempt 1.0.0#1, value "0", id "0"}, {attempt 1.0.1#1, value "1", id "1"}]}
finished w1 attempts=1.0.0 term=7
>   nothing
finished w1 attempts=1.0.0 session=4
>   nothing
commit
>   nothing is in flight
started w1 attempts=1.0.0 session=4
>   nothing
started w1 attempts=1.0.2
>   nothing
return w1 attempts=1.0.0#2
>   nothing
log w1 attempts=1.0.0 offset=5
>   w1 ← Recorded{session 5, logs [{attempt 1.0.0#1}]}
log w1 attempts=1.0.0 offset=0 length=5
>   commit 5 term 1
>     output 1.0.0#1 0+5
commit
>   w1 ← Recorded{session 5, logs [{attempt 1.0.0#1, offset 5}]}
log w1 attempts=1.0.0 offset=0 length=5
>   w1 ← Recorded{session 5, logs [{attempt 1.0.0#1, offset 5}]}
finished w1 attempts=1.0.0 log=9
>   nothing
log w1 attempts=1.0.0 offset=5 length=4
>   commit 6 term 1
>     output 1.0.0#1 5+4
>     end 1.0.0#1 succeeded: item succeeded
>     task 1.0 ready [2,2) 1 succeeded
commit
>   w1 ← Recorded{session 5, ends [1.0.0#1], logs [{attempt 1.0.0#1, offset 9}]}
finished w1 attempts=1.0.0 log=9
>   commit 7 confirms term 1
commit
>   w1 ← Recorded{session 5, ends [1.0.0#1]}
claim w1 items=1.0.0,9.0.0
>   broker ← Declined{claims [{item 1.0.0, worker "w1", session 5, connection 10}, {item 9.0.0, worker "w1", session 5, connection 10}]}
claim w1 items=1.0.2 session=4
>   broker ← Declined{claims [{item 1.0.2, worker "w1", session 4, connection 10}]}
>   broker ← Publish{offers [{item 1.0.2, offer_class 1, group 1}]}
claim w7 items=1.0.2
>   broker ← Declined{claims [{item 1.0.2, worker "w7"}]}
>   broker ← Publish{offers [{item 1.0.2, offer_class 1, group 1}]}
ping
>   broker ← Pong{nonce 1}
status
>   desk ← fleet of 1 other_term=1 old_session=2 unknown_worker=1 late_start=1 late_end=1 late_log=1 log_gap=1 late_return=1 claim_not_ready=2 claim_old_session=1
