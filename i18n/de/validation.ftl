validation-failed = Die Anfrage ist ungültig.
    .title = Ungültige Anfrage
validation-required = Diese Angabe ist erforderlich.
    .title = Fehlende Angabe
validation-unknown-field = Dieses Feld wird hier nicht erwartet.
    .title = Unbekanntes Feld
validation-too-long = Höchstens { $max } Zeichen.
    .title = Zu lang
validation-too-short = Mindestens { $min } Zeichen.
    .title = Zu kurz
validation-too-many-items =
    { $max ->
        [one] Höchstens { $max } Eintrag.
       *[other] Höchstens { $max } Einträge.
    }
    .title = Zu viele Einträge
validation-too-few-items =
    { $min ->
        [one] Mindestens { $min } Eintrag.
       *[other] Mindestens { $min } Einträge.
    }
    .title = Zu wenige Einträge
validation-out-of-range =
    { $bound ->
        [min] Der Wert muss mindestens { $min } sein.
        [max] Der Wert darf höchstens { $max } sein.
       *[both] Der Wert muss zwischen { $min } und { $max } liegen.
    }
    .title = Außerhalb des Bereichs
validation-invalid-format = Das Format ist ungültig.
    .title = Ungültiges Format
validation-invalid-type = Der Typ ist ungültig.
    .title = Ungültiger Typ
validation-invalid-choice = Das ist keiner der erlaubten Werte.
    .title = Wert nicht erlaubt
validation-not-in-future = Das Datum muss in der Zukunft liegen.
    .title = Datum nicht in der Zukunft
validation-payload-too-large = Das ergibt Ereignisse von { $actual } Byte; erlaubt sind höchstens { $max }.
    .title = Inhalt zu groß

password-too-short = Mindestens { $min } Zeichen.
    .title = Passwort zu kurz
password-too-long = Höchstens { $max } Zeichen.
    .title = Passwort zu lang
password-missing-uppercase = Ein Großbuchstabe fehlt.
    .title = Kein Großbuchstabe
password-missing-lowercase = Ein Kleinbuchstabe fehlt.
    .title = Kein Kleinbuchstabe
password-missing-number = Eine Ziffer fehlt.
    .title = Keine Ziffer
password-missing-special = Ein Sonderzeichen fehlt.
    .title = Kein Sonderzeichen
