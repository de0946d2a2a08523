# One of the two still answering is an alarm and no takeover; both silent for takeover_after is one, and the former active is fenced first.
brokers b2 of=b1
>   nothing
start
>   on_deactivate
>   b1,endpoint ← Beat{broker "b2", duty standby, epoch.broker "b0", fingerprint "f00d"}
hook ok
>   nothing
link b1 beat duty=active epoch=1@b1 greeted
>   nothing
endpoint beat from=b1 duty=active epoch=1@b1 greeted
>   nothing
wait 390ms
>   b1,endpoint ← Beat{broker "b2", duty standby, epoch.number 1, epoch.broker "b1", fingerprint "f00d"}
endpoint beat from=b1 duty=active epoch=1@b1 greeted
>   nothing
wait 390ms
>   nothing
endpoint beat from=b1 duty=active epoch=1@b1 greeted
>   nothing
wait 390ms
>   b1,endpoint ← Beat{broker "b2", duty standby, epoch.number 1, epoch.broker "b1", fingerprint "f00d", trouble "b1: its own address is silent, but the endpoint answers"}
>   alarm b1: its own address is silent, but the endpoint answers
endpoint beat from=b1 duty=active epoch=1@b1 greeted
>   nothing
link b1 beat duty=active epoch=1@b1 greeted
>   nothing
wait 390ms
>   b1,endpoint ← Beat{broker "b2", duty standby, epoch.number 1, epoch.broker "b1", fingerprint "f00d"}
link b1 beat duty=active epoch=1@b1 greeted
>   nothing
wait 390ms
>   nothing
link b1 beat duty=active epoch=1@b1 greeted
>   nothing
wait 390ms
>   b1,endpoint ← Beat{broker "b2", duty standby, epoch.number 1, epoch.broker "b1", fingerprint "f00d", trouble "the endpoint does not answer here, but the broker that se…"}
>   alarm b2: the endpoint does not answer here, but the broker that serves it does
link b1 beat duty=active epoch=1@b1 greeted
>   nothing
wait 400ms
>   store epoch 2 b2
>   b1,endpoint ← Beat{broker "b2", duty rising, epoch.number 2, epoch.broker "b2", fingerprint "f00d", trouble "the endpoint does not answer here, but the broker that se…"}
stored
>   fence b1
hook failed
>   b1,endpoint ← Beat{broker "b2", duty standby, epoch.number 2, epoch.broker "b2", fingerprint "f00d", trouble "fence: exit status 1"}
>   fence no more
>   alarm b2: fence: exit status 1
# It waits before it tries again, and goes above its own try.
wait 350ms
>   nothing
wait 100ms
>   store epoch 3 b2
>   b1,endpoint ← Beat{broker "b2", duty rising, epoch.number 3, epoch.broker "b2", fingerprint "f00d", trouble "fence: exit status 1"}
>   alarm b1: it is not heard
stored
>   fence b1
hook ok
>   on_activate
hook failed
>   b1,endpoint ← Beat{broker "b2", duty standby, epoch.number 3, epoch.broker "b2", fingerprint "f00d", trouble "on_activate: exit status 1"}
>   on_deactivate
>   alarm b2: on_activate: exit status 1
hook failed
>   alarm b2: on_deactivate: exit status 1
wait 1s
>   b1,endpoint ← Beat{broker "b2", duty standby, epoch.number 3, epoch.broker "b2", fingerprint "f00d", trouble "on_deactivate: exit status 1"}
>   store epoch 4 b2
>   b1,endpoint ← Beat{broker "b2", duty rising, epoch.number 4, epoch.broker "b2", fingerprint "f00d", trouble "on_deactivate: exit status 1"}
stored
>   fence b1
hook ok
>   on_activate
hook ok
>   listen
cannot listen
>   b1,endpoint ← Beat{broker "b2", duty standby, epoch.number 4, epoch.broker "b2", fingerprint "f00d", trouble "listening: tcp://192.0.2.1:7433: cannot listen: this host…"}
>   stop listening
>   on_deactivate
>   alarm b2: listening: tcp://192.0.2.1:7433: cannot listen: this host does not have that address
hook ok
>   nothing
wait 2s
>   store epoch 5 b2
>   b1,endpoint ← Beat{broker "b2", duty rising, epoch.number 5, epoch.broker "b2", fingerprint "f00d", trouble "listening: tcp://192.0.2.1:7433: cannot listen: this host…"}
