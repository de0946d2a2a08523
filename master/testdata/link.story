# Hello until Welcome; silence connects anew; offers are published again on each connection; no_hello is answered by Hello.
up
>   broker ← Hello{session 77, host {name "host", machine_id "A", boot_id "boot"}, build "test"}
wait 2s
>   broker ← Hello{session 77, host {name "host", machine_id "A", boot_id "boot"}, build "test"}
>   broker ← Hello{session 77, host {name "host", machine_id "A", boot_id "boot"}, build "test"}
welcome
>   nothing
wait 200ms
>   take shard 0
adopt term=1
>   broker ← Holding{holds [0@1]}
>   commit 1 term 1
>     operation master m1 shard.adopt shard 0
commit
>   nothing
submit k1 tasks=a:2
>   commit 2 term 1
>     admission k1
commit
>   alice ← Accepted{key "k1", execution 1}
>   broker ← Publish{classes [{id 1}], offers [{item 1.0.0, offer_class 1, group 1}, {item 1.0.1, offer_class 1, group 1}]}
no-hello
>   broker ← Hello{session 77, host {name "host", machine_id "A", boot_id "boot"}, build "test", holds [0@1]}
welcome connection=2
>   broker ← Publish{classes [{id 1}], offers [{item 1.0.0, offer_class 1, group 1}, {item 1.0.1, offer_class 1, group 1}]}
wait 3s silent
>   nothing
wait 2s silent
>   note: nothing heard from the broker: connecting anew
>   reconnect
>   commit 3 confirms term 1
up
>   broker ← Hello{session 77, host {name "host", machine_id "A", boot_id "boot"}, build "test", holds [0@1]}
welcome connection=3
>   broker ← Publish{classes [{id 1}], offers [{item 1.0.0, offer_class 1, group 1}, {item 1.0.1, offer_class 1, group 1}]}
commit
>   nothing
