# A cluster that moves: told to the broker once and on each Welcome; heard from the broker, it is a move; an older serial is none.
up
>   broker ← Hello{session 77, host {name "host", machine_id "A", boot_id "boot"}, build "test"}
welcome
>   nothing
fleet workers=w1
>   broker ← Roster{serial 1, entries [{key "000000000000000000000000000000000000000000000000000000000…", name "w1", role worker, state enabled}]}
fleet workers=w1 moved=5
>   broker ← Roster{serial 2, entries [{key "000000000000000000000000000000000000000000000000000000000…", name "w1", role worker, state enabled}]}
>   broker ← Endpoint{serial 5, endpoint "tcp://there:1", certificates "PEM"}
fleet workers=w1 moved=5
>   broker ← Roster{serial 3, entries [{key "000000000000000000000000000000000000000000000000000000000…", name "w1", role worker, state enabled}]}
endpoint serial=5
>   move to tcp://there:1, serial 5
endpoint serial=4
>   nothing
endpoint serial=5
>   move to tcp://there:1, serial 5
welcome connection=2
>   broker ← Roster{serial 3, entries [{key "000000000000000000000000000000000000000000000000000000000…", name "w1", role worker, state enabled}]}
>   broker ← Endpoint{serial 5, endpoint "tcp://there:1", certificates "PEM"}
endpoint serial=6
>   move to tcp://there:1, serial 6
