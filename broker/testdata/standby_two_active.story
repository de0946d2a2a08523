# Two are active. Who was greeted stays and goes above the other; among equals the higher epoch stays.
brokers b1 of=b2
>   nothing
start epoch=4
>   on_deactivate
>   b2,endpoint ← Beat{broker "b1", duty standby, epoch.number 4, epoch.broker "b0", fingerprint "f00d"}
hook ok
>   nothing
refused endpoint
>   nothing
refused b2
>   store epoch 5 b1
>   b2,endpoint ← Beat{broker "b1", duty rising, epoch.number 5, epoch.broker "b1", fingerprint "f00d"}
stored
>   on_activate
hook ok
>   listen
listens
>   b2 ← Beat{broker "b1", duty active, epoch.number 5, epoch.broker "b1", fingerprint "f00d"}
peer w1 worker w1
>   nothing
w1 hello
>   w1 ← Welcome{connection 1, heartbeat 1s, silence 4s, cluster "argosy"}
link b2 beat duty=rising epoch=6@b2
>   store epoch 7 b1
w1 ping
>   w1 ← Refused{refused_word 4, reason not_active, text "this broker does not serve yet: say it again later"}
stored
>   nothing
w1 hello epoch=7
>   w1 ← Welcome{connection 2, heartbeat 1s, silence 4s, cluster "argosy"}
link b2 beat duty=active epoch=6@b2
>   nothing
link b2 beat duty=active epoch=9@b2 greeted
>   w1 ← Bye{why "another broker serves from now on"}
>   stop listening
>   on_deactivate
w1 ping
>   w1 ← Refused{refused_word 4, reason not_active, text "this broker does not serve yet: say it again later"}
hook ok
>   b2,endpoint ← Beat{broker "b1", duty standby, epoch.number 9, epoch.broker "b2", fingerprint "f00d"}
# As a zombie would: it is told by a Hello that another one reigned.
brokers b1 of=b2
>   nothing
start epoch=4
>   on_deactivate
>   b2,endpoint ← Beat{broker "b1", duty standby, epoch.number 4, epoch.broker "b0", fingerprint "f00d"}
hook ok
>   nothing
refused endpoint
>   nothing
refused b2
>   store epoch 5 b1
>   b2,endpoint ← Beat{broker "b1", duty rising, epoch.number 5, epoch.broker "b1", fingerprint "f00d"}
stored
>   on_activate
hook ok
>   listen
listens
>   b2 ← Beat{broker "b1", duty active, epoch.number 5, epoch.broker "b1", fingerprint "f00d"}
w1 hello epoch=5
>   w1 ← Welcome{connection 1, heartbeat 1s, silence 4s, cluster "argosy"}
w1 hello epoch=17
>   w1 ← Bye{why "another broker serves from now on"}
>   w1 ← Refused{refused_word 1, reason not_active, text "this broker steps down: connect anew"}
>   stop listening
>   on_deactivate
hook ok
>   b2,endpoint ← Beat{broker "b1", duty standby, epoch.number 17, epoch.broker "b1", fingerprint "f00d"}
