# "stopping" is committed before Stop is said; no claim commits after it; what nobody runs is canceled by range.
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
submit k1 tasks=a:100,b>a watch
>   commit 3 term 1
>     admission k1
commit
>   alice ← Accepted{key "k1", execution 1}
>   alice ← Changed{request "k1", execution 1, status created, counts {total 101, waiting 1, ready 100}}
>   broker ← Publish{classes [{id 1}], offers [{item 1.0.0, offer_class 1, group 1}, {item 1.0.1, offer_class 1, group 1}, {item 1.0.2, offer_class 1, group 1}, {item 1.0.3, offer_class 1, group 1}, {item 1.0.4, offer_class 1, group 1}, {item 1.0.5, offer_class 1, group 1}, {item 1.0.6, offer_class 1, group 1}, {item 1.0.7, offer_class 1, group 1}, {item 1.0.8, offer_class 1, group 1}, {item 1.0.9, offer_class 1, group 1}, {item 1.0.10, offer_class 1, group 1}, {item 1.0.11, offer_class 1, group 1}, {item 1.0.12, offer_class 1, group 1}, {item 1.0.13, offer_class 1, group 1}, {item 1.0.14, offer_class 1, group 1}, {item 1.0.15, offer_class 1, group 1}, {item 1.0.16, offer_class 1, group 1}, {item 1.0.17, offer_class 1, group 1}, {item 1.0.18, offer_class 1, group 1}, {item 1.0.19, offer_class 1, group 1}, {item 1.0.20, offer_class 1, group 1}, {item 1.0.21, offer_class 1, group 1}, {item 1.0.22, offer_class 1, group 1}, {item 1.0.23, offer_class 1, group 1}, {item 1.0.24, offer_class 1, group 1}, {item 1.0.25, offer_class 1, group 1}, {item 1.0.26, offer_class 1, group 1}, {item 1.0.27, offer_class 1, group 1}, {item 1.0.28, offer_class 1, group 1}, {item 1.0.29, offer_class 1, group 1}, {item 1.0.30, offer_class 1, group 1}, {item 1.0.31, offer_class 1, group 1}, {item 1.0.32, offer_class 1, group 1}, {item 1.0.33, offer_class 1, group 1}, {item 1.0.34, offer_class 1, group 1}, {item 1.0.35, offer_class 1, group 1}, {item 1.0.36, offer_class 1, group 1}, {item 1.0.37, offer_class 1, group 1}, {item 1.0.38, offer_class 1, group 1}, {item 1.0.39, offer_class 1, group 1}, {item 1.0.40, offer_class 1, group 1}, {item 1.0.41, offer_class 1, group 1}, {item 1.0.42, offer_class 1, group 1}, {item 1.0.43, offer_class 1, group 1}, {item 1.0.44, offer_class 1, group 1}, {item 1.0.45, offer_class 1, group 1}, {item 1.0.46, offer_class 1, group 1}, {item 1.0.47, offer_class 1, group 1}, {item 1.0.48, offer_class 1, group 1}, {item 1.0.49, offer_class 1, group 1}, {item 1.0.50, offer_class 1, group 1}, {item 1.0.51, offer_class 1, group 1}, {item 1.0.52, offer_class 1, group 1}, {item 1.0.53, offer_class 1, group 1}, {item 1.0.54, offer_class 1, group 1}, {item 1.0.55, offer_class 1, group 1}, {item 1.0.56, offer_class 1, group 1}, {item 1.0.57, offer_class 1, group 1}, {item 1.0.58, offer_class 1, group 1}, {item 1.0.59, offer_class 1, group 1}, {item 1.0.60, offer_class 1, group 1}, {item 1.0.61, offer_class 1, group 1}, {item 1.0.62, offer_class 1, group 1}, {item 1.0.63, offer_class 1, group 1}, {item 1.0.64, offer_class 1, group 1}, {item 1.0.65, offer_class 1, group 1}, {item 1.0.66, offer_class 1, group 1}, {item 1.0.67, offer_class 1, group 1}, {item 1.0.68, offer_class 1, group 1}, {item 1.0.69, offer_class 1, group 1}, {item 1.0.70, offer_class 1, group 1}, {item 1.0.71, offer_class 1, group 1}, {item 1.0.72, offer_class 1, group 1}, {item 1.0.73, offer_class 1, group 1}, {item 1.0.74, offer_class 1, group 1}, {item 1.0.75, offer_class 1, group 1}, {item 1.0.76, offer_class 1, group 1}, {item 1.0.77, offer_class 1, group 1}, {item 1.0.78, offer_class 1, group 1}, {item 1.0.79, offer_class 1, group 1}, {item 1.0.80, offer_class 1, group 1}, {item 1.0.81, offer_class 1, group 1}, {item 1.0.82, offer_class 1, group 1}, {item 1.0.83, offer_class 1, group 1}, {item 1.0.84, offer_class 1, group 1}, {item 1.0.85, offer_class 1, group 1}, {item 1.0.86, offer_class 1, group 1}, {item 1.0.87, offer_class 1, group 1}, {item 1.0.88, offer_class 1, group 1}, {item 1.0.89, offer_class 1, group 1}, {item 1.0.90, offer_class 1, group 1}, {item 1.0.91, offer_class 1, group 1}, {item 1.0.92, offer_class 1, group 1}, {item 1.0.93, offer_class 1, group 1}, {item 1.0.94, offer_class 1, group 1}, {item 1.0.95, offer_class 1, group 1}, {item 1.0.96, offer_class 1, group 1}, {item 1.0.97, offer_class 1, group 1}, {item 1.0.98, offer_class 1, group 1}, {item 1.0.99, offer_class 1, group 1}]}
claim w1 items=1.0.0-1
>   alice ← Changed{request "k1", execution 1, status running, counts {total 101, waiting 1, ready 100}}
>   commit 4 term 1
>     claim 1.0.0#1 w1
>     claim 1.0.1#1 w1
>     task 1.0 ready [2,2)
>     execution 1 running
commit
>   w1 ← Run{session 5, renewal 1, specs [{execution 1, body {name "a", for_each {source range}, argv ["run-a", "${{ item }}"], lease 1m, interruptions 5, grace 10s}, package "p"}], items [{attempt 1.0.0#1, value "0", id "0"}, {attempt 1.0.1#1, value "1", id "1"}]}
claim w1 items=1.0.2
>   commit 5 term 1
>     claim 1.0.2#1 w1
>     task 1.0 ready [3,3)
claim w1 items=1.0.3
>   nothing
cancel 1
>   broker ← Withdraw{items [1.0.99, 1.0.98, 1.0.97, 1.0.96, 1.0.95, 1.0.94, 1.0.93, 1.0.92, 1.0.91, 1.0.90, 1.0.89, 1.0.88, 1.0.87, 1.0.86, 1.0.85, 1.0.84, 1.0.83, 1.0.82, 1.0.81, 1.0.80, 1.0.79, 1.0.78, 1.0.77, 1.0.76, 1.0.75, 1.0.74, 1.0.73, 1.0.72, 1.0.71, 1.0.70, 1.0.69, 1.0.68, 1.0.67, 1.0.66, 1.0.65, 1.0.64, 1.0.63, 1.0.62, 1.0.61, 1.0.60, 1.0.59, 1.0.58, 1.0.57, 1.0.56, 1.0.55, 1.0.54, 1.0.53, 1.0.52, 1.0.51, 1.0.50, 1.0.49, 1.0.48, 1.0.47, 1.0.46, 1.0.45, 1.0.44, 1.0.43, 1.0.42, 1.0.41, 1.0.40, 1.0.39, 1.0.38, 1.0.37, 1.0.36, 1.0.35, 1.0.34, 1.0.33, 1.0.32, 1.0.31, 1.0.30, 1.0.29, 1.0.28, 1.0.27, 1.0.26, 1.0.25, 1.0.24, 1.0.23, 1.0.22, 1.0.21, 1.0.20, 1.0.19, 1.0.18, 1.0.17, 1.0.16, 1.0.15, 1.0.14, 1.0.13, 1.0.12, 1.0.11, 1.0.10, 1.0.9, 1.0.8, 1.0.7, 1.0.6, 1.0.5, 1.0.4]}
claim w1 items=1.0.4
>   broker ← Declined{claims [{item 1.0.4, worker "w1", session 5, connection 10}]}
commit
>   broker ← Declined{claims [{item 1.0.2, worker "w1", session 5, connection 10}]}
>   commit 6 term 1
>     claim 1.0.3#1 w1
>     task 1.0 ready [4,4)
commit
>   broker ← Declined{claims [{item 1.0.3, worker "w1", session 5, connection 10}]}
>   commit 7 term 1
>     execution 1 stopping
>     operation operator olga execution.cancel execution 1
commit
>   w1 ← Stop{session 5, attempts [1.0.0#1, 1.0.1#1]}
>   commit 8 term 1
>     end 1.0.2#1 canceled: item canceled (canceled before it was started)
>     end 1.0.3#1 canceled: item canceled (canceled before it was started)
>     task 1.0 canceled [4,4) 98 canceled
>     task 1.1 canceled [0,0) 1 canceled
commit
>   desk ← canceled 1 stopping
explain 1
>   desk ← explained | task 0: 2 claimed: stopping: waiting for worker w1 to end it
gone w1
>   nothing
explain 1
>   desk ← explained | task 0: 2 claimed: stopping: waiting for worker w1, not connected since 08:00:00 UTC; given away at 08:01:04 UTC if it is not heard (argosy worker lost w1 ends the wait)
here w1 session=5 connection=11
>   nothing
renew w1 number=2
>   w1 ← Granted{session 5, renewal 2, lease 1m, grace 10m}
inventory w1 serial=2 held=1.0.0 finished=1.0.1
>   w1 ← Stop{session 5, attempts [1.0.0#1]}
>   commit 9 confirms term 1
commit
>   w1 ← Recorded{session 5, logs [{attempt 1.0.0#1}, {attempt 1.0.1#1}]}
>   w1 ← Reconciled{session 5, serial 2}
finished w1 attempts=1.0.1
>   commit 10 term 1
>     end 1.0.1#1 succeeded: item succeeded
>     task 1.0 canceled [4,4) 1 succeeded 98 canceled
finished w1 attempts=1.0.0 reason=canceled
>   nothing
commit
>   w1 ← Recorded{session 5, ends [1.0.1#1]}
>   commit 11 term 1
>     end 1.0.0#1 canceled: item canceled
>     task 1.0 canceled [4,4) 1 succeeded 99 canceled
>     execution 1 canceled
commit
>   w1 ← Recorded{session 5, ends [1.0.0#1]}
>   alice ← Changed{request "k1", execution 1, status canceled, counts {total 101, succeeded 1, canceled 100}}
cancel 1
>   desk ← canceled
