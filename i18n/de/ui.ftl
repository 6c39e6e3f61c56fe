app-title = { service-name }
button-save = Speichern
button-cancel = Abbrechen
user-count =
    { $count ->
        [one] { $count } Benutzer online
       *[other] { $count } Benutzer online
    }
invitation-choose-password = Wählen Sie ein Passwort, um sie anzunehmen.
invitation-display-name = Ihr Name (freiwillig)
invitation-password = Passwort
invitation-password-rules = Mindestens { $min } Zeichen, mit Groß- und Kleinbuchstaben, einer Ziffer und einem Sonderzeichen.
invitation-accept = Einladung annehmen
invitation-accepted = Sie haben die Einladung angenommen. Ab sofort können Sie sich bei { $tenantName } mit Ihrer E-Mail-Adresse und Ihrem Passwort anmelden.
