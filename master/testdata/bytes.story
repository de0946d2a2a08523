# What parameters and outputs take counts: a Submit that is too large for what may wait, an end that fills a batch.
limits submit_bytes=9000 bytes=300
>   nothing
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
submit k1 tasks=a:3 parameter=9000
>   alice ← Refused{refused_word 50, reason busy, text "too many submits wait for their commit (admissions_waitin…", request "k1"}
submit k1 tasks=a:3
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
>   w1 ← Run{session 5, renewal 1, specs [{execution 1, body {name "a", for_each {source range}, argv ["run-a", "${{ item }}"], lease 1m, interruptions 5, grace 10s}, package "p"}], items [{attempt 1.0.0#1, value "0", id "0"}, {attempt 1.0.1#1, value "1", id "1"}, {attempt 1.0.2#1, value "2", id "2"}]}
submit k2 tasks=a
>   commit 5 term 1
>     admission k2
finished w1 attempts=1.0.0-2 key=x
>   nothing
commit
>   alice ← Accepted{key "k2", execution 2}
>   broker ← Publish{offers [{item 2.0.0, offer_class 1, group 2}]}
>   commit 6 term 1
>     end 1.0.0#1 succeeded: item succeeded
>     task 1.0 ready [3,3) 1 succeeded
commit
>   w1 ← Recorded{session 5, ends [1.0.0#1]}
>   commit 7 term 1
>     end 1.0.1#1 succeeded: item succeeded
>     task 1.0 ready [3,3) 2 succeeded
