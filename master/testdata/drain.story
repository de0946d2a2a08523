# A worker that drains gets nothing new: offers name the others.
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
fleet workers=w1,w2
>   broker ← Roster{serial 1, entries [{key "000000000000000000000000000000000000000000000000000000000…", name "w1", role worker, state enabled}, {key "000000000000000000000000000000000000000000000000000000000…", name "w2", role worker, state enabled}]}
submit k1 tasks=a:3
>   commit 3 term 1
>     admission k1
commit
>   alice ← Accepted{key "k1", execution 1}
>   broker ← Publish{classes [{id 1}], offers [{item 1.0.0, offer_class 1, group 1}, {item 1.0.1, offer_class 1, group 1}, {item 1.0.2, offer_class 1, group 1}]}
fleet workers=w1,w2 draining=w1
>   broker ← Roster{serial 2, entries [{key "000000000000000000000000000000000000000000000000000000000…", name "w1", role worker, state enabled}, {key "000000000000000000000000000000000000000000000000000000000…", name "w2", role worker, state enabled}]}
>   broker ← Withdraw{items [1.0.2, 1.0.1, 1.0.0]}
>   broker ← Publish{classes [{id 2, workers ["w2"]}], offers [{item 1.0.0, offer_class 2, group 1}, {item 1.0.1, offer_class 2, group 1}, {item 1.0.2, offer_class 2, group 1}]}
explain 1
>   desk ← explained | task 0: 3 ready: the only worker online is draining
fleet workers=w1,w2
>   broker ← Roster{serial 3, entries [{key "000000000000000000000000000000000000000000000000000000000…", name "w1", role worker, state enabled}, {key "000000000000000000000000000000000000000000000000000000000…", name "w2", role worker, state enabled}]}
>   broker ← Withdraw{items [1.0.2, 1.0.1, 1.0.0]}
>   broker ← Publish{offers [{item 1.0.0, offer_class 1, group 1}, {item 1.0.1, offer_class 1, group 1}, {item 1.0.2, offer_class 1, group 1}]}
