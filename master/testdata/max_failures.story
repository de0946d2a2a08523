# Tolerated failures end as completed; one more gives the rest of the array up, and what runs goes on to its end.
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
submit k1 tasks=a:3:max=1
>   commit 3 term 1
>     admission k1
commit
>   alice ← Accepted{key "k1", execution 1}
>   broker ← Publish{classes [{id 1}], offers [{item 1.0.0, offer_class 1, group 1}, {item 1.0.1, offer_class 1, group 1}, {item 1.0.2, offer_class 1, group 1}]}
claim w1 items=1.0.0-2
>   commit 4 term 1
>     claim 1.0.0#1 w1
>     claim 1.0.1#1 w1
>     claim 1.0.2#1 w1
>     task 1.0 ready [3,3)
>     execution 1 running
commit
>   w1 ← Run{session 5, renewal 1, specs [{execution 1, body {name "a", for_each {source range}, argv ["run-a", "${{ item }}"], max_failures {count 1}, lease 1m, interruptions 5, grace 10s}, package "p"}], items [{attempt 1.0.0#1, value "0", id "0"}, {attempt 1.0.1#1, value "1", id "1"}, {attempt 1.0.2#1, value "2", id "2"}]}
finished w1 attempts=1.0.0 reason=exit_status
>   commit 5 term 1
>     end 1.0.0#1 exit status: item failed
>     task 1.0 ready [3,3) 1 failed
finished w1 attempts=1.0.1-2
>   nothing
commit
>   w1 ← Recorded{session 5, ends [1.0.0#1]}
>   commit 6 term 1
>     end 1.0.1#1 succeeded: item succeeded
>     end 1.0.2#1 succeeded: item succeeded
>     task 1.0 ready [3,3) 2 succeeded 1 failed
>     execution 1 completed
commit
>   w1 ← Recorded{session 5, ends [1.0.1#1, 1.0.2#1]}
submit k2 tasks=a:5:max=1,b>a
>   commit 7 term 1
>     admission k2
commit
>   alice ← Accepted{key "k2", execution 2}
>   broker ← Publish{offers [{item 2.0.0, offer_class 1, group 2}, {item 2.0.1, offer_class 1, group 2}, {item 2.0.2, offer_class 1, group 2}, {item 2.0.3, offer_class 1, group 2}, {item 2.0.4, offer_class 1, group 2}]}
claim w1 items=2.0.0-2
>   commit 8 term 1
>     claim 2.0.0#1 w1
>     claim 2.0.1#1 w1
>     claim 2.0.2#1 w1
>     task 2.0 ready [3,3)
>     execution 2 running
commit
>   w1 ← Run{session 5, renewal 1, specs [{execution 2, body {name "a", for_each {source range}, argv ["run-a", "${{ item }}"], max_failures {count 1}, lease 1m, interruptions 5, grace 10s}, package "p"}], items [{attempt 2.0.0#1, value "0", id "0"}, {attempt 2.0.1#1, value "1", id "1"}, {attempt 2.0.2#1, value "2", id "2"}]}
finished w1 attempts=2.0.0,2.0.1 reason=exit_status
>   broker ← Withdraw{items [2.0.4, 2.0.3]}
>   commit 9 term 1
>     end 2.0.0#1 exit status: item failed
>     end 2.0.1#1 exit status: item failed
>     task 2.0 canceled [3,3) 2 failed 2 canceled
commit
>   w1 ← Recorded{session 5, ends [2.0.0#1, 2.0.1#1]}
claim w1 items=2.0.3
>   broker ← Declined{claims [{item 2.0.3, worker "w1", session 5, connection 10}]}
finished w1 attempts=2.0.2
>   commit 10 term 1
>     end 2.0.2#1 succeeded: item succeeded
>     task 2.0 canceled [3,3) 1 succeeded 2 failed 2 canceled
>     task 2.1 skipped [0,0) 1 skipped
>     execution 2 failed
commit
>   w1 ← Recorded{session 5, ends [2.0.2#1]}
# Without max_failures each item gets its chance.
submit k3 tasks=a:3
>   commit 11 term 1
>     admission k3
commit
>   alice ← Accepted{key "k3", execution 3}
>   broker ← Publish{offers [{item 3.0.0, offer_class 1, group 3}, {item 3.0.1, offer_class 1, group 3}, {item 3.0.2, offer_class 1, group 3}]}
claim w1 items=3.0.0
>   commit 12 term 1
>     claim 3.0.0#1 w1
>     task 3.0 ready [1,1)
>     execution 3 running
commit
>   w1 ← Run{session 5, renewal 1, specs [{execution 3, body {name "a", for_each {source range}, argv ["run-a", "${{ item }}"], lease 1m, interruptions 5, grace 10s}, package "p"}], items [{attempt 3.0.0#1, value "0", id "0"}]}
finished w1 attempts=3.0.0 reason=exit_status
>   commit 13 term 1
>     end 3.0.0#1 exit status: item failed
>     task 3.0 ready [1,1) 1 failed
commit
>   w1 ← Recorded{session 5, ends [3.0.0#1]}
claim w1 items=3.0.1-2
>   commit 14 term 1
>     claim 3.0.1#1 w1
>     claim 3.0.2#1 w1
>     task 3.0 ready [3,3) 1 failed
commit
>   w1 ← Run{session 5, renewal 1, specs [{execution 3, body {name "a", for_each {source range}, argv ["run-a", "${{ item }}"], lease 1m, interruptions 5, grace 10s}, package "p"}], items [{attempt 3.0.1#1, value "1", id "1"}, {attempt 3.0.2#1, value "2", id "2"}]}
finished w1 attempts=3.0.1-2
>   commit 15 term 1
>     end 3.0.1#1 succeeded: item succeeded
>     end 3.0.2#1 succeeded: item succeeded
>     task 3.0 ready [3,3) 2 succeeded 1 failed
>     execution 3 failed
commit
>   w1 ← Recorded{session 5, ends [3.0.1#1, 3.0.2#1]}
# Given up while one item waits for its next attempt and its end is not written yet: one row says both.
submit k4 tasks=a:5:max=1:retry=1:interruptions=0
>   commit 16 term 1
>     admission k4
commit
>   alice ← Accepted{key "k4", execution 4}
>   broker ← Publish{offers [{item 4.0.0, offer_class 1, group 4}, {item 4.0.1, offer_class 1, group 4}, {item 4.0.2, offer_class 1, group 4}, {item 4.0.3, offer_class 1, group 4}, {item 4.0.4, offer_class 1, group 4}]}
claim w1 items=4.0.0-2
>   commit 17 term 1
>     claim 4.0.0#1 w1
>     claim 4.0.1#1 w1
>     claim 4.0.2#1 w1
>     task 4.0 ready [3,3)
>     execution 4 running
commit
>   w1 ← Run{session 5, renewal 1, specs [{execution 4, body {name "a", for_each {source range}, argv ["run-a", "${{ item }}"], retry {limit 1, backoff_min 1s, backoff_max 5m}, max_failures {count 1}, lease 1m, grace 10s}, package "p"}], items [{attempt 4.0.0#1, value "0", id "0"}, {attempt 4.0.1#1, value "1", id "1"}, {attempt 4.0.2#1, value "2", id "2"}]}
submit k5 tasks=a
>   commit 18 term 1
>     admission k5
finished w1 attempts=4.0.0 reason=exit_status
>   nothing
finished w1 attempts=4.0.1-2 reason=lost
>   broker ← Withdraw{items [4.0.4, 4.0.3]}
commit
>   alice ← Accepted{key "k5", execution 5}
>   broker ← Publish{offers [{item 5.0.0, offer_class 1, group 5}]}
>   commit 19 term 1
>     end 4.0.0#1 exit status: item canceled
>     end 4.0.1#1 lost: item interrupted
>     end 4.0.2#1 lost: item interrupted
>     task 4.0 canceled [3,3) 3 canceled 2 interrupted
>     execution 4 ended unexpectedly
