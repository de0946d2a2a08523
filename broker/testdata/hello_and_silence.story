# Hello, its repeats, a reconnection, silence, and Bye.
start
>   store epoch 1 b1
stored
>   nothing
peer m1 master m1
>   nothing
peer w1 worker w1
>   nothing
peer w1b worker w1
>   nothing
m1 hello holds=0@1
>   m1 ← Welcome{connection 1, heartbeat 1s, silence 4s, holders [{reign 0@1, master "m1"}], cluster "argosy"}
>   m1 ← Presence{complete true}
>   m1 ← BrokerReport hellos=1 connections=1
w1 hello session=7
>   m1 ← Presence{workers [{worker "w1", session 7, connection 2, change here, host {name "A", machine_id "A", boot_id "boot"}}]}
>   w1 ← Welcome{connection 2, heartbeat 1s, silence 4s, holders [{reign 0@1, master "m1"}], cluster "argosy"}
# Said again before Welcome was heard: the same connection.
w1 hello session=7
>   w1 ← Welcome{connection 2, heartbeat 1s, silence 4s, holders [{reign 0@1, master "m1"}], cluster "argosy"}
w1 ping nonce=3
>   w1 ← Pong{nonce 3}
# Said again later: a new connection. What was said on the old one no longer counts.
w1 hello session=7
>   m1 ← Presence{workers [{worker "w1", session 7, connection 3, change here, host {name "A", machine_id "A", boot_id "boot"}}]}
>   w1 ← Welcome{connection 3, heartbeat 1s, silence 4s, holders [{reign 0@1, master "m1"}], cluster "argosy"}
w1 ping connection=2
>   w1 ← Refused{refused_word 4, reason no_hello, text "connection 2 is not current: say Hello"}
# The same machine on another socket: it takes the older one's place.
w1b hello session=8
>   m1 ← Presence{workers [{worker "w1", session 8, connection 4, change here, host {name "A", machine_id "A", boot_id "boot"}}]}
>   w1b ← Welcome{connection 4, heartbeat 1s, silence 4s, holders [{reign 0@1, master "m1"}], cluster "argosy"}
w1 ping
>   w1 ← Refused{refused_word 4, reason no_hello, text "connection 3 is not current: say Hello"}
w1 gone
>   nothing
wait 500ms
>   nothing
m1 ping
>   m1 ← Pong{nonce 1}
w1b ping
>   w1b ← Pong{nonce 1}
# Nobody says anything: the broker shows that it is there, and then they are silent.
wait 5s
>   m1 ← BrokerReport no_hello=2 hellos=4 connections=2 workers=1
>   m1 ← Pong{}
>   w1b ← Pong{}
>   m1 ← Pong{}
>   w1b ← Pong{}
>   m1 ← Pong{}
>   w1b ← Pong{}
>   w1b ← Holders{holders [{reign 0@1}]}
m1 hello holds=0@1
>   m1 ← Welcome{connection 5, heartbeat 1s, silence 4s, holders [{reign 0@1, master "m1"}], cluster "argosy"}
>   m1 ← Presence{complete true}
>   m1 ← BrokerReport no_hello=2 hellos=5 connections=1
w1b hello session=8
>   m1 ← Presence{workers [{worker "w1", session 8, connection 6, change here, host {name "A", machine_id "A", boot_id "boot"}}]}
>   w1b ← Welcome{connection 6, heartbeat 1s, silence 4s, holders [{reign 0@1, master "m1"}], cluster "argosy"}
w1b bye
>   m1 ← Presence{workers [{worker "w1", session 8, connection 6, change left, host {name "A", machine_id "A", boot_id "boot"}}]}
w1b ping
>   w1b ← Refused{refused_word 4, reason no_hello, text "connection 6 is not current: say Hello"}
