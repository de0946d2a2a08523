# A planned switch: everybody hears Bye, the port is closed, the address given up; then the other one rises at once.
brokers b1 of=b2,b3
>   nothing
start epoch=4
>   on_deactivate
>   b2,b3,endpoint ← Beat{broker "b1", duty standby, epoch.number 4, epoch.broker "b0", fingerprint "f00d"}
hook ok
>   nothing
refused endpoint
>   nothing
refused b2
>   nothing
refused b3
>   store epoch 5 b1
>   b2,b3,endpoint ← Beat{broker "b1", duty rising, epoch.number 5, epoch.broker "b1", fingerprint "f00d"}
stored
>   on_activate
hook ok
>   listen
listens
>   b2,b3 ← Beat{broker "b1", duty active, epoch.number 5, epoch.broker "b1", fingerprint "f00d"}
peer op operator op
>   nothing
peer m1 master m1
>   nothing
peer w1 worker w1
>   nothing
op hello
>   op ← Welcome{connection 1, heartbeat 1s, silence 4s, cluster "argosy"}
peer op2 operator op2
>   nothing
op2 hello
>   op2 ← Welcome{connection 2, heartbeat 1s, silence 4s, cluster "argosy"}
m1 hello holds=0@1
>   op ← Holders{holders [{reign 0@1, master "m1"}]}
>   op2 ← Holders{holders [{reign 0@1, master "m1"}]}
>   m1 ← Welcome{connection 3, heartbeat 1s, silence 4s, holders [{reign 0@1, master "m1"}], cluster "argosy"}
>   m1 ← Presence{complete true}
>   m1 ← BrokerReport reigns=1 hellos=3 connections=3 clients=2 | b1 5 | b2 0 | b3 0
w1 hello
>   m1 ← Presence{workers [{worker "w1", session 1, connection 4, change here, host {name "A", machine_id "A", boot_id "boot"}}]}
>   w1 ← Welcome{connection 4, heartbeat 1s, silence 4s, holders [{reign 0@1, master "m1"}], cluster "argosy"}
op switchover
>   op ← Refused{refused_word 13, reason unreachable, text "no other broker is heard as a standby with the same certi…"}
op switchover name=b1
>   op ← Refused{refused_word 13, reason invalid, text "b1 is active already"}
op switchover name=b9
>   op ← Refused{refused_word 13, reason not_found, text "there is no broker b9; the peers of b1 are b2, b3"}
link b2 beat other
>   nothing
op2 switchover name=b2
>   op2 ← Refused{refused_word 13, reason unreachable, text "b2 is not heard as a standby with the same certificate no…"}
link b2 beat
>   nothing
link b3 beat
>   nothing
w1 switchover name=b2
>   w1 ← Refused{refused_word 13, reason not_allowed, text "Switchover is not for the role of w1 to say, or not to th…"}
op2 switchover name=b3
>   op ← Bye{why "another broker serves from now on"}
>   op2 ← Bye{why "another broker serves from now on"}
>   m1 ← Bye{why "another broker serves from now on"}
>   w1 ← Bye{why "another broker serves from now on"}
>   stop listening
>   on_deactivate
op2 ping
>   op2 ← Refused{refused_word 4, reason not_active, text "this broker does not serve yet: say it again later"}
hook ok
>   b2,b3,endpoint ← Beat{broker "b1", duty leaving, epoch.number 5, epoch.broker "b1", fingerprint "f00d", take_over "b3"}
link b2 beat
>   nothing
link b3 beat duty=rising epoch=6@b3
>   b2,b3,endpoint ← Beat{broker "b1", duty standby, epoch.number 6, epoch.broker "b3", fingerprint "f00d"}
link b3 beat duty=active epoch=6@b3
>   nothing
endpoint beat from=b3 duty=active epoch=6@b3
>   nothing
# Back again.
link b3 beat duty=leaving epoch=6@b3 take_over=b1
>   store epoch 7 b1
>   b2,b3,endpoint ← Beat{broker "b1", duty rising, epoch.number 7, epoch.broker "b1", fingerprint "f00d"}
stored
>   on_activate
hook ok
>   listen
listens
>   b2,b3 ← Beat{broker "b1", duty active, epoch.number 7, epoch.broker "b1", fingerprint "f00d"}
