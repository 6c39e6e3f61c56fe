invitation-subject = Your invitation to { $tenantName }
invitation-greeting = Hello,
invitation-greeting-named = Hello { $displayName },
invitation-text =
    You have been invited to { $tenantName }. Open this link to choose a password:

    { $link }

    Or use this token: { $token }

    The invitation is valid until { $expiresOn } and can be used once. If you did not expect it, you can ignore this message.
