invitation-subject = Ftesa juaj për { $tenantName }
invitation-greeting = Përshëndetje,
invitation-greeting-named = Përshëndetje { $displayName },
invitation-text =
    Jeni ftuar në { $tenantName }. Hapeni këtë lidhje për të zgjedhur një fjalëkalim:

    { $link }

    Ose përdorni këtë kod: { $token }

    Ftesa vlen deri më { $expiresOn } dhe mund të përdoret vetëm një herë. Nëse nuk e prisnit, mund ta shpërfillni këtë mesazh.

    Dërguar nga { service-name }
