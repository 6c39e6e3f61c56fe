invitation-subject = Ihre Einladung zu { $tenantName }
invitation-greeting = Guten Tag,
invitation-greeting-named = Guten Tag { $displayName },
invitation-text =
    Sie wurden zu { $tenantName } eingeladen. Öffnen Sie diesen Link, um ein Passwort zu wählen:

    { $link }

    Oder verwenden Sie diesen Code: { $token }

    Die Einladung gilt bis zum { $expiresOn } und kann einmal verwendet werden. Falls Sie sie nicht erwartet haben, können Sie diese Nachricht ignorieren.

    Gesendet von { service-name }
