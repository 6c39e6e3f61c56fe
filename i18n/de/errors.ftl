# Titles of problem documents, by HTTP status.
problem-title-400 = Ungültige Anfrage
problem-title-401 = Nicht angemeldet
problem-title-403 = Nicht erlaubt
problem-title-404 = Nicht gefunden
problem-title-405 = Methode nicht erlaubt
problem-title-409 = Konflikt
problem-title-412 = Zwischenzeitlich geändert
problem-title-413 = Zu groß
problem-title-415 = Medientyp nicht unterstützt
problem-title-422 = Nicht gültig
problem-title-429 = Zu viele Anfragen
problem-title-500 = Interner Fehler
problem-title-503 = Nicht verfügbar

# Refusals, by error code.
request-unreadable = Die Anfrage konnte nicht gelesen werden.
request-too-deep = Das JSON ist mehr als { $max } Ebenen tief verschachtelt.
request-too-large = Der Inhalt ist größer als { $max } Byte.
request-unsupported-media-type = Senden Sie den Inhalt als application/json.
request-invalid-header = Der Header { $header } ist ungültig.
request-rate-limited = Zu viele Anfragen. Bitte versuchen Sie es später erneut.
resource-not-found = Diese Ressource gibt es nicht.
route-not-found = Unter dieser Adresse gibt es nichts.
route-method-not-allowed = Diese Adresse unterstützt die Methode nicht.
access-denied = Dazu sind Sie nicht berechtigt.
unauthenticated = Bitte melden Sie sich an.
tenant-required = Bitte geben Sie an, bei welchem Mandanten Sie sich anmelden möchten.
idempotency-key-reused = Dieser Idempotenzschlüssel wurde für eine andere Anfrage verwendet.
precondition-failed = Zwischenzeitlich geändert: Erwartet wurde Version { $expected }, aktuell ist { $actual }.
consistency-not-reached = Die Daten, die Sie bereits gesehen haben, sind hier noch nicht verfügbar. Bitte versuchen Sie es erneut.
service-unavailable = Der Dienst ist zurzeit nicht verfügbar. Bitte versuchen Sie es erneut.
internal-error = Bei uns ist etwas schiefgegangen. Bitte nennen Sie { $requestId }.
tenant-invalid-name = Der Name muss { $min } bis { $max } Zeichen haben.
tenant-invalid-slug = Der Kurzname ist ungültig.
tenant-slug-taken = Der Kurzname „{ $name }“ ist bereits vergeben.
tenant-custom-domain-taken = Die Domain { $name } wird bereits verwendet.
tenant-already-exists = Dieser Mandant besteht bereits.
tenant-invalid-email-domain = Adressen von { $domain } sind nicht erlaubt.
tenant-invalid-subscription-plan = Diesen Tarif gibt es nicht.
tenant-downgrade-not-possible = Der Tarif erlaubt höchstens { $max } Benutzer; der Mandant hat mehr.
tenant-invalid-settings = Die Einstellungen sind ungültig: { $reason }.
tenant-invalid-settings-transition = Die Grenze kann nicht von { $from } auf { $to } Benutzer geändert werden: Es sind mehr registriert.
tenant-invalid-retention-period = Daten werden { $min } bis { $max } Tage aufbewahrt.
tenant-has-active-users =
  { $count ->
    [one] { $count } weiterer Benutzer ist noch aktiv.
   *[other] { $count } weitere Benutzer sind noch aktiv.
  }
tenant-active-subscription-exists = Der Mandant hat noch ein kostenpflichtiges Abonnement.
tenant-deleted = Der Mandant wurde gelöscht.
tenant-platform-protected = Der Plattform-Mandant kann nicht gelöscht werden.
user-already-exists = Unter dieser Adresse ist bereits jemand registriert.
user-quota-exceeded = Alle { $max } Plätze sind belegt.
user-email-domain-not-allowed = Adressen von { $domain } sind nicht erlaubt.
user-invalid-role = Die Rolle „{ $role }“ gibt es nicht.
user-invalid-role-change = Die Rolle kann so nicht geändert werden.
user-invalid-display-name = Der Name muss { $min } bis { $max } Zeichen haben.
user-email-change-not-allowed = Die Adresse kann ab { $until } wieder geändert werden.
user-last-admin = Der Mandant muss einen Administrator behalten.
user-deactivated = Der Benutzer ist deaktiviert.
user-not-deactivated = Der Benutzer ist nicht deaktiviert.
user-permanently-deactivated = Der Benutzer ist dauerhaft deaktiviert.
user-missing-reactivation-date = Eine vorübergehende Deaktivierung braucht ein Datum der Reaktivierung.
user-reactivation-date-out-of-range = Das Datum muss mindestens { $minHours } h und höchstens { $maxDays } Tage in der Zukunft liegen.
invitation-not-found = Diese Einladung gibt es nicht.
invitation-already-used = Diese Einladung wurde bereits verwendet.
invitation-expired = Diese Einladung ist abgelaufen.
auth-invalid-credentials = Adresse oder Passwort ist falsch.
auth-too-many-attempts =
  { $seconds ->
    [one] Zu viele Versuche. Versuchen Sie es in { $seconds } Sekunde erneut.
   *[other] Zu viele Versuche. Versuchen Sie es in { $seconds } Sekunden erneut.
  }
auth-invalid-auth-method = Diese Anmeldeart ist nicht verfügbar.
auth-ip-not-allowed = Die Anmeldung aus Ihrem Netz ist nicht erlaubt.
auth-hashing-busy = Gerade melden sich zu viele Personen an. Bitte versuchen Sie es erneut.
