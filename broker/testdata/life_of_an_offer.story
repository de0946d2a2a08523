# An offer from Publish to the end of its run: it waits for a worker, goes to it by Claim, and its room is free after Credit.
start
>   store epoch 1 b1
stored
>   nothing
peer m1 master m1
>   nothing
peer w1 worker w1
>   nothing
m1 hello holds=0@1 session=10
>   m1 ← Welcome{connection 1, heartbeat 1s, silence 4s, holders [{reign 0@1, master "m1"}], cluster "argosy"}
>   m1 ← Presence{complete true}
>   m1 ← BrokerReport hellos=1 connections=1
m1 publish class=1 cpu=1000 items=17.0.0-2
>   nothing
# Said again: nothing changes.
m1 publish class=1 cpu=1000 items=17.0.2
>   nothing
w1 hello cpu=1000 prefetch=1 session=20
>   m1 ← Presence{workers [{worker "w1", session 20, connection 2, change here, host {name "A", machine_id "A", boot_id "boot"}}]}
>   w1 ← Welcome{connection 2, heartbeat 1s, silence 4s, holders [{reign 0@1, master "m1"}], cluster "argosy"}
>   m1 ← Claim{claims [{item 17.0.0, worker "w1", session 20, connection 2}, {item 17.0.1, worker "w1", session 20, connection 2}]}
m1 says Run to=w1
>   w1 ← master/m1/1 → worker/w1/2 Run v1 epoch 1/b1 connection 1 shard 0 term 1 carried
w1 says Started to=master reign=0@1
>   m1 ← worker/w1/2 → master/m1/1 Started v1 epoch 1/b1 connection 2 shard 0 term 1 carried
w1 credit prefetch=1 freed=17.0.0
>   m1 ← Claim{claims [{item 17.0.2, worker "w1", session 20, connection 2}]}
w1 says Finished to=master reign=0@1
>   m1 ← worker/w1/2 → master/m1/1 Finished v1 epoch 1/b1 connection 2 shard 0 term 1 carried
m1 says Recorded to=w1
>   w1 ← master/m1/1 → worker/w1/2 Recorded v1 epoch 1/b1 connection 1 shard 0 term 1 carried
w1 credit prefetch=1 freed=17.0.1
>   nothing
w1 credit prefetch=1 freed=17.0.2
>   nothing
m1 withdraw items=17.0.2
>   nothing
