# A catalog that was restored is another one too; its roster's serial is far above all that were told of the former, and so it
# is the cluster's from now on. A master that still runs on the former holds nothing any more.
start
>   store epoch 1 b1
stored
>   nothing
peer m1 master m1
>   nothing
peer m2 master m2
>   nothing
m1 hello
>   m1 ← Welcome{connection 1, heartbeat 1s, silence 4s, cluster "argosy"}
>   m1 ← Presence{complete true}
>   m1 ← BrokerReport hellos=1 connections=1
m1 roster serial=5 incarnation=7
>   roster 5: of catalog 7
m1 holding holds=0@4,1@3 incarnation=7
>   nothing
m2 hello
>   m2 ← Welcome{connection 2, heartbeat 1s, silence 4s, holders [{reign 0@4, master "m1"}, {reign 1@3, master "m1"}], cluster "argosy"}
>   m2 ← Presence{complete true}
m2 holding holds=0@4294967301 incarnation=8
>   nothing
m2 roster serial=4294967300 incarnation=8
>   roster 4294967300: of catalog 8
>   m2 ← Holders{holders [{reign 0@4}, {reign 1@3}]}
>   m1 ← Refused{refused_word 9, reason conflict, text "the catalog of master m1 has the incarnation 000000000000…", request "7"}
>   m1 ← Holders{holders [{reign 0@4294967301, master "m2"}]}
>   alarm b1: master m1 is refused: its catalog is not the cluster's
m1 holding holds=1@9 incarnation=7
>   nothing
m1 bye
>   nothing
m1 hello holds=1@9 incarnation=7
>   m1 ← Welcome{connection 3, heartbeat 1s, silence 4s, holders [{reign 0@4294967301, master "m2"}, {reign 1@3}], cluster "argosy"}
>   m1 ← Presence{complete true}
m1 roster serial=6 incarnation=7
>   m1 ← Refused{refused_word 9, reason conflict, text "the catalog of master m1 has the incarnation 000000000000…", request "7"}
>   alarm b1: master m1 is refused: its catalog is not the cluster's
m2 holding holds=0@4294967301,1@4294967300 incarnation=8
>   m1 ← Holders{holders [{reign 1@4294967300, master "m2"}]}
# Once more, the same backup: the clock has gone on.
m2 bye
>   m1 ← Holders{holders [{reign 0@4294967301}, {reign 1@4294967300}]}
m2 hello
>   m2 ← Welcome{connection 4, heartbeat 1s, silence 4s, holders [{reign 0@4294967301}, {reign 1@4294967300}], cluster "argosy"}
>   m2 ← Presence{complete true}
m2 roster serial=4296015876 incarnation=6
>   roster 4296015876: of catalog 6
m2 holding holds=0@4296015876 incarnation=6
>   m1 ← Holders{holders [{reign 0@4296015876, master "m2"}]}
