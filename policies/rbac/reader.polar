# Reader: ReadOnly, Custom(name), and everybody else for what is their own.
#
# The seed's rule 2 (lines 2958-2961) opens public documents to readers; there is no document in the product yet. Its
# rule 3 (lines 2963-2966) lets everybody do anything to whatever is not restricted; of it remains: read yourself.

# REST-09 (seed lines 193-198): oneself; another profile of the tenant only for its admins (G-17).
allow(actor: Caller, "user.read", user: User) if
  same_tenant(actor, user) and
  has_role(actor, "reader") and
  user.id = actor.userId;

# REST-12 (seed lines 234-238): auth AUTHENTICATED, for a session of one's own.
allow(actor: Caller, "session.end", session: Session) if
  same_tenant(actor, session) and
  has_role(actor, "reader") and
  session.ownerId = actor.userId;
