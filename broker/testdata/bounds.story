# Bounds are refused by name: connections of clients, their words, offers of a group and of a class.
start
>   store epoch 1 b1
stored
>   nothing
peer m1 master m1
>   nothing
peer s1 submitter s1
>   nothing
peer s2 operator o1
>   nothing
peer s3 submitter s1
>   nothing
s1 hello
>   s1 ← Welcome{connection 1, heartbeat 1s, silence 4s, cluster "argosy"}
s2 hello
>   s2 ← Welcome{connection 2, heartbeat 1s, silence 4s, cluster "argosy"}
s3 hello
>   s3 ← Refused{refused_word 1, reason busy, text "max_clients is reached: say Hello again later"}
s1 gone
>   nothing
s3 hello
>   s3 ← Welcome{connection 3, heartbeat 1s, silence 4s, cluster "argosy"}
s3 says Ask to=master
>   s3 ← Refused{refused_word 54, reason unreachable, text "no master holds shard 0 now: say it again later"}
m1 hello holds=0@1
>   s2 ← Holders{holders [{reign 0@1, master "m1"}]}
>   s3 ← Holders{holders [{reign 0@1, master "m1"}]}
>   m1 ← Welcome{connection 4, heartbeat 1s, silence 4s, holders [{reign 0@1, master "m1"}], cluster "argosy"}
>   m1 ← Presence{complete true}
>   m1 ← BrokerReport unreachable=1 busy=1 gone_without_bye=1 hellos=4 connections=3 clients=2
s3 says Ask to=master
>   m1 ← submitter/s1/3 → master/m1/4 Ask v1 epoch 1/b1 connection 3 shard 0 term 0 carried
s3 says Ask to=master
>   m1 ← submitter/s1/3 → master/m1/4 Ask v1 epoch 1/b1 connection 3 shard 0 term 0 carried
s3 says Ask to=master
>   s3 ← Refused{refused_word 54, reason busy, text "client_words_per_second: say it again later"}
wait 1s
>   s2 ← Pong{}
>   s3 ← Pong{}
>   m1 ← Pong{}
>   m1 ← BrokerReport unreachable=1 busy=2 gone_without_bye=1 hellos=4 relayed=2 connections=3 clients=2
s3 says Ask to=master
>   m1 ← submitter/s1/3 → master/m1/4 Ask v1 epoch 1/b1 connection 3 shard 0 term 0 carried
m1 says Answer to=s3
>   s3 ← master/m1/4 → submitter/s1/3 Answer v1 epoch 1/b1 connection 4 shard 0 term 1 carried
m1 says Answer to=s1
>   nothing
m1 publish class=1 items=1.0.0-4 group=1
>   m1 ← Refused{refused_word 20, reason busy, text "1 of 6 offers and classes were not taken in: offers_per_g…"}
m1 publish class=1 items=2.0.0-2 group=2
>   m1 ← Refused{refused_word 20, reason busy, text "1 of 4 offers and classes were not taken in: offers_per_c…"}
m1 publish class=1 cpu=2000
>   m1 ← Refused{refused_word 20, reason invalid, text "1 of 1 offers and classes were not taken in: a class was …"}
