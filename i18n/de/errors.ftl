request-unreadable = Die Anfrage konnte nicht gelesen werden.
    .title = Anfrage nicht lesbar
request-too-deep = Das JSON ist mehr als { $max } Ebenen tief verschachtelt.
    .title = Zu tief verschachtelt
request-too-large = Der Inhalt ist größer als { $max } Byte.
    .title = Anfrage zu groß
request-unsupported-media-type = Senden Sie den Inhalt als application/json.
    .title = Medientyp nicht unterstützt
request-invalid-header = Der Header { $header } ist ungültig.
    .title = Ungültiger Header
request-rate-limited = Zu viele Anfragen. Bitte versuchen Sie es später erneut.
    .title = Zu viele Anfragen

resource-not-found = Diese Ressource gibt es nicht.
    .title = Nicht gefunden

route-not-found = Unter dieser Adresse gibt es nichts.
    .title = Adresse nicht vorhanden
route-method-not-allowed = Diese Adresse unterstützt die Methode nicht.
    .title = Methode nicht erlaubt

access-denied = Dazu sind Sie nicht berechtigt.
    .title = Zugriff verweigert
unauthenticated = Bitte melden Sie sich an.
    .title = Nicht angemeldet
tenant-required = Bitte geben Sie an, bei welchem Mandanten Sie sich anmelden möchten.
    .title = Mandant erforderlich

idempotency-key-reused = Dieser Idempotenzschlüssel wurde für eine andere Anfrage verwendet.
    .title = Idempotenzschlüssel bereits verwendet

precondition-failed = Zwischenzeitlich geändert: Erwartet wurde Version { NUMBER($expected, useGrouping: 0) }, aktuell ist { NUMBER($actual, useGrouping: 0) }.
    .title = Zwischenzeitlich geändert

consistency-not-reached = Die Daten, die Sie bereits gesehen haben, sind hier noch nicht verfügbar. Bitte versuchen Sie es erneut.
    .title = Daten noch nicht aktuell

service-unavailable = Der Dienst ist zurzeit nicht verfügbar. Bitte versuchen Sie es erneut.
    .title = Dienst nicht verfügbar
event-store-backlog-full = Zu viele Änderungen dieser Organisation warten noch darauf, gespeichert zu werden. Von dieser Anfrage wurde nichts übernommen. Bitte versuchen Sie es später erneut.
    .title = Zurzeit nicht verfügbar

internal-error = Bei uns ist etwas schiefgegangen. Bitte geben Sie { $requestId } an, wenn Sie den Fehler melden.
    .title = Interner Fehler

tenant-invalid-name = Der Name muss { $min } bis { $max } Zeichen haben.
    .title = Ungültiger Name
tenant-invalid-slug = Der Kurzname ist ungültig.
    .title = Ungültiger Kurzname
tenant-slug-taken = Der Kurzname „{ $name }“ ist bereits vergeben.
    .title = Kurzname vergeben
tenant-custom-domain-taken = Die Domain { $name } wird bereits verwendet.
    .title = Domain bereits verwendet
tenant-already-exists = Dieser Mandant besteht bereits.
    .title = Mandant bereits vorhanden
tenant-invalid-email-domain = Adressen von { $domain } sind nicht erlaubt.
    .title = E-Mail-Domain nicht erlaubt
tenant-invalid-subscription-plan = Diesen Tarif gibt es nicht.
    .title = Unbekannter Tarif
tenant-downgrade-not-possible = Der Mandant hat mehr Benutzer, als der Tarif erlaubt ({ $max }).
    .title = Tarif zu klein
tenant-invalid-settings =
    { $reason ->
        [feature] Die Funktion „{ $value }“ gibt es nicht.
        [maxUsers] Die Benutzergrenze ist höher, als der Tarif erlaubt ({ $value }).
        [password] Die Anmeldung mit Passwort muss erlaubt bleiben: Eine andere ist noch nicht verfügbar.
        [requireMfa] Ein zweiter Faktor kann nicht verlangt werden: Er ist noch nicht verfügbar.
       *[other] Die Einstellungen sind ungültig.
    }
    .title = Ungültige Einstellungen
tenant-invalid-settings-transition = Die Benutzergrenze kann nicht von { $from } auf { $to } geändert werden: Es sind mehr Benutzer registriert.
    .title = Benutzergrenze zu niedrig
tenant-invalid-retention-period = Daten werden { $min } bis { $max } Tage aufbewahrt.
    .title = Ungültige Aufbewahrungsfrist
