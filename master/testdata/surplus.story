# A master that came first holds both shards. Another one joins: it gets one, once it was seen twice. Nothing of it is lost:
# what was not committed is said again to the new holder.
limits shards=2
>   nothing
up
>   broker ← Hello{session 77, host {name "host", machine_id "A", boot_id "boot"}, build "test"}
welcome
>   nothing
wait 200ms
>   take shard 0
adopt shard=0 term=1
>   broker ← Holding{holds [0@1]}
>   commit 1 term 1
>     operation master m1 shard.adopt shard 0
commit
>   nothing
wait 500ms
>   take shard 1
adopt shard=1 term=1
>   broker ← Holding{holds [0@1, 1@1]}
>   commit 2 term 1
>     operation master m1 shard.adopt shard 1
commit
>   nothing
masters alive=m1
>   nothing
# Not before it has held them for a while: who died lately is still on the list.
wait 15s
>   commit 3 confirms term 1
>   commit 4 confirms term 1
commit
>   commit 5 confirms term 1
commit
>   commit 6 confirms term 1
masters alive=m1,m2
>   nothing
masters alive=m1,m2
>   broker ← Holding{holds [0@1]}
>   note: shard 1 is lost: given back: another master holds less
holders holder=1@2/m2
>   nothing
masters alive=m1,m2
>   nothing
masters alive=m1,m2
>   nothing
# The other one dies, and its shard comes back. It is back soon after, and gets one again; only this time it does not take it.
holders holder=1@2/-
>   nothing
wait 200ms
>   take shard 1
adopt shard=1 term=3
>   broker ← Holding{holds [0@1, 1@3]}
>   commit 7 term 3
>     operation master m1 shard.adopt shard 1
commit
>   nothing
wait 15s
>   commit 8 confirms term 1
commit
>   nothing
commit
>   commit 9 confirms term 3
masters alive=m1,m2
>   nothing
masters alive=m1,m2
>   broker ← Holding{holds [0@1]}
>   note: shard 1 is lost: given back: another master holds less
wait 1s
>   take shard 1
wait 1500ms
>   nothing
adopt shard=1 term=4
>   broker ← Holding{holds [0@1, 1@4]}
>   commit 10 term 4
>     operation master m1 shard.adopt shard 1
# Whoever is listed and takes nothing is left alone for an hour.
commit
>   commit 11 confirms term 1
wait 1m
>   nothing
masters alive=m1,m2
>   nothing
masters alive=m1,m2
>   nothing
