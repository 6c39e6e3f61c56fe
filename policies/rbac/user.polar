# TENANT_USER with the role User: what a reader may, and the own profile.

# DTO-18, DTO-19, REST-16 (seed lines 498-511): the profile, never the role (G-73) and never somebody else's.
allow(actor: Caller, "user.update_profile", user: User) if
  same_tenant(actor, user) and
  has_role(actor, "user") and
  user.id = actor.userId;
