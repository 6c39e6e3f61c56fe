# Which role of a user is which role of the policy (G-8; TYPE-04, seed lines 1079-1084).

has_role(actor: Caller, "admin") if actor.role = "admin"; # Admin = TENANT_ADMIN
has_role(actor: Caller, "user") if actor.role = "user";   # User = TENANT_USER

# Every role reads what is its own: ReadOnly, Custom(name) and all above them. A user without a role has none.
has_role(actor: Caller, "reader") if actor.role != "";
