# A refusal was on its way while this master found its catalog restored: it is of the former, and nothing is wrong any more.
up
>   broker ← Hello{session 77, host {name "host", machine_id "A", boot_id "boot"}, build "test"}
fleet incarnation=7
>   nothing
welcome
>   broker ← Roster{serial 1, incarnation 7}
fleet incarnation=8
>   broker ← Roster{serial 2, incarnation 8}
other-catalog incarnation=7
>   nothing
wait 200ms
>   take shard 0
