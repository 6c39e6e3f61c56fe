# SYSTEM_ADMIN: an admin of the platform tenant, over every tenant (G-8; seed lines 105-162).
#
# The only allow rule without a tenant match. What it opens is named one by one, so that a new action stays shut until
# somebody decides otherwise. "events.read_personal" is left out on purpose: the personal fields of a tenant's log are
# opened for that tenant's own admins alone. As an admin of the platform tenant a system admin has it there, by
# policies/rbac/admin.polar.

allow(actor: Caller, action: String, _resource: TenantResource) if
  system_admin(actor) and
  platform_permission(action);

system_admin(actor: Caller) if
  actor.isSystemAdmin = true and
  actor.role = "admin";

platform_permission("tenant.create");       # REST-02: auth SYSTEM_ADMIN (seed line 109)
platform_permission("tenant.list");         # REST-05: auth SYSTEM_ADMIN (seed line 147)
platform_permission("tenant.read");         # REST-04: auth TENANT_ADMIN or SYSTEM_ADMIN (seed line 133)
platform_permission("tenant.update");       # REST-14
platform_permission("tenant.delete");       # REST-15; may force, with an audited reason (G-15)
platform_permission("user.register");       # REST-07
platform_permission("user.reinvite");       # whoever registers and so invites
platform_permission("user.list");           # REST-18
platform_permission("user.read");           # REST-09
platform_permission("user.update_profile"); # REST-16
platform_permission("user.update_role");    # REST-16, G-73
platform_permission("user.deactivate");     # REST-17
platform_permission("user.reactivate");     # REST-17
platform_permission("session.end");         # REST-12
platform_permission("events.read");         # the envelopes, personal fields closed
