# Titles of problem documents, by HTTP status.
problem-title-400 = Bad request
problem-title-401 = Not signed in
problem-title-403 = Not allowed
problem-title-404 = Not found
problem-title-405 = Method not allowed
problem-title-409 = Conflict
problem-title-412 = Changed meanwhile
problem-title-413 = Too large
problem-title-415 = Media type not supported
problem-title-422 = Not valid
problem-title-429 = Too many requests
problem-title-500 = Internal error
problem-title-503 = Not available

# Refusals, by error code.
request-unreadable = The request could not be read.
request-too-deep = The JSON is nested more than { $max } levels deep.
request-too-large = The body is larger than { $max } bytes.
request-unsupported-media-type = Send the body as application/json.
request-invalid-header = The header { $header } is not valid.
request-rate-limited = Too many requests. Please try again later.
resource-not-found = There is no such resource.
route-not-found = There is nothing at this address.
route-method-not-allowed = This address does not support the method.
access-denied = You are not allowed to do this.
unauthenticated = Please sign in.
tenant-required = Please say which tenant you want to sign in to.
idempotency-key-reused = This idempotency key was used for another request.
precondition-failed = It has changed meanwhile: version { $expected } was expected, { $actual } is current.
consistency-not-reached = The data you have already seen is not available here yet. Please try again.
service-unavailable = The service is not available at the moment. Please try again.
internal-error = Something went wrong on our side. Please quote { $requestId }.
tenant-invalid-name = The name must have { $min } to { $max } characters.
tenant-invalid-slug = The short name is not valid.
tenant-slug-taken = The short name “{ $name }” is already taken.
tenant-custom-domain-taken = The domain { $name } is already in use.
tenant-already-exists = This tenant already exists.
tenant-invalid-email-domain = Addresses of { $domain } are not allowed.
tenant-invalid-subscription-plan = This plan does not exist.
tenant-downgrade-not-possible = The plan allows at most { $max } users; the tenant has more.
tenant-invalid-settings = The settings are not valid: { $reason }.
tenant-invalid-settings-transition = The limit cannot change from { $from } to { $to } users: more are registered.
tenant-invalid-retention-period = Data is kept for { $min } to { $max } days.
tenant-has-active-users =
  { $count ->
    [one] { $count } other user is still active.
   *[other] { $count } other users are still active.
  }
tenant-active-subscription-exists = The tenant still has a paid subscription.
tenant-deleted = The tenant has been deleted.
tenant-platform-protected = The platform tenant cannot be deleted.
user-already-exists = Somebody with this address is already registered.
user-quota-exceeded = All { $max } seats are taken.
user-email-domain-not-allowed = Addresses of { $domain } are not allowed.
user-invalid-role = The role “{ $role }” does not exist.
user-invalid-role-change = The role cannot be changed like this.
user-invalid-display-name = The name must have { $min } to { $max } characters.
user-email-change-not-allowed = The address may be changed again from { $until }.
user-last-admin = The tenant must keep an administrator.
user-deactivated = The user is deactivated.
user-not-deactivated = The user is not deactivated.
user-permanently-deactivated = The user has been deactivated for good.
user-missing-reactivation-date = A temporary deactivation needs a date of reactivation.
user-reactivation-date-out-of-range = The date must lie at least { $minHours } h and at most { $maxDays } days ahead.
invitation-not-found = This invitation does not exist.
invitation-already-used = This invitation has been used already.
invitation-expired = This invitation has expired.
auth-invalid-credentials = Address or password is wrong.
auth-too-many-attempts =
  { $seconds ->
    [one] Too many attempts. Try again in { $seconds } second.
   *[other] Too many attempts. Try again in { $seconds } seconds.
  }
auth-invalid-auth-method = This way to sign in is not available.
auth-ip-not-allowed = Signing in from your network is not allowed.
auth-hashing-busy = Too many people are signing in right now. Please try again.
