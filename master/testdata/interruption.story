# A worker that does not come back: its attempt is lost after (lease + kill) x 1.02 + margin, and tried again elsewhere,
# until the interruption budget is spent.
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
submit k1 tasks=a:interruptions=1:lease=2s
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
>   w1 ← Run{session 5, renewal 1, specs [{execution 1, body {name "a", argv ["run-a"], lease 2s, interruptions 1, grace 10s}, package "p"}], items [{attempt 1.0.0#1}]}
gone w1
>   nothing
explain 1
>   desk ← explained | task 0: 1 claimed: waiting for worker w1, not connected since 08:00:00 UTC; given away at 08:00:05 UTC if it is not heard (argosy worker lost w1 ends the wait)
wait 5s
>   commit 5 confirms term 1
commit
>   nothing
wait 500ms
>   broker ← Publish{offers [{item 1.0.0, offer_class 1, group 1}]}
>   commit 6 term 1
>     end 1.0.0#1 lost: item ready (worker w1 not connected since 08:00:00 UTC, longer than its lease)
>     task 1.0 ready [0,1)
commit
>   nothing
here w2 session=6 connection=20
>   nothing
renew w2
>   w2 ← Granted{session 6, renewal 1, lease 1m, grace 10m}
inventory w2
>   commit 7 confirms term 1
commit
>   w2 ← Reconciled{session 6, serial 1}
claim w2 items=1.0.0
>   commit 8 term 1
>     claim 1.0.0#2 w2
>     task 1.0 ready [1,1)
commit
>   w2 ← Run{session 6, renewal 1, specs [{execution 1, body {name "a", argv ["run-a"], lease 2s, interruptions 1, grace 10s}, package "p"}], items [{attempt 1.0.0#2}]}
gone w2
>   nothing
lost w2
>   commit 9 term 1
>     end 1.0.0#2 lost: item interrupted (declared lost by operator olga)
>     task 1.0 ready [1,1) 1 interrupted
>     execution 1 ended unexpectedly
>     operation operator olga worker.lost worker w2
commit
>   desk ← lost 1
lost w2
>   desk ← lost 0
