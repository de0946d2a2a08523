# b2 stands by; b1 serves and is killed. Both of its addresses refuse: b2 rises at once, and knows the fleet already.
brokers b2 of=b1,b3
>   nothing
start epoch=3 roster=4
>   on_deactivate
>   b1,b3,endpoint ← Beat{broker "b2", duty standby, epoch.number 3, epoch.broker "b0", roster 4, fingerprint "f00d"}
hook ok
>   nothing
link b1 beat duty=active epoch=7@b1 greeted roster=5
>   nothing
endpoint beat from=b1 duty=active epoch=7@b1 greeted
>   nothing
link b3 beat
>   nothing
link b1 roster serial=5 entries=worker/w1
>   roster 5: worker/w1
link endpoint roster serial=6 entries=worker/w1,worker/w2
>   roster 6: worker/w1 worker/w2
wait 300ms
>   b1,b3,endpoint ← Beat{broker "b2", duty standby, epoch.number 7, epoch.broker "b1", roster 6, fingerprint "f00d"}
link b1 beat duty=active epoch=7@b1 greeted roster=5
>   nothing
refused b1
>   nothing
endpoint beat from=b1 duty=active epoch=7@b1 greeted
>   nothing
refused endpoint
>   store epoch 8 b2
>   b1,b3,endpoint ← Beat{broker "b2", duty rising, epoch.number 8, epoch.broker "b2", roster 6, fingerprint "f00d"}
stored
>   fence b1
hook ok
>   on_activate
hook ok
>   listen
listens
>   b1,b3 ← Beat{broker "b2", duty active, epoch.number 8, epoch.broker "b2", roster 6, fingerprint "f00d"}
peer w1 worker w1
>   nothing
w1 hello epoch=7
>   w1 ← Welcome{connection 1, heartbeat 1s, silence 4s, cluster "argosy"}
peer b3 broker broker
>   nothing
b3 beat from=b3 line=peers roster=2
>   b3 ← Beat{broker "b2", duty active, epoch.number 8, epoch.broker "b2", greeted true, roster 6, fingerprint "f00d"}
>   b3 ← Roster{serial 6, entries [{key "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…", name "w1", role worker, state enabled}, {key "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…", name "w2", role worker, state enabled}]}
b3 beat from=b3
>   b3 ← Beat{broker "b2", duty active, epoch.number 8, epoch.broker "b2", greeted true, roster 6, fingerprint "f00d"}
# b1 comes back and is a standby.
link b1 beat duty=standby epoch=8@b2
>   nothing
stop
>   w1 ← Bye{why "the broker stops"}
>   stop listening
>   on_deactivate
hook ok
>   b1,b3,endpoint ← Beat{broker "b2", duty leaving, epoch.number 8, epoch.broker "b2", roster 6, fingerprint "f00d", take_over "b1"}
link b1 beat duty=rising epoch=9@b1
>   b1,b3,endpoint ← Beat{broker "b2", duty standby, epoch.number 9, epoch.broker "b1", roster 6, fingerprint "f00d"}
>   stopped
