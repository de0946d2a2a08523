# Who holds a shard: the highest term counts, everybody hears of changes, and a holder's offers go with it.
start
>   store epoch 1 b1
stored
>   nothing
peer m1 master m1
>   nothing
peer m2 master m2
>   nothing
peer w1 worker w1
>   nothing
w1 hello cpu=1000
>   w1 ← Welcome{connection 1, heartbeat 1s, silence 4s, cluster "argosy"}
w1 says Inventory to=master
>   nothing
m1 hello holds=0@1
>   w1 ← Holders{holders [{reign 0@1, master "m1"}]}
>   m1 ← Welcome{connection 2, heartbeat 1s, silence 4s, holders [{reign 0@1, master "m1"}], cluster "argosy"}
>   m1 ← Presence{complete true, workers [{worker "w1", session 1, connection 1, change here, host {name "A", machine_id "A", boot_id "boot"}}]}
>   m1 ← BrokerReport dropped_no_holder=1 hellos=2 connections=2 workers=1
m1 publish items=1.0.0-1 cpu=2000
>   nothing
m2 hello machine=B
>   m2 ← Welcome{connection 3, heartbeat 1s, silence 4s, holders [{reign 0@1, master "m1"}], cluster "argosy"}
>   m2 ← Presence{complete true, workers [{worker "w1", session 1, connection 1, change here, host {name "A", machine_id "A", boot_id "boot"}}]}
# An older term is not believed; a higher one takes the shard.
m2 holding holds=0@1
>   nothing
m2 holding holds=0@2
>   w1 ← Holders{holders [{reign 0@2, master "m2"}]}
>   m1 ← Holders{holders [{reign 0@2, master "m2"}]}
m1 publish items=1.0.0-1
>   m1 ← Refused{refused_word 20, reason old_term, text "shard 0 is not held at term 1 on this connection"}
m1 says Run to=w1
>   m1 ← Refused{refused_word 30, reason old_term, text "shard 0 is not held at term 1 on this connection"}
w1 says Inventory to=master
>   m2 ← worker/w1/1 → master/m2/3 Inventory v1 epoch 1/b1 connection 1 shard 0 term 0 carried
m2 publish items=1.0.0-1
>   m2 ← Claim{claims [{item 1.0.0, worker "w1", session 1, connection 1}]}
m2 says Run to=w1
>   w1 ← master/m2/3 → worker/w1/1 Run v1 epoch 1/b1 connection 3 shard 0 term 2 carried
m2 declined worker=w1 items=1.0.0
>   m2 ← Claim{claims [{item 1.0.1, worker "w1", session 1, connection 1}]}
# Gone: nobody holds it; its return at the same term is told again, so that workers repeat.
m2 gone
>   w1 ← Holders{holders [{reign 0@2}]}
>   m1 ← Holders{holders [{reign 0@2}]}
w1 says Inventory to=master
>   nothing
peer m2b master m2
>   nothing
m2b hello machine=B holds=0@2
>   w1 ← Holders{holders [{reign 0@2, master "m2"}]}
>   m1 ← Holders{holders [{reign 0@2, master "m2"}]}
>   m2b ← Welcome{connection 4, heartbeat 1s, silence 4s, holders [{reign 0@2, master "m2"}], cluster "argosy"}
>   m2b ← Presence{complete true, workers [{worker "w1", session 1, connection 1, change here, host {name "A", machine_id "A", boot_id "boot"}}]}
w1 says Inventory to=master
>   m2b ← worker/w1/1 → master/m2/4 Inventory v1 epoch 1/b1 connection 1 shard 0 term 0 carried
# A worker's word to a connection that is no more.
w1 hello session=2
>   m1 ← Presence{workers [{worker "w1", session 2, connection 5, change here, host {name "A", machine_id "A", boot_id "boot"}}]}
>   m2b ← Presence{workers [{worker "w1", session 2, connection 5, change here, host {name "A", machine_id "A", boot_id "boot"}}]}
>   w1 ← Welcome{connection 5, heartbeat 1s, silence 4s, holders [{reign 0@2, master "m2"}], cluster "argosy"}
w1 hello session=2 cpu=2000
>   m1 ← Presence{workers [{worker "w1", session 2, connection 6, change here, host {name "A", machine_id "A", boot_id "boot"}, capacity {cpu_milli 2000}}]}
>   m2b ← Presence{workers [{worker "w1", session 2, connection 6, change here, host {name "A", machine_id "A", boot_id "boot"}, capacity {cpu_milli 2000}}]}
>   w1 ← Welcome{connection 6, heartbeat 1s, silence 4s, holders [{reign 0@2, master "m2"}], cluster "argosy"}
w1 ping
>   w1 ← Pong{nonce 1}
w1 hello session=2 cpu=3000
>   m1 ← Presence{workers [{worker "w1", session 2, connection 7, change here, host {name "A", machine_id "A", boot_id "boot"}, capacity {cpu_milli 3000}}]}
>   m2b ← Presence{workers [{worker "w1", session 2, connection 7, change here, host {name "A", machine_id "A", boot_id "boot"}, capacity {cpu_milli 3000}}]}
>   w1 ← Welcome{connection 7, heartbeat 1s, silence 4s, holders [{reign 0@2, master "m2"}], cluster "argosy"}
m2b says Run to=w1
>   w1 ← master/m2/4 → worker/w1/7 Run v1 epoch 1/b1 connection 4 shard 0 term 2 carried
w1 full
>   m1 ← Presence{workers [{worker "w1", session 2, connection 7, change closed, host {name "A", machine_id "A", boot_id "boot"}, capacity {cpu_milli 3000}}]}
>   m2b ← Presence{workers [{worker "w1", session 2, connection 7, change closed, host {name "A", machine_id "A", boot_id "boot"}, capacity {cpu_milli 3000}}]}
m2b says Run to=w1
>   nothing
