# The broker says that this master's catalog is not the cluster's: it takes nothing in it, and says so, until it is connected anew.
up
>   broker ← Hello{session 77, host {name "host", machine_id "A", boot_id "boot"}, build "test"}
fleet workers=w1 incarnation=9
>   nothing
welcome
>   broker ← Roster{serial 1, entries [{key "000000000000000000000000000000000000000000000000000000000…", name "w1", role worker, state enabled}], incarnation 9}
other-catalog incarnation=9
>   note: refused: its catalog is another one
wait 500ms
>   nothing
fleet workers=w1 incarnation=9
>   broker ← Roster{serial 2, entries [{key "000000000000000000000000000000000000000000000000000000000…", name "w1", role worker, state enabled}], incarnation 9}
fleet workers=w1 incarnation=8
>   broker ← Roster{serial 3, entries [{key "000000000000000000000000000000000000000000000000000000000…", name "w1", role worker, state enabled}], incarnation 8}
>   take shard 0
down
>   nothing
up
>   broker ← Hello{session 77, host {name "host", machine_id "A", boot_id "boot"}, build "test", incarnation 8}
welcome connection=2
>   broker ← Roster{serial 3, entries [{key "000000000000000000000000000000000000000000000000000000000…", name "w1", role worker, state enabled}], incarnation 8}
wait 200ms
>   nothing
