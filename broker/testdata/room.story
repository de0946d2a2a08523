# Where it fits now before where it would wait; the least loaded first; tags and names decide who may take an offer at all.
start
>   store epoch 1 b1
stored
>   nothing
peer m1 master m1
>   nothing
peer w1 worker w1
>   nothing
peer w2 worker w2
>   nothing
m1 hello holds=0@1
>   m1 ← Welcome{connection 1, heartbeat 1s, silence 4s, holders [{reign 0@1, master "m1"}], cluster "argosy"}
>   m1 ← Presence{complete true}
>   m1 ← BrokerReport hellos=1 connections=1
w1 hello cpu=2000 prefetch=2 tags=gpu
>   m1 ← Presence{workers [{worker "w1", session 1, connection 2, change here, host {name "A", machine_id "A", boot_id "boot"}, capacity {cpu_milli 2000, tags ["gpu"]}}]}
>   w1 ← Welcome{connection 2, heartbeat 1s, silence 4s, holders [{reign 0@1, master "m1"}], cluster "argosy"}
w2 hello cpu=1000 prefetch=2 machine=B
>   m1 ← Presence{workers [{worker "w2", session 1, connection 3, change here, host {name "B", machine_id "B", boot_id "boot"}}]}
>   w2 ← Welcome{connection 3, heartbeat 1s, silence 4s, holders [{reign 0@1, master "m1"}], cluster "argosy"}
m1 publish class=1 cpu=1000 items=1.0.0-3
>   m1 ← Claim{claims [{item 1.0.0, worker "w1", session 1, connection 2}, {item 1.0.1, worker "w2", session 1, connection 3}, {item 1.0.2, worker "w1", session 1, connection 2}, {item 1.0.3, worker "w2", session 1, connection 3}]}
m1 publish class=2 cpu=1000 tags=gpu items=2.0.0
>   m1 ← Claim{claims [{item 2.0.0, worker "w1", session 1, connection 2}]}
m1 publish class=3 cpu=1000 workers=w2 items=3.0.0
>   m1 ← Claim{claims [{item 3.0.0, worker "w2", session 1, connection 3}]}
# Both prefetch one more, then nobody has room.
m1 publish class=1 cpu=1000 items=1.0.4-5
>   m1 ← Claim{claims [{item 1.0.4, worker "w1", session 1, connection 2}]}
# Never: more than any worker has.
m1 publish class=4 cpu=9000 items=4.0.0
>   nothing
w2 credit prefetch=2 freed=1.0.1
>   m1 ← Claim{claims [{item 1.0.5, worker "w2", session 1, connection 3}]}
# Declined: its room is free again. One that is not held is counted.
m1 declined worker=w1 items=1.0.0
>   nothing
m1 declined worker=w1 items=1.0.0
>   nothing
# Draining: nothing new; the masters hear of it.
w1 credit draining freed=1.0.2,1.0.3,2.0.0
>   m1 ← Presence{workers [{worker "w1", session 1, connection 2, change here, host {name "A", machine_id "A", boot_id "boot"}, capacity {cpu_milli 2000, tags ["gpu"]}, draining true}]}
m1 publish class=5 cpu=1000 workers=w1 items=5.0.0
>   nothing
w1 credit
>   m1 ← Presence{workers [{worker "w1", session 1, connection 2, change here, host {name "A", machine_id "A", boot_id "boot"}, capacity {cpu_milli 2000, tags ["gpu"]}}]}
>   m1 ← Claim{claims [{item 5.0.0, worker "w1", session 1, connection 2}]}
