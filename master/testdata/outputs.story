# What a task wrote is bound into the command of a later one; a key that it never wrote fails that one, before any Run.
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
submit k1 tasks=a,b:needs=a>a
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
finished w1 attempts=1.0.0 key=rows
>   broker ← Publish{offers [{item 1.1.0, offer_class 1, group 1}]}
>   commit 5 term 1
>     end 1.0.0#1 succeeded: item succeeded
>     task 1.0 ready [1,1) 1 succeeded key=rows
>     task 1.1 ready [0,0)
commit
>   w1 ← Recorded{session 5, ends [1.0.0#1]}
claim w1 items=1.1.0
>   commit 6 term 1
>     claim 1.1.0#1 w1
>     task 1.1 ready [1,1)
commit
>   w1 ← Run{session 5, renewal 1, specs [{execution 1, task 1, body {name "b", argv ["run-b", "rows"], lease 1m, interruptions 5, grace 10s}, package "p"}], items [{attempt 1.1.0#1}]}
submit k2 tasks=a,b:needs=a>a
>   commit 7 term 1
>     admission k2
commit
>   alice ← Accepted{key "k2", execution 2}
>   broker ← Publish{offers [{item 2.0.0, offer_class 1, group 2}]}
claim w1 items=2.0.0
>   commit 8 term 1
>     claim 2.0.0#1 w1
>     task 2.0 ready [1,1)
>     execution 2 running
commit
>   w1 ← Run{session 5, renewal 1, specs [{execution 2, body {name "a", argv ["run-a"], lease 1m, interruptions 5, grace 10s}, package "p"}], items [{attempt 2.0.0#1}]}
finished w1 attempts=2.0.0
>   broker ← Publish{offers [{item 2.1.0, offer_class 1, group 2}]}
>   commit 9 term 1
>     end 2.0.0#1 succeeded: item succeeded
>     task 2.0 ready [1,1) 1 succeeded
>     task 2.1 ready [0,0)
commit
>   w1 ← Recorded{session 5, ends [2.0.0#1]}
claim w1 items=2.1.0
>   commit 10 term 1
>     claim 2.1.0#1 w1
>     task 2.1 ready [1,1)
commit
>   broker ← Declined{claims [{item 2.1.0, worker "w1", session 5, connection 10}]}
>   commit 11 term 1
>     end 2.1.0#1 cannot start: item failed (run[1]: at offset 0: tasks.a.output.key has no value; the task must write KEY=value to $ARGOSY_OUTPUT)
>     task 2.1 ready [1,1) 1 failed
>     execution 2 failed
commit
>   nothing
# A retry: what the first had written is there for the second, though the first is not run again.
submit k3 tasks=a,b:needs=a>a carried=1.0.0 key=7
>   commit 12 term 1
>     admission k3
commit
>   alice ← Accepted{key "k3", execution 3}
>   broker ← Publish{offers [{item 3.1.0, offer_class 1, group 3}]}
>   commit 13 term 1
>     task 3.1 ready [0,0)
claim w1 items=3.1.0
>   nothing
commit
>   commit 14 term 1
>     claim 3.1.0#1 w1
>     task 3.1 ready [1,1)
>     execution 3 running
commit
>   w1 ← Run{session 5, renewal 1, specs [{execution 3, task 1, body {name "b", argv ["run-b", "7"], lease 1m, interruptions 5, grace 10s}, package "p"}], items [{attempt 3.1.0#1}]}
# What the items of an array wrote is kept with each of them, and not with the task: no later task may use it.
submit k4 tasks=a:2
>   commit 15 term 1
>     admission k4
commit
>   alice ← Accepted{key "k4", execution 4}
>   broker ← Publish{offers [{item 4.0.0, offer_class 1, group 4}, {item 4.0.1, offer_class 1, group 4}]}
claim w1 items=4.0.0-1
>   commit 16 term 1
>     claim 4.0.0#1 w1
>     claim 4.0.1#1 w1
>     task 4.0 ready [2,2)
>     execution 4 running
commit
>   w1 ← Run{session 5, renewal 1, specs [{execution 4, body {name "a", for_each {source range}, argv ["run-a", "${{ item }}"], lease 1m, interruptions 5, grace 10s}, package "p"}], items [{attempt 4.0.0#1, value "0", id "0"}, {attempt 4.0.1#1, value "1", id "1"}]}
finished w1 attempts=4.0.0-1 key=rows
>   commit 17 term 1
>     end 4.0.0#1 succeeded: item succeeded
>     end 4.0.1#1 succeeded: item succeeded
>     task 4.0 ready [2,2) 2 succeeded
>     execution 4 succeeded
commit
>   w1 ← Recorded{session 5, ends [4.0.0#1, 4.0.1#1]}
# What handles a failure finds what the failed task wrote: the last attempt, and nothing of those before it.
submit k5 tasks=a:retry=1,b:needs=a>a=failed,c:needs=a>a=ended
>   commit 18 term 1
>     admission k5
commit
>   alice ← Accepted{key "k5", execution 5}
>   broker ← Publish{offers [{item 5.0.0, offer_class 1, group 5}]}
claim w1 items=5.0.0
>   commit 19 term 1
>     claim 5.0.0#1 w1
>     task 5.0 ready [1,1)
>     execution 5 running
commit
>   w1 ← Run{session 5, renewal 1, specs [{execution 5, body {name "a", argv ["run-a"], retry {limit 1, backoff_min 1s, backoff_max 5m}, lease 1m, interruptions 5, grace 10s}, package "p"}], items [{attempt 5.0.0#1}]}
finished w1 attempts=5.0.0 reason=exit_status key=first
>   commit 20 term 1
>     end 5.0.0#1 exit status: item waiting
>     task 5.0 ready [1,1)
commit
>   w1 ← Recorded{session 5, ends [5.0.0#1]}
wait 1100ms
>   broker ← Publish{offers [{item 5.0.0, offer_class 1, group 5}]}
claim w1 items=5.0.0
>   commit 21 term 1
>     claim 5.0.0#2 w1
>     task 5.0 ready [1,1)
commit
>   w1 ← Run{session 5, renewal 1, specs [{execution 5, body {name "a", argv ["run-a"], retry {limit 1, backoff_min 1s, backoff_max 5m}, lease 1m, interruptions 5, grace 10s}, package "p"}], items [{attempt 5.0.0#2}]}
finished w1 attempts=5.0.0#2 reason=exit_status key=last
>   broker ← Publish{offers [{item 5.1.0, offer_class 1, group 5}, {item 5.2.0, offer_class 1, group 5}]}
>   commit 22 term 1
>     end 5.0.0#2 exit status: item failed
>     task 5.0 ready [1,1) 1 failed key=last
>     task 5.1 ready [0,0)
>     task 5.2 ready [0,0)
commit
>   w1 ← Recorded{session 5, ends [5.0.0#2]}
claim w1 items=5.1.0,5.2.0
>   commit 23 term 1
>     claim 5.1.0#1 w1
>     claim 5.2.0#1 w1
>     task 5.1 ready [1,1)
>     task 5.2 ready [1,1)
commit
>   w1 ← Run{session 5, renewal 1, specs [{execution 5, task 1, body {name "b", argv ["run-b", "last"], lease 1m, interruptions 5, grace 10s}, package "p"}, {execution 5, task 2, body {name "c", argv ["run-c", "last"], lease 1m, interruptions 5, grace 10s}, package "p"}], items [{attempt 5.1.0#1}, {spec 1, attempt 5.2.0#1}]}
# The last attempt wrote nothing: what one before it wrote is not used in its place.
submit k6 tasks=a:retry=1,b:needs=a>a=failed
>   commit 24 term 1
>     admission k6
commit
>   alice ← Accepted{key "k6", execution 6}
>   broker ← Publish{offers [{item 6.0.0, offer_class 1, group 6}]}
claim w1 items=6.0.0
>   commit 25 term 1
>     claim 6.0.0#1 w1
>     task 6.0 ready [1,1)
>     execution 6 running
commit
>   w1 ← Run{session 5, renewal 1, specs [{execution 6, body {name "a", argv ["run-a"], retry {limit 1, backoff_min 1s, backoff_max 5m}, lease 1m, interruptions 5, grace 10s}, package "p"}], items [{attempt 6.0.0#1}]}
finished w1 attempts=6.0.0 reason=exit_status key=first
>   commit 26 term 1
>     end 6.0.0#1 exit status: item waiting
>     task 6.0 ready [1,1)
commit
>   w1 ← Recorded{session 5, ends [6.0.0#1]}
wait 1100ms
>   broker ← Publish{offers [{item 6.0.0, offer_class 1, group 6}]}
claim w1 items=6.0.0
>   commit 27 term 1
>     claim 6.0.0#2 w1
>     task 6.0 ready [1,1)
commit
>   w1 ← Run{session 5, renewal 1, specs [{execution 6, body {name "a", argv ["run-a"], retry {limit 1, backoff_min 1s, backoff_max 5m}, lease 1m, interruptions 5, grace 10s}, package "p"}], items [{attempt 6.0.0#2}]}
finished w1 attempts=6.0.0#2 reason=exit_status
>   broker ← Publish{offers [{item 6.1.0, offer_class 1, group 6}]}
>   commit 28 term 1
>     end 6.0.0#2 exit status: item failed
>     task 6.0 ready [1,1) 1 failed
>     task 6.1 ready [0,0)
commit
>   w1 ← Recorded{session 5, ends [6.0.0#2]}
claim w1 items=6.1.0
>   commit 29 term 1
>     claim 6.1.0#1 w1
>     task 6.1 ready [1,1)
commit
>   broker ← Declined{claims [{item 6.1.0, worker "w1", session 5, connection 10}]}
>   commit 30 term 1
>     end 6.1.0#1 cannot start: item failed (run[1]: at offset 0: tasks.a.output.key has no value; the task must write KEY=value to $ARGOSY_OUTPUT)
>     task 6.1 ready [1,1) 1 failed
>     execution 6 failed
commit
>   nothing
