# A master on another catalog holds nothing here: the broker knows the cluster's by the roster that it keeps. It starts again,
# and the wrong one comes first.
start roster=5 incarnation=7
>   store epoch 1 b1
stored
>   nothing
peer m1 master m1
>   nothing
peer m9 master m9
>   nothing
peer w1 worker w1
>   nothing
peer s1 submitter s1
>   nothing
m9 hello
>   m9 ← Welcome{connection 1, heartbeat 1s, silence 4s, cluster "argosy"}
>   m9 ← Presence{complete true}
>   m9 ← BrokerReport hellos=1 connections=1
m9 holding holds=0@1 incarnation=9
>   nothing
m9 roster serial=1 incarnation=9
>   m9 ← Refused{refused_word 9, reason conflict, text "the catalog of master m9 has the incarnation 000000000000…", request "9"}
>   alarm b1: master m9 is refused: its catalog is not the cluster's
m9 publish items=1.0.0
>   nothing
m9 endpoint serial=3
>   nothing
w1 hello
>   m9 ← Presence{workers [{worker "w1", session 1, connection 2, change here, host {name "A", machine_id "A", boot_id "boot"}}]}
>   w1 ← Welcome{connection 2, heartbeat 1s, silence 4s, cluster "argosy"}
w1 says Renew to=master reign=0@1
>   nothing
s1 hello
>   s1 ← Welcome{connection 3, heartbeat 1s, silence 4s, cluster "argosy"}
s1 says Ask to=master reign=0@0
>   s1 ← Refused{refused_word 54, reason unreachable, text "no master holds shard 0 now: say it again later (not on t…"}
m9 says Granted to=w1 reign=0@1
>   m9 ← Refused{refused_word 40, reason old_term, text "shard 0 is not held at term 1 on this connection"}
# The right one takes its place.
m1 hello holds=0@4 incarnation=7
>   m9 ← Holders{holders [{reign 0@4, master "m1"}]}
>   w1 ← Holders{holders [{reign 0@4, master "m1"}]}
>   s1 ← Holders{holders [{reign 0@4, master "m1"}]}
>   m1 ← Welcome{connection 4, heartbeat 1s, silence 4s, holders [{reign 0@4, master "m1"}], cluster "argosy"}
>   m1 ← Presence{complete true, workers [{worker "w1", session 1, connection 2, change here, host {name "A", machine_id "A", boot_id "boot"}}]}
m1 roster serial=5 entries=worker/w1 incarnation=7
>   roster 5: of catalog 7 worker/w1
w1 says Renew to=master reign=0@4
>   m1 ← worker/w1/2 → master/m1/4 Renew v1 epoch 1/b1 connection 2 shard 0 term 4 carried
m9 holding holds=0@6 incarnation=9
>   nothing
m9 bye
>   nothing
wait 1s
>   w1 ← Pong{}
>   s1 ← Pong{}
>   m1 ← Pong{}
>   m1 ← BrokerReport old_term=1 unreachable=1 invalid=1 dropped_no_holder=1 dropped_other_catalog=5 alarms=1 hellos=4 relayed=1 connections=3 clients=1 workers=1
