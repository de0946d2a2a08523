# The Inventory table of protocol.md, row by row, after an adoption.
up
>   broker ← Hello{session 77, host {name "host", machine_id "A", boot_id "boot"}, build "test"}
welcome
>   nothing
wait 200ms
>   take shard 0
adopt term=2 tasks=a:20:lease=2s high=9 low=9 succeeded=1 open=1.0.0#1:w1/5:running,1.0.1#1:w1/5:running,1.0.2#1:w1/5:claimed,1.0.3#2:w1/4:running,1.0.4#1:w1/4:running,1.0.5#1:w1/3:running,1.0.6#1:w2/9:running,1.0.7#1:w1/5:ready
>   broker ← Holding{holds [0@2]}
>   broker ← Publish{classes [{id 1}], offers [{item 1.0.7, offer_class 1, group 1}, {item 1.0.9, offer_class 1, group 1}, {item 1.0.10, offer_class 1, group 1}, {item 1.0.11, offer_class 1, group 1}, {item 1.0.12, offer_class 1, group 1}, {item 1.0.13, offer_class 1, group 1}, {item 1.0.14, offer_class 1, group 1}, {item 1.0.15, offer_class 1, group 1}, {item 1.0.16, offer_class 1, group 1}, {item 1.0.17, offer_class 1, group 1}, {item 1.0.18, offer_class 1, group 1}, {item 1.0.19, offer_class 1, group 1}]}
>   commit 1 term 2
>     operation master m1 shard.adopt shard 0
commit
>   nothing
here w1 session=5 connection=10
>   nothing
renew w1
>   w1 ← Granted{session 5, renewal 1, lease 1m, grace 10m}
# held: goes on. finished: waited for. neither: Run again. earlier session finished: waited for; not finished and named
# as predecessor: lost; of a session that nothing is known of: waits. Not ours: Drop. Ended: Recorded.
inventory w1 predecessor=4 held=1.0.0,1.0.6,1.0.19 finished=1.0.1,1.0.3#2,1.0.8
>   w1 ← Drop{session 5, attempts [1.0.6#1, 1.0.19#1]}
>   broker ← Publish{offers [{item 1.0.4, offer_class 1, group 1}]}
>   commit 2 term 2
>     end 1.0.4#1 lost: item ready (w1 came back without it: its earlier session is dead)
>     task 1.0 ready [4,9) 1 succeeded
commit
>   w1 ← Recorded{session 5, ends [1.0.8#1], logs [{attempt 1.0.0#1}, {attempt 1.0.1#1}, {attempt 1.0.3#2}]}
>   w1 ← Run{session 5, renewal 1, specs [{execution 1, body {name "a", for_each {source range}, argv ["run-a", "${{ item }}"], lease 2s, interruptions 5, grace 10s}, package "p"}], items [{attempt 1.0.2#1, value "2", id "2"}]}
>   w1 ← Reconciled{session 5, serial 1}
commit
>   nothing is in flight
finished w1 session=4 attempts=1.0.3#2
>   commit 3 term 2
>     end 1.0.3#2 succeeded: item succeeded
>     task 1.0 ready [4,9) 2 succeeded
finished w1 attempts=1.0.1
>   nothing
return w1 attempts=1.0.2 forgotten
>   broker ← Publish{offers [{item 1.0.2, offer_class 1, group 1}]}
commit
>   w1 ← Recorded{session 5, ends [1.0.3#2]}
>   commit 4 term 2
>     end 1.0.1#1 succeeded: item succeeded
>     end 1.0.2#1 lost: item ready (its worker knew it, and no longer has it)
>     task 1.0 ready [2,9) 3 succeeded
commit
>   w1 ← Recorded{session 5, ends [1.0.1#1]}
status
>   desk ← fleet of 2 late_end=1
# w2 cannot be reached: lost only after the former holder's grace.
explain 1
>   desk ← explained | task 0: 1 running: running on w1 | task 0: 14 ready: all slots are busy: 1 worker could take it | task 0: 1 running: waiting for worker w1, which came back in another session without proof that the earlier one is dead; given away at 08:10:17 UTC if it is not heard (argosy worker lost w1 ends the wait) | task 0: 1 running: waiting for worker w2, not heard since this master took over at 08:00:00 UTC; given away at 08:10:17 UTC if it is not heard (argosy worker lost w2 ends the wait)
