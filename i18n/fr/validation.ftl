validation-failed = La requête n’est pas valide.
    .title = Requête non valide
validation-required = Ce champ est obligatoire.
    .title = Valeur manquante
validation-unknown-field = Ce champ n’est pas attendu ici.
    .title = Champ inconnu
validation-too-long =
    { $max ->
        [one] { $max } caractère au plus.
        [many] { $max } de caractères au plus.
       *[other] { $max } caractères au plus.
    }
    .title = Trop long
validation-too-short =
    { $min ->
        [one] { $min } caractère au moins.
        [many] { $min } de caractères au moins.
       *[other] { $min } caractères au moins.
    }
    .title = Trop court
validation-too-many-items =
    { $max ->
        [one] { $max } entrée au plus.
        [many] { $max } d’entrées au plus.
       *[other] { $max } entrées au plus.
    }
    .title = Trop d’entrées
validation-too-few-items =
    { $min ->
        [one] { $min } entrée au moins.
        [many] { $min } d’entrées au moins.
       *[other] { $min } entrées au moins.
    }
    .title = Trop peu d’entrées
validation-out-of-range =
    { $bound ->
        [min] La valeur doit être d’au moins { $min }.
        [max] La valeur doit être d’au plus { $max }.
       *[both] La valeur doit être comprise entre { $min } et { $max }.
    }
    .title = Hors limites
validation-invalid-format = Le format n’est pas valide.
    .title = Format non valide
validation-invalid-type = Le type n’est pas valide.
    .title = Type non valide
validation-invalid-choice = Cette valeur n’est pas autorisée.
    .title = Valeur non autorisée
validation-not-in-future = La date doit être dans le futur.
    .title = Date non située dans le futur
validation-payload-too-large = Cela représente { $actual } octets d’événements ; { $max } au plus sont autorisés.
    .title = Contenu trop volumineux

password-too-short = { $min } caractères au moins.
    .title = Mot de passe trop court
password-too-long = { $max } caractères au plus.
    .title = Mot de passe trop long
password-missing-uppercase = Il manque une majuscule.
    .title = Aucune majuscule
password-missing-lowercase = Il manque une minuscule.
    .title = Aucune minuscule
password-missing-number = Il manque un chiffre.
    .title = Aucun chiffre
password-missing-special = Il manque un caractère spécial.
    .title = Aucun caractère spécial
