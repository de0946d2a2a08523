# Who was refused more than could be told says Hello again, and repeats: nothing waits for a refusal that never comes.
start
>   store epoch 1 b1
stored
>   nothing
peer m1 master m1
>   nothing
peer s1 submitter s1
>   nothing
m1 hello holds=0@1
>   m1 ← Welcome{connection 1, heartbeat 1s, silence 4s, holders [{reign 0@1, master "m1"}], cluster "argosy"}
>   m1 ← Presence{complete true}
>   m1 ← BrokerReport hellos=1 connections=1
s1 hello
>   s1 ← Welcome{connection 2, heartbeat 1s, silence 4s, holders [{reign 0@1, master "m1"}], cluster "argosy"}
s1 says Ask to=master
>   m1 ← submitter/s1/2 → master/m1/1 Ask v1 epoch 1/b1 connection 2 shard 0 term 0 carried
s1 says Ask to=master
>   m1 ← submitter/s1/2 → master/m1/1 Ask v1 epoch 1/b1 connection 2 shard 0 term 0 carried
s1 says Ask to=master
>   m1 ← submitter/s1/2 → master/m1/1 Ask v1 epoch 1/b1 connection 2 shard 0 term 0 carried
s1 says Ask to=master
>   s1 ← Refused{refused_word 54, reason busy, text "client_words_per_second: say it again later"}
s1 says Ask to=master
>   s1 ← Refused{refused_word 54, reason busy, text "client_words_per_second: say it again later"}
s1 says Ask to=master
>   s1 ← Refused{refused_word 54, reason busy, text "client_words_per_second: say it again later"}
s1 says Ask to=master
>   s1 ← Refused{refused_word 54, reason busy, text "client_words_per_second: say it again later"}
s1 says Ask to=master
>   s1 ← Refused{refused_word 54, reason busy, text "client_words_per_second: say it again later"}
s1 says Ask to=master
>   s1 ← Refused{refused_word 54, reason busy, text "client_words_per_second: say it again later"}
s1 says Ask to=master
>   s1 ← Refused{refused_word 54, reason busy, text "client_words_per_second: say it again later"}
s1 says Ask to=master
>   s1 ← Refused{refused_word 54, reason busy, text "client_words_per_second: say it again later"}
s1 says Ask to=master
>   nothing
s1 says Ask to=master
>   nothing
wait 1s
>   m1 ← Pong{}
>   s1 ← Pong{}
>   m1 ← BrokerReport no_hello=1 busy=9 refusals_untold=2 hellos=2 relayed=3 connections=2 clients=1
s1 says Ask to=master
>   s1 ← Refused{refused_word 54, reason no_hello, text "more words were refused than could be told: say Hello aga…"}
s1 hello
>   s1 ← Welcome{connection 3, heartbeat 1s, silence 4s, holders [{reign 0@1, master "m1"}], cluster "argosy"}
s1 says Ask to=master
>   m1 ← submitter/s1/3 → master/m1/1 Ask v1 epoch 1/b1 connection 3 shard 0 term 0 carried
