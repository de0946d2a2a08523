# A broker goes above every epoch that it hears of from masters and workers, not from who only submits; then all say Hello again. A leap that no broker made is refused.
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
w1 hello epoch=99999999999
>   w1 ← Refused{refused_word 1, reason invalid, text "no broker ever reigned in epoch 99999999999"}
peer s1 submitter s1
>   nothing
s1 hello epoch=7
>   s1 ← Refused{refused_word 1, reason not_active, text "this broker's epoch is lower than the one that you know: …"}
w1 hello epoch=7
>   store epoch 8 b1
>   w1 ← Refused{refused_word 1, reason not_active, text "this broker rises above the epoch that you know: say Hell…"}
m1 ping
>   m1 ← Refused{refused_word 4, reason not_active, text "this broker does not serve yet: say it again later"}
stored
>   nothing
m1 ping epoch=1
>   m1 ← Refused{refused_word 4, reason no_hello, text "connection 1 is not current: say Hello"}
m1 hello holds=0@1
>   m1 ← Welcome{connection 2, heartbeat 1s, silence 4s, holders [{reign 0@1, master "m1"}], cluster "argosy"}
>   m1 ← Presence{complete true}
stop
>   m1 ← Bye{why "the broker stops"}
>   stopped
m1 ping
>   nothing
