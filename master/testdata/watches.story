# Who asks to hear of an execution and cannot is told so. One request has one place, on whichever connection it was said last.
limits watches=2
>   nothing
up
>   broker ← Hello{session 77, host {name "host", machine_id "A", boot_id "boot"}, build "test"}
welcome connection=1
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
submit k1 tasks=a watch
>   commit 3 term 1
>     admission k1
commit
>   alice ← Accepted{key "k1", execution 1}
>   alice ← Changed{request "k1", execution 1, status created, counts {total 1, ready 1}}
>   broker ← Publish{classes [{id 1}], offers [{item 1.0.0, offer_class 1, group 1}]}
watch 1 connection=901
>   alice ← Changed{request "r", execution 1, status created, counts {total 1, ready 1}}
watch 1 connection=902
>   alice ← Changed{request "r", execution 1, status created, counts {total 1, ready 1}}
watch 1 connection=901
>   alice ← Refused{refused_word 52, reason busy, text "this master tells of as many executions as it can; say it…", request "r"}
submit k2 tasks=a watch
>   commit 4 term 1
>     admission k2
commit
>   alice ← Accepted{key "k2", execution 2}
>   alice ← Refused{refused_word 52, reason busy, text "this master tells of as many executions as it can; say it…", request "k2"}
>   broker ← Publish{offers [{item 2.0.0, offer_class 1, group 2}]}
watch 2 connection=902
>   alice ← Refused{refused_word 52, reason busy, text "this master tells of as many executions as it can; say it…", request "r"}
claim w1 items=1.0.0
>   alice ← Changed{request "k1", execution 1, status running, counts {total 1, ready 1}}
>   alice ← Changed{request "r", execution 1, status running, counts {total 1, ready 1}}
>   commit 5 term 1
>     claim 1.0.0#1 w1
>     task 1.0 ready [1,1)
>     execution 1 running
commit
>   w1 ← Run{session 5, renewal 1, specs [{execution 1, body {name "a", argv ["run-a"], lease 1m, interruptions 5, grace 10s}, package "p"}], items [{attempt 1.0.0#1}]}
wait 100ms
>   nothing
finished w1 attempts=1.0.0
>   commit 6 term 1
>     end 1.0.0#1 succeeded: item succeeded
>     task 1.0 ready [1,1) 1 succeeded
>     execution 1 succeeded
commit
>   w1 ← Recorded{session 5, ends [1.0.0#1]}
>   alice ← Changed{request "k1", execution 1, status succeeded, counts {total 1, succeeded 1}}
>   alice ← Changed{request "r", execution 1, status succeeded, counts {total 1, succeeded 1}}
watch 2 connection=902
>   alice ← Changed{request "r", execution 2, status created, counts {total 1, ready 1}}
# A new broker: all clients connect anew, and the places of before are free.
welcome connection=2 epoch=2 broker=b2
>   broker ← Publish{classes [{id 1}], offers [{item 2.0.0, offer_class 1, group 2}]}
>   commit 7 term 1
>     operation broker b2 broker.serve broker b2
watch 2 connection=1
>   alice ← Changed{request "r", execution 2, status created, counts {total 1, ready 1}}
watch 2 connection=2
>   alice ← Changed{request "r", execution 2, status created, counts {total 1, ready 1}}
commit
>   nothing
submit k3 tasks=a watch
>   commit 8 term 1
>     admission k3
commit
>   alice ← Accepted{key "k3", execution 3}
>   alice ← Changed{request "k3", execution 3, status created, counts {total 1, ready 1}}
>   broker ← Publish{offers [{item 3.0.0, offer_class 1, group 3}]}
# A Submit that the broker's change overtook: its client, connected anew, says it again; the former connection has no place.
submit k4 tasks=a watch
>   commit 9 term 1
>     admission k4
welcome connection=3 epoch=3 broker=b1
>   broker ← Publish{classes [{id 1}], offers [{item 2.0.0, offer_class 1, group 2}, {item 3.0.0, offer_class 1, group 3}]}
commit
>   alice ← Accepted{key "k4", execution 4}
>   broker ← Publish{offers [{item 4.0.0, offer_class 1, group 4}]}
>   commit 10 term 1
>     operation broker b1 broker.serve broker b1
watch 3 connection=1
>   alice ← Changed{request "r", execution 3, status created, counts {total 1, ready 1}}
watch 3 connection=2
>   alice ← Changed{request "r", execution 3, status created, counts {total 1, ready 1}}
