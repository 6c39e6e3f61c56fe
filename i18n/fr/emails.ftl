invitation-subject = Votre invitation à rejoindre { $tenantName }
invitation-greeting = Bonjour,
invitation-greeting-named = Bonjour { $displayName },
invitation-text =
    Vous avez reçu une invitation à rejoindre { $tenantName }. Ouvrez ce lien pour choisir un mot de passe :

    { $link }

    Ou utilisez ce code : { $token }

    L’invitation est valable jusqu’au { $expiresOn } et ne peut servir qu’une fois. Si vous ne l’attendiez pas, vous pouvez ignorer ce message.

    Envoyé par { service-name }
