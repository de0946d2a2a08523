# Masters of the release before do not name their catalog: they are taken for what they were, and a restored one is believed.
start roster=5 incarnation=7
>   store epoch 1 b1
stored
>   nothing
peer m1 master m1
>   nothing
peer m2 master m2
>   nothing
m1 hello holds=0@4
>   m1 ← Welcome{connection 1, heartbeat 1s, silence 4s, holders [{reign 0@4, master "m1"}], cluster "argosy"}
>   m1 ← Presence{complete true}
>   m1 ← BrokerReport hellos=1 connections=1
m1 roster serial=6 entries=worker/w1
>   roster 6: of catalog 7 worker/w1
m2 hello
>   m2 ← Welcome{connection 2, heartbeat 1s, silence 4s, holders [{reign 0@4, master "m1"}], cluster "argosy"}
>   m2 ← Presence{complete true}
m2 roster serial=1 incarnation=9
>   m2 ← Refused{refused_word 9, reason conflict, text "the catalog of master m2 has the incarnation 000000000000…", request "9"}
>   alarm b1: master m2 is refused: its catalog is not the cluster's
m2 bye
>   nothing
# Restored, and told so by an older master first: then a newer one names it.
m1 roster serial=4294967300 entries=worker/w1
>   roster 4294967300: worker/w1
m2 hello
>   m2 ← Welcome{connection 3, heartbeat 1s, silence 4s, holders [{reign 0@4, master "m1"}], cluster "argosy"}
>   m2 ← Presence{complete true}
m2 roster serial=4294967300 incarnation=8 entries=worker/w1
>   roster 4294967300: of catalog 8 worker/w1
