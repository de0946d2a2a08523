# A standby takes the shard of a holder that goes away before its eyes within a few milliseconds: the broker saw the connection end.
up
>   broker ← Hello{session 77, host {name "host", machine_id "A", boot_id "boot"}, build "test"}
welcome holder=m2 term=3
>   nothing
wait 10s
>   nothing
holders holder=0@3/-
>   nothing
wait 40ms
>   take shard 0
adopt term=4 tasks=a:2 low=2 high=2 open=1.0.0#1:w1/5:running,1.0.1#1:w2/9:running
>   broker ← Holding{holds [0@4]}
>   commit 1 term 4
>     operation master m1 shard.adopt shard 0
commit
>   nothing
# The worker that answers is taken over at once: nothing is lost, nothing runs again.
here w1 session=5 connection=10
>   nothing
renew w1
>   w1 ← Granted{session 5, renewal 1, lease 1m, grace 10m}
inventory w1 held=1.0.0
>   commit 2 confirms term 4
commit
>   w1 ← Recorded{session 5, logs [{attempt 1.0.0#1}]}
>   w1 ← Reconciled{session 5, serial 1}
# The other one is waited for: the grace of the former holder, the task's lease, the time to kill.
explain 1
>   desk ← explained | task 0: 1 running: running on w1 | task 0: 1 running: waiting for worker w2, not heard since this master took over at 08:00:10 UTC; given away at 08:11:26 UTC if it is not heard (argosy worker lost w2 ends the wait)
finished w1 attempts=1.0.0
>   commit 3 term 4
>     end 1.0.0#1 succeeded: item succeeded
>     task 1.0 ready [2,2) 1 succeeded
commit
>   w1 ← Recorded{session 5, ends [1.0.0#1]}
wait 11m
>   commit 4 confirms term 4
commit
>   commit 5 confirms term 4
wait 20s
>   broker ← Publish{classes [{id 1}], offers [{item 1.0.1, offer_class 1, group 1}]}
commit
>   commit 6 term 4
>     end 1.0.1#1 lost: item ready (worker w2 not heard since this master took over at 08:00:10 UTC, longer than its lease)
>     task 1.0 ready [1,2) 1 succeeded
