# A master that was cut off, and whose shard another one took, learns of it from its Welcome: the catalog is asked at once.
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
submit k1
>   commit 2 term 1
>     admission k1
commit
>   alice ← Accepted{key "k1", execution 1}
>   broker ← Publish{classes [{id 1}], offers [{item 1.0.0, offer_class 1, group 1}]}
down
>   nothing
up
>   broker ← Hello{session 77, host {name "host", machine_id "A", boot_id "boot"}, build "test", holds [0@1]}
welcome holder=m2 term=2
>   broker ← Publish{classes [{id 1}], offers [{item 1.0.0, offer_class 1, group 1}]}
>   commit 3 confirms term 1
commit verdict=fenced
>   broker ← Holding{}
>   note: shard 0 is lost: its term no longer stands: another master took it
wait 10s
>   nothing
