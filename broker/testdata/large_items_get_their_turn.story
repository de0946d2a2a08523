# A large item that waits at a worker is not passed by small ones that would fit.
start
>   store epoch 1 b1
stored
>   nothing
peer m1 master m1
>   nothing
peer w1 worker w1
>   nothing
m1 hello holds=0@1
>   m1 ← Welcome{connection 1, heartbeat 1s, silence 4s, holders [{reign 0@1, master "m1"}], cluster "argosy"}
>   m1 ← Presence{complete true}
>   m1 ← BrokerReport hellos=1 connections=1
w1 hello cpu=2000 prefetch=1
>   m1 ← Presence{workers [{worker "w1", session 1, connection 2, change here, host {name "A", machine_id "A", boot_id "boot"}, capacity {cpu_milli 2000}}]}
>   w1 ← Welcome{connection 2, heartbeat 1s, silence 4s, holders [{reign 0@1, master "m1"}], cluster "argosy"}
m1 publish class=1 cpu=1000 items=1.0.0
>   m1 ← Claim{claims [{item 1.0.0, worker "w1", session 1, connection 2}]}
m1 publish class=2 cpu=2000 items=2.0.0
>   m1 ← Claim{claims [{item 2.0.0, worker "w1", session 1, connection 2}]}
m1 publish class=1 cpu=1000 items=1.0.1
>   nothing
w1 credit prefetch=1 freed=1.0.0
>   m1 ← Claim{claims [{item 1.0.1, worker "w1", session 1, connection 2}]}
w1 credit prefetch=1 freed=2.0.0
>   nothing
