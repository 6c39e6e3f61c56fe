# TENANT_ADMIN: everything within the own tenant (seed rule 1, lines 2954-2956).
#
# The seed lets "action" be anything; here each is named, so that making and listing tenants stays with the platform.

allow(actor: Caller, action: String, resource: TenantResource) if
  same_tenant(actor, resource) and
  has_role(actor, "admin") and
  tenant_admin_permission(action);

tenant_admin_permission("tenant.read");          # REST-04: auth TENANT_ADMIN (seed line 133)
tenant_admin_permission("tenant.update");        # REST-14 (seed lines 443-456)
tenant_admin_permission("tenant.delete");        # REST-15: the last admin is who sends it (G-15)
tenant_admin_permission("user.register");        # REST-07: auth TENANT_ADMIN (seed line 171)
tenant_admin_permission("user.reinvite");        # whoever registers and so invites (seed line 171)
tenant_admin_permission("user.list");            # REST-18 (seed lines 2433-2447)
tenant_admin_permission("user.read");            # REST-09 (seed line 197)
tenant_admin_permission("user.update_profile");  # REST-16 (seed lines 498-511)
tenant_admin_permission("user.update_role");     # DTO-20: role needs Admin (G-73)
tenant_admin_permission("user.deactivate");      # REST-17 (seed lines 513-523)
tenant_admin_permission("user.reactivate");      # REST-17
tenant_admin_permission("session.end");          # ends anybody's session of the tenant
tenant_admin_permission("events.read");          # the tenant's own log
tenant_admin_permission("events.read_personal"); # with its personal fields opened
