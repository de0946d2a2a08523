# The catalog's synchronous standby is gone: the commit waits, which is said; submits behind it are refused after their
# patience, the one that is being committed is not; when the standby is back all goes on.
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
submit k1 tasks=a:2
>   commit 3 term 1
>     admission k1
wait 1s
>   nothing
catalog-waits
>   note: catalog: waits for its synchronous standby
submit k2
>   nothing
explain 1
>   desk ← explained
status
>   desk ← fleet of 1, catalog away
wait 6s
>   alice ← Refused{refused_word 50, reason catalog_unavailable, text "the catalog cannot be written: waits for its synchronous …", request "k2"}
submit k3
>   alice ← Refused{refused_word 50, reason catalog_unavailable, text "the catalog cannot be written: waits for its synchronous …", request "k3"}
commit
>   alice ← Accepted{key "k1", execution 1}
>   broker ← Publish{classes [{id 1}], offers [{item 1.0.0, offer_class 1, group 1}, {item 1.0.1, offer_class 1, group 1}]}
>   note: catalog: is back
explain 1
>   commit 4 confirms term 1
>   desk ← explained | task 0: 2 ready: all slots are busy: 1 worker could take it
status
>   desk ← fleet of 1
