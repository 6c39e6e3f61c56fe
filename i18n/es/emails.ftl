invitation-subject = Su invitación a { $tenantName }
invitation-greeting = Hola:
invitation-greeting-named = Hola, { $displayName }:
invitation-text =
    Ha recibido una invitación a { $tenantName }. Abra este enlace para elegir una contraseña:

    { $link }

    O utilice este código: { $token }

    La invitación es válida hasta el { $expiresOn } y solo puede usarse una vez. Si no la esperaba, puede ignorar este mensaje.

    Enviado por { service-name }
