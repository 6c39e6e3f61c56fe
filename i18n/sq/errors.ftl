request-unreadable = Kërkesa nuk mund të lexohet.
    .title = Kërkesë e palexueshme
request-too-deep = JSON-i është i ndërthurur në më shumë se { $max } nivele.
    .title = Ndërthurje tepër e thellë
request-too-large = Trupi i kërkesës është më i madh se { $max } bajte.
    .title = Kërkesë tepër e madhe
request-unsupported-media-type = Dërgojeni trupin si application/json.
    .title = Lloj mediaje i pambështetur
request-invalid-header = Kreu HTTP { $header } nuk është i vlefshëm.
    .title = Krye i pavlefshëm
request-rate-limited = Tepër kërkesa. Ju lutemi, provoni më vonë.
    .title = Tepër kërkesa

resource-not-found = Ky burim nuk ekziston.
    .title = Nuk u gjet

route-not-found = Në këtë adresë nuk ka asgjë.
    .title = Adresë e panjohur
route-method-not-allowed = Kjo adresë nuk e mbështet metodën.
    .title = Metodë e palejuar

access-denied = Nuk jeni i autorizuar ta bëni këtë.
    .title = Hyrja u refuzua
unauthenticated = Ju lutemi, identifikohuni.
    .title = I paidentifikuar
tenant-required = Ju lutemi, tregoni te cili qiramarrës dëshironi të identifikoheni.
    .title = Kërkohet qiramarrësi

idempotency-key-reused = Ky çelës idempotence është përdorur për një kërkesë tjetër.
    .title = Çelës idempotence i ripërdorur

precondition-failed = Ka ndryshuar ndërkohë: pritej versioni { NUMBER($expected, useGrouping: 0) }, aktual është { NUMBER($actual, useGrouping: 0) }.
    .title = Ndryshuar ndërkohë

consistency-not-reached = Të dhënat që keni parë tashmë nuk janë ende këtu. Ju lutemi, provoni përsëri.
    .title = Të dhënat ende të papërditësuara

service-unavailable = Shërbimi nuk është i disponueshëm për momentin. Ju lutemi, provoni përsëri.
    .title = Shërbim i padisponueshëm
event-store-backlog-full = Shumë ndryshime të kësaj organizate presin ende të ruhen. Nga kjo kërkesë nuk u ruajt asgjë. Ju lutemi provoni përsëri më vonë.
    .title = Tani nuk është e mundur

internal-error = Diçka shkoi keq nga ana jonë. Ju lutemi, përmendni { $requestId } kur ta raportoni.
    .title = Gabim i brendshëm

tenant-invalid-name = Emri duhet të ketë { $min } deri në { $max } karaktere.
    .title = Emër i pavlefshëm
tenant-invalid-slug = Emri i shkurtër nuk është i vlefshëm.
    .title = Emër i shkurtër i pavlefshëm
tenant-slug-taken = Emri i shkurtër “{ $name }” është i zënë.
    .title = Emër i shkurtër i zënë
tenant-custom-domain-taken = Domeni { $name } është tashmë në përdorim.
    .title = Domen në përdorim
tenant-already-exists = Ky qiramarrës ekziston tashmë.
    .title = Qiramarrësi ekziston
tenant-invalid-email-domain = Adresat me domenin { $domain } nuk lejohen.
    .title = Domen email-i i palejuar
tenant-invalid-subscription-plan = Ky plan nuk ekziston.
    .title = Plan i panjohur
tenant-downgrade-not-possible = Qiramarrësi ka më shumë përdorues sesa lejon plani ({ $max }).
    .title = Plan tepër i vogël
tenant-invalid-settings =
    { $reason ->
        [feature] Funksioni “{ $value }” nuk ekziston.
        [maxUsers] Kufiri i përdoruesve është më i lartë se sa lejon plani ({ $value }).
        [password] Identifikimi me fjalëkalim duhet të mbetet i lejuar: ende nuk ka mënyrë tjetër.
        [requireMfa] Faktori i dytë nuk mund të kërkohet: ende nuk është i disponueshëm.
       *[other] Cilësimet nuk janë të vlefshme.
    }
    .title = Cilësime të pavlefshme
tenant-invalid-settings-transition = Kufiri i përdoruesve nuk mund të ndryshojë nga { $from } në { $to }: janë regjistruar më shumë.
    .title = Kufi përdoruesish tepër i ulët
tenant-invalid-retention-period = Të dhënat ruhen { $min } deri në { $max } ditë.
    .title = Afat ruajtjeje i pavlefshëm
