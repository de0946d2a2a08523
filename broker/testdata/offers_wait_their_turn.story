# Higher priority first; of one priority, groups in turn; within a group, first come first served. Withdrawn offers are gone.
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
m1 publish class=1 items=1.0.0-2 group=1
>   nothing
m1 publish class=1 items=2.0.0-1 group=2
>   nothing
m1 publish class=2 cpu=500 items=3.0.0 priority=5 group=3
>   nothing
m1 withdraw items=1.0.1
>   nothing
w1 hello cpu=500
>   m1 ← Presence{workers [{worker "w1", session 1, connection 2, change here, host {name "A", machine_id "A", boot_id "boot"}, capacity {cpu_milli 500}}]}
>   w1 ← Welcome{connection 2, heartbeat 1s, silence 4s, holders [{reign 0@1, master "m1"}], cluster "argosy"}
>   m1 ← Claim{claims [{item 3.0.0, worker "w1", session 1, connection 2}]}
w1 credit freed=3.0.0
>   nothing
# Too small for the others: nothing. A larger capacity needs a new Hello.
w1 hello cpu=1000
>   m1 ← Presence{workers [{worker "w1", session 1, connection 3, change here, host {name "A", machine_id "A", boot_id "boot"}}]}
>   w1 ← Welcome{connection 3, heartbeat 1s, silence 4s, holders [{reign 0@1, master "m1"}], cluster "argosy"}
>   m1 ← Claim{claims [{item 1.0.0, worker "w1", session 1, connection 3}]}
w1 credit freed=1.0.0
>   m1 ← Claim{claims [{item 2.0.0, worker "w1", session 1, connection 3}]}
w1 credit freed=2.0.0
>   m1 ← Claim{claims [{item 1.0.2, worker "w1", session 1, connection 3}]}
w1 credit freed=1.0.2
>   m1 ← Claim{claims [{item 2.0.1, worker "w1", session 1, connection 3}]}
w1 credit freed=2.0.1
>   nothing
