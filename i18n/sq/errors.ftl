# Titles of problem documents, by HTTP status.
problem-title-400 = Kërkesë e pavlefshme
problem-title-401 = I paidentifikuar
problem-title-403 = E palejuar
problem-title-404 = Nuk u gjet
problem-title-405 = Metodë e palejuar
problem-title-409 = Konflikt
problem-title-412 = Ndryshuar ndërkohë
problem-title-413 = Tepër e madhe
problem-title-415 = Lloj mediumi i pambështetur
problem-title-422 = E pavlefshme
problem-title-429 = Tepër shumë kërkesa
problem-title-500 = Gabim i brendshëm
problem-title-503 = E padisponueshme

# Refusals, by error code.
request-unreadable = Kërkesa nuk mund të lexohej.
request-too-deep = JSON-i është i ndërthurur më thellë se { $max } nivele.
request-too-large = Trupi i kërkesës është më i madh se { $max } bajt.
request-unsupported-media-type = Dërgojeni trupin si application/json.
request-invalid-header = Kreu { $header } nuk është i vlefshëm.
request-rate-limited = Tepër shumë kërkesa. Ju lutemi provoni më vonë.
resource-not-found = Ky burim nuk ekziston.
route-not-found = Në këtë adresë nuk ka asgjë.
route-method-not-allowed = Kjo adresë nuk e mbështet metodën.
access-denied = Nuk jeni i autorizuar ta bëni këtë.
unauthenticated = Ju lutemi identifikohuni.
tenant-required = Ju lutemi tregoni në cilin qiramarrës doni të hyni.
idempotency-key-reused = Ky çelës idempotence është përdorur për një kërkesë tjetër.
precondition-failed = Ka ndryshuar ndërkohë: pritej versioni { $expected }, aktual është { $actual }.
consistency-not-reached = Të dhënat që keni parë tashmë nuk janë ende këtu. Ju lutemi provoni përsëri.
service-unavailable = Shërbimi nuk është i disponueshëm për momentin. Ju lutemi provoni përsëri.
internal-error = Diçka shkoi keq nga ana jonë. Ju lutemi përmendni { $requestId }.
tenant-invalid-name = Emri duhet të ketë { $min } deri në { $max } shkronja.
tenant-invalid-slug = Emri i shkurtër nuk është i vlefshëm.
tenant-slug-taken = Emri i shkurtër “{ $name }” është i zënë.
tenant-custom-domain-taken = Domeni { $name } është tashmë në përdorim.
tenant-already-exists = Ky qiramarrës ekziston tashmë.
tenant-invalid-email-domain = Adresat e { $domain } nuk lejohen.
tenant-invalid-subscription-plan = Ky plan nuk ekziston.
tenant-downgrade-not-possible = Plani lejon më së shumti { $max } përdorues; qiramarrësi ka më shumë.
tenant-invalid-settings = Cilësimet nuk janë të vlefshme: { $reason }.
tenant-invalid-settings-transition = Kufiri nuk mund të ndryshojë nga { $from } në { $to } përdorues: janë regjistruar më shumë.
tenant-invalid-retention-period = Të dhënat ruhen nga { $min } deri në { $max } ditë.
tenant-has-active-users =
  { $count ->
    [one] { $count } përdorues tjetër është ende aktiv.
   *[other] { $count } përdorues të tjerë janë ende aktivë.
  }
tenant-active-subscription-exists = Qiramarrësi ka ende një abonim me pagesë.
tenant-deleted = Qiramarrësi është fshirë.
tenant-platform-protected = Qiramarrësi i platformës nuk mund të fshihet.
user-already-exists = Dikush me këtë adresë është tashmë i regjistruar.
user-quota-exceeded = Të gjitha { $max } vendet janë të zëna.
user-email-domain-not-allowed = Adresat e { $domain } nuk lejohen.
user-invalid-role = Roli “{ $role }” nuk ekziston.
user-invalid-role-change = Roli nuk mund të ndryshohet kështu.
user-invalid-display-name = Emri duhet të ketë { $min } deri në { $max } shkronja.
user-email-change-not-allowed = Adresa mund të ndryshohet sërish nga { $until }.
user-last-admin = Qiramarrësi duhet të ketë të paktën një administrator.
user-deactivated = Përdoruesi është i çaktivizuar.
user-not-deactivated = Përdoruesi nuk është i çaktivizuar.
user-permanently-deactivated = Përdoruesi është çaktivizuar përgjithmonë.
user-missing-reactivation-date = Një çaktivizim i përkohshëm kërkon një datë riaktivizimi.
user-reactivation-date-out-of-range = Data duhet të jetë të paktën { $minHours } orë dhe më së shumti { $maxDays } ditë në të ardhmen.
invitation-not-found = Kjo ftesë nuk ekziston.
invitation-already-used = Kjo ftesë është përdorur tashmë.
invitation-expired = Kjo ftesë ka skaduar.
auth-invalid-credentials = Adresa ose fjalëkalimi është i gabuar.
auth-too-many-attempts =
  { $seconds ->
    [one] Tepër shumë përpjekje. Provoni përsëri pas { $seconds } sekonde.
   *[other] Tepër shumë përpjekje. Provoni përsëri pas { $seconds } sekondash.
  }
auth-invalid-auth-method = Kjo mënyrë hyrjeje nuk është e disponueshme.
auth-ip-not-allowed = Hyrja nga rrjeti juaj nuk lejohet.
auth-hashing-busy = Tani po hyjnë tepër shumë njerëz. Ju lutemi provoni përsëri.
