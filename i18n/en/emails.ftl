# $tenantName (string): name of the tenant
invitation-subject = Your invitation to { $tenantName }
invitation-greeting = Hello,
# $displayName (string): name of the invited
invitation-greeting-named = Hello { $displayName },
# $tenantName (string): name of the tenant
# $link (string): where to accept
# $token (string): what the link carries
# $expiresOn (string): last day, already in words
invitation-text =
    You have been invited to { $tenantName }. Open this link to choose a password:

    { $link }

    Or use this token: { $token }

    The invitation is valid until { $expiresOn } and can be used once. If you did not expect it, you can ignore this message.

    Sent by { service-name }