tenant-has-active-users =
    { $count ->
        [one] { $count } përdorues tjetër është ende aktiv.
       *[other] { $count } përdorues të tjerë janë ende aktivë.
    }
    .title = Përdorues ende aktivë
tenant-active-subscription-exists = Qiramarrësi ka ende një abonim me pagesë.
    .title = Abonim ende aktiv
tenant-deleted = Qiramarrësi është fshirë.
    .title = Qiramarrës i fshirë
tenant-platform-protected = Qiramarrësi i platformës nuk mund të fshihet.
    .title = Qiramarrësi i platformës i mbrojtur
operation-expired = Kjo kërkesë priti tepër gjatë dhe nuk u krye. Mund ta dërgoni përsëri.
    .title = Kërkesa skadoi
operation-abandoned = Kjo kërkesë u la pas disa përpjekjeve. Mund ta dërgoni përsëri pa rrezik me të njëjtin Idempotency-Key.
    .title = Kërkesa u la
tenant-fenced = Ndryshimet në këtë organizatë janë pezulluar derisa të kontrollohet historiku i saj. Nga kjo kërkesë nuk u ruajt asgjë.
    .title = Ndryshimet janë pezulluar
tenant-fence-changed = Ky bllokim nuk është më në fuqi. Kontrolloni përsëri para se të hiqni një tjetër.
    .title = Bllokimi ka ndryshuar

user-already-exists = Dikush me këtë adresë është tashmë i regjistruar.
    .title = I regjistruar tashmë
user-quota-exceeded =
    { $max ->
        [one] Nuk ka më vende të lira: qiramarrësi ka { $max } vend.
       *[other] Nuk ka më vende të lira: qiramarrësi ka { $max } vende.
    }
    .title = Nuk ka vende të lira
user-email-domain-not-allowed = Adresat me domenin { $domain } nuk lejohen.
    .title = Domen email-i i palejuar
user-invalid-role = Roli “{ $role }” nuk ekziston.
    .title = Rol i panjohur
user-invalid-role-change = Roli nuk mund të ndryshohet kështu.
    .title = Ndryshim roli i pamundur
user-invalid-display-name = Emri duhet të ketë { $min } deri në { $max } karaktere.
    .title = Emër i pavlefshëm
user-email-change-not-allowed = Adresa mund të ndryshohet sërish duke filluar nga { $until } (UTC).
    .title = Adresë e ndryshuar së fundmi
user-last-admin = Qiramarrësi duhet të ketë të paktën një administrator.
    .title = Administratori i fundit
user-deactivated = Përdoruesi është i çaktivizuar.
    .title = Përdorues i çaktivizuar
user-not-deactivated = Përdoruesi nuk është i çaktivizuar.
    .title = Përdorues jo i çaktivizuar
user-permanently-deactivated = Përdoruesi është çaktivizuar përgjithmonë.
    .title = Çaktivizuar përgjithmonë
user-missing-reactivation-date = Një çaktivizim i përkohshëm kërkon një datë riaktivizimi.
    .title = Mungon data e riaktivizimit
user-reactivation-date-out-of-range = Data duhet të jetë të paktën { $minHours } orë dhe më së shumti { $maxDays } ditë në të ardhmen.
    .title = Data e riaktivizimit jashtë kufijve

invitation-not-found = Kjo ftesë nuk ekziston.
    .title = Ftesa nuk u gjet
invitation-already-used = Kjo ftesë është përdorur tashmë.
    .title = Ftesë e përdorur
invitation-expired = Kjo ftesë ka skaduar.
    .title = Ftesë e skaduar

auth-invalid-credentials = Adresa ose fjalëkalimi është i gabuar.
    .title = Identifikimi dështoi
auth-too-many-attempts =
    { $seconds ->
        [one] Tepër përpjekje. Provoni përsëri pas { $seconds } sekonde.
       *[other] Tepër përpjekje. Provoni përsëri pas { $seconds } sekondash.
    }
    .title = Tepër përpjekje
auth-invalid-auth-method = Kjo mënyrë identifikimi nuk është e disponueshme.
    .title = Mënyrë identifikimi e padisponueshme
auth-ip-not-allowed = Identifikimi nga rrjeti juaj nuk lejohet.
    .title = Rrjet i palejuar
auth-hashing-busy = Po identifikohen tepër përdorues njëkohësisht. Ju lutemi, provoni përsëri.
    .title = Identifikimi i mbingarkuar
