# A second host with the same key is refused as long as the first is heard.
start
>   store epoch 1 b1
stored
>   nothing
peer m1 master m1
>   nothing
peer w1 worker w1
>   nothing
peer twin worker w1
>   nothing
m1 hello holds=0@1
>   m1 ← Welcome{connection 1, heartbeat 1s, silence 4s, holders [{reign 0@1, master "m1"}], cluster "argosy"}
>   m1 ← Presence{complete true}
>   m1 ← BrokerReport hellos=1 connections=1
w1 hello machine=A
>   m1 ← Presence{workers [{worker "w1", session 1, connection 2, change here, host {name "A", machine_id "A", boot_id "boot"}}]}
>   w1 ← Welcome{connection 2, heartbeat 1s, silence 4s, holders [{reign 0@1, master "m1"}], cluster "argosy"}
twin hello machine=B
>   twin ← Refused{refused_word 1, reason twin, text "w1 is connected from host A"}
w1 ping
>   w1 ← Pong{nonce 1}
w1 gone
>   m1 ← Presence{workers [{worker "w1", session 1, connection 2, change closed, host {name "A", machine_id "A", boot_id "boot"}}]}
twin hello machine=B
>   m1 ← Presence{workers [{worker "w1", session 1, connection 3, change here, host {name "B", machine_id "B", boot_id "boot"}}]}
>   twin ← Welcome{connection 3, heartbeat 1s, silence 4s, holders [{reign 0@1, master "m1"}], cluster "argosy"}
