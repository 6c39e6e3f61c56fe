# The tenant boundary inside the policy (AUTH-13, AUTH-16; seed lines 2870-2884). Every allow rule but the system admin's
# states it. The tenant guard in code has already refused foreign resources; this is the second wall.
#
# The seed's example compares the two tenants alone (lines 2956, 2961, 2965), so that two missing ones count as equal
# (G-50). Here a tenant must have a name.

same_tenant(actor: Caller, resource: TenantResource) if
  actor.tenantId != "" and
  actor.tenantId = resource.tenantId;
