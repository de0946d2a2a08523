# Masters push the roster; the highest serial counts; nobody is made master or operator by it. Who is revoked is cut off.
start roster=5
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
w1 hello
>   m1 ← Presence{workers [{worker "w1", session 1, connection 2, change here, host {name "A", machine_id "A", boot_id "boot"}}]}
>   w1 ← Welcome{connection 2, heartbeat 1s, silence 4s, holders [{reign 0@1, master "m1"}], cluster "argosy"}
w2 hello
>   m1 ← Presence{workers [{worker "w2", session 1, connection 3, change here, host {name "A", machine_id "A", boot_id "boot"}}]}
>   w2 ← Welcome{connection 3, heartbeat 1s, silence 4s, holders [{reign 0@1, master "m1"}], cluster "argosy"}
m1 roster serial=4 entries=worker/w1
>   nothing
m1 roster serial=6 entries=worker/w1,submitter/s1,operator/o1
>   roster 6: worker/w1 submitter/s1
>   m1 ← Refused{refused_word 9, reason invalid, text "entries of roles other than worker, submitter and viewer …"}
w1 revoked
>   m1 ← Presence{workers [{worker "w1", session 1, connection 2, change closed, host {name "A", machine_id "A", boot_id "boot"}}]}
>   w1 ← Refused{reason not_enabled, text "the roster changed: this key is not enabled as before"}
w1 ping
>   w1 ← Refused{refused_word 4, reason not_enabled, text "w1 is not enabled; an operator enables it"}
w2 revoked untold
>   nothing
w2 ping
>   m1 ← Presence{workers [{worker "w2", session 1, connection 3, change closed, host {name "A", machine_id "A", boot_id "boot"}}]}
>   w2 ← Refused{refused_word 4, reason not_enabled, text "w2 is not enabled; an operator enables it"}
gate
>   nothing
wait 1s
>   m1 ← Pong{}
>   m1 ← BrokerReport 192.0.2.7 unknown_key not_enabled=3 invalid=1 dropped_old_roster=1 hellos=3 connections=1 gate_refused=3
