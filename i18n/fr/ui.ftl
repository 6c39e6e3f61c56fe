app-title = { service-name }
button-save = Enregistrer
button-cancel = Annuler
user-count =
    { $count ->
        [one] { $count } utilisateur en ligne
        [many] { $count } d’utilisateurs en ligne
       *[other] { $count } utilisateurs en ligne
    }
