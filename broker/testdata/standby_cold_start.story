# Nobody is active: standbys rise by name, one takeover_after apart; where nobody else is there, at once.
brokers b2 of=b1,b3
>   nothing
start epoch=3
>   on_deactivate
>   b1,b3,endpoint ← Beat{broker "b2", duty standby, epoch.number 3, epoch.broker "b0", fingerprint "f00d"}
hook ok
>   nothing
refused endpoint
>   nothing
link b1 beat epoch=9@b3
>   nothing
link b3 beat epoch=2@b3
>   nothing
wait 390ms
>   b1,b3,endpoint ← Beat{broker "b2", duty standby, epoch.number 9, epoch.broker "b3", fingerprint "f00d"}
link b1 beat epoch=9@b3
>   nothing
link b3 beat epoch=2@b3
>   nothing
refused endpoint
>   nothing
wait 390ms
>   nothing
# b1 should have risen by now, and dies.
refused endpoint
>   nothing
link b3 beat epoch=2@b3
>   nothing
wait 390ms
>   store epoch 10 b2
>   b1,b3,endpoint ← Beat{broker "b2", duty rising, epoch.number 10, epoch.broker "b2", fingerprint "f00d"}
stored
>   on_activate
# Alone: all refuse.
brokers b2 of=b1
>   nothing
start epoch=3
>   on_deactivate
>   b1,endpoint ← Beat{broker "b2", duty standby, epoch.number 3, epoch.broker "b0", fingerprint "f00d"}
hook ok
>   nothing
refused endpoint
>   nothing
refused b1
>   store epoch 4 b2
>   b1,endpoint ← Beat{broker "b2", duty rising, epoch.number 4, epoch.broker "b2", fingerprint "f00d"}
stored
>   on_activate
hook ok
>   listen
listens
>   b1 ← Beat{broker "b2", duty active, epoch.number 4, epoch.broker "b2", fingerprint "f00d"}
# Of the former active only the endpoint was heard: its epoch counts, and it is fenced.
brokers b2 of=b1
>   nothing
start
>   on_deactivate
>   b1,endpoint ← Beat{broker "b2", duty standby, epoch.broker "b0", fingerprint "f00d"}
hook ok
>   nothing
endpoint beat from=b1 duty=active epoch=4@b1 greeted
>   nothing
wait 500ms
>   b1,endpoint ← Beat{broker "b2", duty standby, epoch.number 4, epoch.broker "b1", fingerprint "f00d"}
>   store epoch 5 b2
>   b1,endpoint ← Beat{broker "b2", duty rising, epoch.number 5, epoch.broker "b2", fingerprint "f00d"}
stored
>   fence b1
# Never heard at all: it may have the endpoint, unless that refuses.
brokers b2 of=b1
>   nothing
start
>   on_deactivate
>   b1,endpoint ← Beat{broker "b2", duty standby, epoch.broker "b0", fingerprint "f00d"}
hook ok
>   nothing
wait 400ms
>   store epoch 1 b2
>   b1,endpoint ← Beat{broker "b2", duty rising, epoch.number 1, epoch.broker "b2", fingerprint "f00d"}
stored
>   fence b1
brokers b2 of=b1
>   nothing
start
>   on_deactivate
>   b1,endpoint ← Beat{broker "b2", duty standby, epoch.broker "b0", fingerprint "f00d"}
hook ok
>   nothing
refused endpoint
>   nothing
wait 390ms
>   nothing
refused endpoint
>   nothing
wait 50ms
>   store epoch 1 b2
>   b1,endpoint ← Beat{broker "b2", duty rising, epoch.number 1, epoch.broker "b2", fingerprint "f00d"}
stored
>   on_activate
