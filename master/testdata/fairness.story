# A batch of many does not keep a later job out; a higher priority goes before both.
limits class=8 group=6
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
submit k1 tasks=a:100
>   commit 3 term 1
>     admission k1
commit
>   alice ← Accepted{key "k1", execution 1}
>   broker ← Publish{classes [{id 1}], offers [{item 1.0.0, offer_class 1, group 1}, {item 1.0.1, offer_class 1, group 1}, {item 1.0.2, offer_class 1, group 1}, {item 1.0.3, offer_class 1, group 1}, {item 1.0.4, offer_class 1, group 1}, {item 1.0.5, offer_class 1, group 1}]}
submit k2 tasks=a:100
>   commit 4 term 1
>     admission k2
commit
>   alice ← Accepted{key "k2", execution 2}
>   broker ← Publish{offers [{item 2.0.0, offer_class 1, group 2}, {item 2.0.1, offer_class 1, group 2}]}
submit k3 tasks=a
>   commit 5 term 1
>     admission k3
commit
>   alice ← Accepted{key "k3", execution 3}
>   broker ← Withdraw{items [1.0.5, 1.0.4, 1.0.3]}
>   broker ← Publish{offers [{item 3.0.0, offer_class 1, group 3}, {item 1.0.3, offer_class 1, group 1}, {item 1.0.4, offer_class 1, group 1}]}
submit k4 tasks=a:3 priority=10
>   commit 6 term 1
>     admission k4
commit
>   alice ← Accepted{key "k4", execution 4}
>   broker ← Withdraw{items [1.0.4, 1.0.3, 1.0.2, 1.0.1, 1.0.0, 2.0.3, 2.0.2]}
>   broker ← Publish{offers [{item 4.0.0, offer_class 1, priority 10, group 4}, {item 4.0.1, offer_class 1, priority 10, group 4}, {item 4.0.2, offer_class 1, priority 10, group 4}, {item 1.0.0, offer_class 1, group 1}, {item 1.0.1, offer_class 1, group 1}]}
claim w1 items=4.0.0-2
>   broker ← Publish{offers [{item 2.0.2, offer_class 1, group 2}, {item 2.0.3, offer_class 1, group 2}, {item 2.0.4, offer_class 1, group 2}]}
>   commit 7 term 1
>     claim 4.0.0#1 w1
>     claim 4.0.1#1 w1
>     claim 4.0.2#1 w1
>     task 4.0 ready [3,3)
>     execution 4 running
claim w1 items=3.0.0
>   broker ← Publish{offers [{item 1.0.2, offer_class 1, group 1}]}
commit
>   w1 ← Run{session 5, renewal 1, specs [{execution 4, body {name "a", for_each {source range}, argv ["run-a", "${{ item }}"], lease 1m, interruptions 5, grace 10s}, package "p"}], items [{attempt 4.0.0#1, value "0", id "0"}, {attempt 4.0.1#1, value "1", id "1"}, {attempt 4.0.2#1, value "2", id "2"}]}
>   commit 8 term 1
>     claim 3.0.0#1 w1
>     task 3.0 ready [1,1)
>     execution 3 running
commit
>   w1 ← Run{session 5, renewal 1, specs [{execution 3, body {name "a", argv ["run-a"], lease 1m, interruptions 5, grace 10s}, package "p"}], items [{attempt 3.0.0#1}]}
