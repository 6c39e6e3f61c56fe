app-title = { service-name }
button-save = Enregistrer
button-cancel = Annuler
user-count =
    { $count ->
        [one] { $count } utilisateur en ligne
        [many] { $count } d’utilisateurs en ligne
       *[other] { $count } utilisateurs en ligne
    }
invitation-choose-password = Choisissez un mot de passe pour l’accepter.
invitation-display-name = Votre nom (facultatif)
invitation-password = Mot de passe
invitation-password-rules = { $min } caractères au moins, avec des majuscules, des minuscules, un chiffre et un caractère spécial.
invitation-accept = Accepter l’invitation
invitation-accepted = Vous avez accepté l’invitation. Vous pouvez maintenant vous connecter à { $tenantName } avec votre adresse e-mail et votre mot de passe.
