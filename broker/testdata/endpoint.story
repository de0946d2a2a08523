# Where the cluster is to be reached from now on: kept, told to everybody after Welcome and on change, given to brokers that lack it.
brokers b1 of=b2
>   nothing
start endpoint=2
>   on_deactivate
>   b2,endpoint ← Beat{broker "b1", duty standby, epoch.broker "b0", endpoint 2, fingerprint "f00d"}
hook ok
>   nothing
refused endpoint
>   nothing
refused b2
>   store epoch 1 b1
>   b2,endpoint ← Beat{broker "b1", duty rising, epoch.number 1, epoch.broker "b1", endpoint 2, fingerprint "f00d"}
stored
>   on_activate
hook ok
>   listen
listens
>   b2 ← Beat{broker "b1", duty active, epoch.number 1, epoch.broker "b1", endpoint 2, fingerprint "f00d"}
peer m1 master m1
>   nothing
peer b2 broker broker
>   nothing
peer v1 viewer v1
>   nothing
m1 hello holds=0@1
>   m1 ← Welcome{connection 1, heartbeat 1s, silence 4s, holders [{reign 0@1, master "m1"}], cluster "argosy"}
>   m1 ← Endpoint{serial 2, endpoint "tcp://192.0.2.1:7433", certificates "PEM"}
>   m1 ← Presence{complete true}
>   m1 ← BrokerReport reigns=1 hellos=1 connections=1 | b1 1 | b2 0
v1 hello
>   v1 ← Welcome{connection 2, heartbeat 1s, silence 4s, holders [{reign 0@1, master "m1"}], cluster "argosy"}
>   v1 ← Endpoint{serial 2, endpoint "tcp://192.0.2.1:7433", certificates "PEM"}
m1 endpoint serial=3 at=udp://x
>   m1 ← Refused{refused_word 14, reason invalid, text "Endpoint wants a serial above 0, an endpoint tcp://HOST:P…"}
m1 endpoint serial=3 at=tcp://192.0.2.2:7433
>   endpoint 3: tcp://192.0.2.2:7433
>   m1 ← Endpoint{serial 3, endpoint "tcp://192.0.2.2:7433", certificates "PEM"}
>   v1 ← Endpoint{serial 3, endpoint "tcp://192.0.2.2:7433", certificates "PEM"}
m1 endpoint serial=3
>   nothing
v1 endpoint serial=4
>   v1 ← Refused{refused_word 14, reason not_allowed, text "Endpoint is not for the role of v1 to say, or not to that…"}
b2 beat from=b2 line=peers serial=1
>   b2 ← Beat{broker "b1", duty active, epoch.number 1, epoch.broker "b1", greeted true, endpoint 3, fingerprint "f00d"}
>   b2 ← Endpoint{serial 3, endpoint "tcp://192.0.2.2:7433", certificates "PEM"}
b2 beat from=b2 line=peers serial=1
>   b2 ← Beat{broker "b1", duty active, epoch.number 1, epoch.broker "b1", greeted true, endpoint 3, fingerprint "f00d"}
b2 beat from=b2 line=peers serial=3
>   b2 ← Beat{broker "b1", duty active, epoch.number 1, epoch.broker "b1", greeted true, endpoint 3, fingerprint "f00d"}
b2 beat from=b2 line=peers serial=1 other
>   b2 ← Beat{broker "b1", duty active, epoch.number 1, epoch.broker "b1", greeted true, endpoint 3, fingerprint "f00d"}
link b2 endpoint serial=5 at=tcp://192.0.2.5:7433
>   nothing
link b2 beat serial=5
>   nothing
link b2 endpoint serial=5 at=tcp://192.0.2.5:7433
>   endpoint 5: tcp://192.0.2.5:7433
>   m1 ← Endpoint{serial 5, endpoint "tcp://192.0.2.5:7433", certificates "PEM"}
>   v1 ← Endpoint{serial 5, endpoint "tcp://192.0.2.5:7433", certificates "PEM"}
# Who is no broker is told where to go; who is none of this cluster's gets nothing.
v1 ping line=peers
>   v1 ← Refused{refused_word 4, reason not_active, text "this address is for brokers: connect to the virtual endpo…"}
b2 beat from=b7 line=peers
>   b2 ← Refused{refused_word 12, reason invalid, text "this broker's configuration names no peer b7"}
b2 beat from=b1 line=peers
>   b2 ← Refused{refused_word 12, reason invalid, text "this broker has that name: each broker needs its own"}
b2 ping line=peers
>   b2 ← Refused{refused_word 4, reason not_allowed, text "a broker says Beat on the links that it opens"}
link b2 beat as=b3
>   nothing
wait 50ms
>   b2 ← Beat{broker "b1", duty active, epoch.number 1, epoch.broker "b1", greeted true, endpoint 5, fingerprint "f00d", trouble "b2: b3 answers at its address: see peers in the configura…"}
>   alarm b2: b3 answers at its address: see peers in the configuration of both
