app-title = { service-name }
button-save = Speichern
button-cancel = Abbrechen
user-count =
    { $count ->
        [one] { $count } Benutzer online
       *[other] { $count } Benutzer online
    }
