# What each refusal looks like, and that nothing else follows from it.
peer m1 master m1
>   nothing
peer w1 worker w1
>   nothing
peer v1 viewer v1
>   nothing
peer s1 submitter s1
>   nothing
peer d1 worker d1 disabled
>   nothing
# Nobody is served before the epoch is on disk.
start epoch=4
>   store epoch 5 b1
m1 hello holds=0@1
>   m1 ← Refused{refused_word 1, reason not_active, text "this broker does not serve yet: say it again later"}
stored
>   nothing
m1 hello holds=0@1
>   m1 ← Welcome{connection 1, heartbeat 1s, silence 4s, holders [{reign 0@1, master "m1"}], cluster "argosy"}
>   m1 ← Presence{complete true}
>   m1 ← BrokerReport not_active=1 hellos=1 connections=1
w1 ping
>   w1 ← Refused{refused_word 4, reason no_hello, text "connection 0 is not current: say Hello"}
w1 hello session=0
>   w1 ← Refused{refused_word 1, reason invalid, text "Hello.session is 0: draw one from 1 … 2^63-1"}
w1 hello machine=none
>   w1 ← Refused{refused_word 1, reason invalid, text "Hello.host.machine_id is empty: twins could not be told a…"}
d1 hello
>   d1 ← Refused{refused_word 1, reason not_enabled, text "d1 is not enabled; an operator enables it"}
w1 hello held=1.0.0-8
>   w1 ← Refused{refused_word 1, reason busy, text "items_per_worker: 9 items are held, 8 are the most"}
w1 hello
>   m1 ← Presence{workers [{worker "w1", session 1, connection 2, change here, host {name "A", machine_id "A", boot_id "boot"}}]}
>   w1 ← Welcome{connection 2, heartbeat 1s, silence 4s, holders [{reign 0@1, master "m1"}], cluster "argosy"}
w1 ping connection=99
>   w1 ← Refused{refused_word 4, reason no_hello, text "connection 99 is not current: say Hello"}
w1 ping epoch=4
>   w1 ← Refused{refused_word 4, reason old_epoch, text "epoch 4 is over, 5 is current: take it from Welcome"}
w1 ping version=2
>   w1 ← Refused{refused_word 4, reason version, text "protocol version 2 is not spoken here, 1 is"}
w1 says word=999
>   w1 ← Refused{refused_word 999, reason unknown_word, text "no word has the number 999"}
w1 says Submit to=master
>   nothing
w1 says Started to=w1
>   nothing
w1 publish items=1.0.0
>   nothing
v1 hello
>   v1 ← Welcome{connection 3, heartbeat 1s, silence 4s, holders [{reign 0@1, master "m1"}], cluster "argosy"}
v1 says Submit to=master
>   v1 ← Refused{refused_word 50, reason not_allowed, text "Submit is not for the role of v1 to say, or not to that r…"}
v1 says Ask to=master
>   m1 ← viewer/v1/3 → master/m1/1 Ask v1 epoch 5/b1 connection 3 shard 0 term 0 carried
# Refusals are told so often only, then counted.
m1 publish undecodable
>   m1 ← Refused{refused_word 20, reason malformed, text "Publish.offers: not an array"}
w1 rubbish
>   nothing
m1 publish class=7 undefined items=1.0.0
>   m1 ← Refused{refused_word 20, reason invalid, text "1 of 1 offers and classes were not taken in: an offer nam…"}
m1 publish reign=0@2 items=1.0.0
>   m1 ← Refused{refused_word 20, reason old_term, text "shard 0 is not held at term 2 on this connection"}
m1 says Run to=w1 reign=0@2
>   m1 ← Refused{refused_word 30, reason old_term, text "shard 0 is not held at term 2 on this connection"}
wait 1s
>   m1 ← Pong{}
>   w1 ← Pong{}
>   v1 ← Pong{}
>   m1 ← BrokerReport malformed=2 version=1 unknown_word=1 not_allowed=4 not_enabled=1 no_hello=2 old_epoch=1 old_term=2 busy=1 invalid=3 not_active=1 refusals_untold=4 hellos=3 relayed=1 connections=3 clients=1 workers=1
