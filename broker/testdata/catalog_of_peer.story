# A broker that was alone with a master on another catalog passes its roster on: it is not taken, but where it is a restored one.
brokers b1 of=b2
>   nothing
start roster=5 incarnation=7
>   on_deactivate
>   b2,endpoint ← Beat{broker "b1", duty standby, epoch.broker "b0", roster 5, fingerprint "f00d"}
hook ok
>   nothing
link b2 beat duty=active epoch=3@b2 roster=9
>   nothing
link b2 roster serial=9 incarnation=9
>   nothing
link b2 roster serial=9 entries=worker/w1 incarnation=7
>   roster 9: of catalog 7 worker/w1
link b2 roster serial=4294967300 incarnation=9
>   roster 4294967300: of catalog 9
