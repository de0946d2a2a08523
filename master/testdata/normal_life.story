# From Hello to the end of an array of two items and the task behind it: nothing is said before it is committed.
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
submit k1 tasks=a:2,b>a watch
>   commit 3 term 1
>     admission k1
commit
>   alice ← Accepted{key "k1", execution 1}
>   alice ← Changed{request "k1", execution 1, status created, counts {total 3, waiting 1, ready 2}}
>   broker ← Publish{classes [{id 1}], offers [{item 1.0.0, offer_class 1, group 1}, {item 1.0.1, offer_class 1, group 1}]}
claim w1 items=1.0.0-1
>   alice ← Changed{request "k1", execution 1, status running, counts {total 3, waiting 1, ready 2}}
>   commit 4 term 1
>     claim 1.0.0#1 w1
>     claim 1.0.1#1 w1
>     task 1.0 ready [2,2)
>     execution 1 running
commit
>   w1 ← Run{session 5, renewal 1, specs [{execution 1, body {name "a", for_each {source range}, argv ["run-a", "${{ item }}"], lease 1m, interruptions 5, grace 10s}, package "p"}], items [{attempt 1.0.0#1, value "0", id "0"}, {attempt 1.0.1#1, value "1", id "1"}]}
started w1 attempts=1.0.0,1.0.1
>   commit 5 term 1
>     start 1.0.0#1
>     start 1.0.1#1
log w1 attempts=1.0.0 offset=0 length=4
>   nothing
commit
>   commit 6 term 1
>     output 1.0.0#1 0+4
commit
>   w1 ← Recorded{session 5, logs [{attempt 1.0.0#1, offset 4}]}
finished w1 attempts=1.0.0 log=4
>   commit 7 term 1
>     end 1.0.0#1 succeeded: item succeeded
>     task 1.0 ready [2,2) 1 succeeded
finished w1 attempts=1.0.1
>   broker ← Publish{offers [{item 1.1.0, offer_class 1, group 1}]}
commit
>   w1 ← Recorded{session 5, ends [1.0.0#1]}
>   commit 8 term 1
>     end 1.0.1#1 succeeded: item succeeded
>     task 1.0 ready [2,2) 2 succeeded
>     task 1.1 ready [0,0)
commit
>   w1 ← Recorded{session 5, ends [1.0.1#1]}
claim w1 items=1.1.0
>   commit 9 term 1
>     claim 1.1.0#1 w1
>     task 1.1 ready [1,1)
commit
>   w1 ← Run{session 5, renewal 1, specs [{execution 1, task 1, body {name "b", argv ["run-b"], lease 1m, interruptions 5, grace 10s}, package "p"}], items [{attempt 1.1.0#1}]}
finished w1 attempts=1.1.0
>   commit 10 term 1
>     end 1.1.0#1 succeeded: item succeeded
>     task 1.1 ready [1,1) 1 succeeded
>     execution 1 succeeded
commit
>   w1 ← Recorded{session 5, ends [1.1.0#1]}
>   alice ← Changed{request "k1", execution 1, status succeeded, counts {total 3, succeeded 3}}
wait 1s
>   nothing