tenant-has-active-users =
    { $count ->
        [one] { $count } weiterer Benutzer ist noch aktiv.
       *[other] { $count } weitere Benutzer sind noch aktiv.
    }
    .title = Noch aktive Benutzer
tenant-active-subscription-exists = Der Mandant hat noch ein kostenpflichtiges Abonnement.
    .title = Laufendes Abonnement
tenant-deleted = Der Mandant wurde gelöscht.
    .title = Mandant gelöscht
tenant-platform-protected = Der Plattform-Mandant kann nicht gelöscht werden.
    .title = Plattform-Mandant geschützt
operation-expired = Diese Anfrage hat zu lange gewartet und wurde nicht ausgeführt. Sie können sie erneut senden.
    .title = Anfrage verfallen
operation-abandoned = Diese Anfrage wurde nach mehreren Versuchen aufgegeben. Sie können sie mit demselben Idempotency-Key gefahrlos erneut senden.
    .title = Anfrage aufgegeben
tenant-fenced = Änderungen an dieser Organisation sind ausgesetzt, bis ihr Verlauf geprüft ist. Von dieser Anfrage wurde nichts übernommen.
    .title = Änderungen ausgesetzt
tenant-fence-changed = Diese Sperre besteht nicht mehr. Sehen Sie erneut nach, bevor Sie eine andere aufheben.
    .title = Sperre hat sich geändert

user-already-exists = Unter dieser Adresse ist bereits jemand registriert.
    .title = Bereits registriert
user-quota-exceeded =
    { $max ->
        [one] Es ist kein Platz mehr frei: Der Mandant hat { $max } Platz.
       *[other] Es ist kein Platz mehr frei: Der Mandant hat { $max } Plätze.
    }
    .title = Kein Platz frei
user-email-domain-not-allowed = Adressen von { $domain } sind nicht erlaubt.
    .title = E-Mail-Domain nicht erlaubt
user-invalid-role = Die Rolle „{ $role }“ gibt es nicht.
    .title = Unbekannte Rolle
user-invalid-role-change = Die Rolle kann so nicht geändert werden.
    .title = Rollenwechsel nicht möglich
user-invalid-display-name = Der Name muss { $min } bis { $max } Zeichen haben.
    .title = Ungültiger Name
user-email-change-not-allowed = Die Adresse kann ab dem { $until } (UTC) wieder geändert werden.
    .title = Adresse erst kürzlich geändert
user-last-admin = Der Mandant muss einen Administrator behalten.
    .title = Letzter Administrator
user-deactivated = Der Benutzer ist deaktiviert.
    .title = Benutzer deaktiviert
user-not-deactivated = Der Benutzer ist nicht deaktiviert.
    .title = Benutzer nicht deaktiviert
user-permanently-deactivated = Der Benutzer ist dauerhaft deaktiviert.
    .title = Dauerhaft deaktiviert
user-missing-reactivation-date = Für eine vorübergehende Deaktivierung ist ein Datum der Reaktivierung erforderlich.
    .title = Datum der Reaktivierung fehlt
user-reactivation-date-out-of-range = Das Datum muss mindestens { $minHours } h und höchstens { $maxDays } Tage in der Zukunft liegen.
    .title = Datum der Reaktivierung außerhalb des Bereichs

invitation-not-found = Diese Einladung gibt es nicht.
    .title = Einladung nicht gefunden
invitation-already-used = Diese Einladung wurde bereits verwendet.
    .title = Einladung bereits verwendet
invitation-expired = Diese Einladung ist abgelaufen.
    .title = Einladung abgelaufen

auth-invalid-credentials = Adresse oder Passwort ist falsch.
    .title = Anmeldung fehlgeschlagen
auth-too-many-attempts =
    { $seconds ->
        [one] Zu viele Versuche. Versuchen Sie es in { $seconds } Sekunde erneut.
       *[other] Zu viele Versuche. Versuchen Sie es in { $seconds } Sekunden erneut.
    }
    .title = Zu viele Versuche
auth-invalid-auth-method = Diese Anmeldeart ist nicht verfügbar.
    .title = Anmeldeart nicht verfügbar
auth-ip-not-allowed = Die Anmeldung aus Ihrem Netz ist nicht erlaubt.
    .title = Netz nicht erlaubt
auth-hashing-busy = Gerade melden sich zu viele Personen an. Bitte versuchen Sie es erneut.
    .title = Anmeldung ausgelastet
