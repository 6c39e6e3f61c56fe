### Refusals, by error code: the value is the `detail` of a problem document, `.title` its `title`.

request-unreadable = The request could not be read.
    .title = Unreadable request
# $max (number): levels allowed
request-too-deep = The JSON is nested more than { $max } levels deep.
    .title = Nested too deeply
# $max (number): bytes allowed
request-too-large = The body is larger than { $max } bytes.
    .title = Request too large
request-unsupported-media-type = Send the body as application/json.
    .title = Media type not supported
# $header (string): name of the header
request-invalid-header = The header { $header } is not valid.
    .title = Invalid header
request-rate-limited = Too many requests. Please try again later.
    .title = Too many requests

resource-not-found = There is no such resource.
    .title = Not found

route-not-found = There is nothing at this address.
    .title = No such address
route-method-not-allowed = This address does not support the method.
    .title = Method not allowed

access-denied = You are not allowed to do this.
    .title = Access denied
unauthenticated = Please sign in.
    .title = Not signed in
tenant-required = Please say which tenant you want to sign in to.
    .title = Tenant required

idempotency-key-reused = This idempotency key was used for another request.
    .title = Idempotency key reused

# $expected (number): version the caller named
# $actual (number): current version
precondition-failed = It has changed meanwhile: version { NUMBER($expected, useGrouping: 0) } was expected, { NUMBER($actual, useGrouping: 0) } is current.
    .title = Changed meanwhile

consistency-not-reached = The data you have already seen is not available here yet. Please try again.
    .title = Data not up to date yet

service-unavailable = The service is not available at the moment. Please try again.
    .title = Service unavailable
event-store-backlog-full = Too many changes of this organization are still waiting to be stored. Nothing of this request has been kept. Please try again later.
    .title = Not available now

# $requestId (string): id the log can be searched for
internal-error = Something went wrong on our side. Please quote { $requestId } when you report it.
    .title = Internal error

# $min (number): characters needed
# $max (number): characters allowed
tenant-invalid-name = The name must have { $min } to { $max } characters.
    .title = Invalid name
tenant-invalid-slug = The short name is not valid.
    .title = Invalid short name
# $name (string): the short name asked for
tenant-slug-taken = The short name “{ $name }” is already taken.
    .title = Short name taken
# $name (string): the domain asked for
tenant-custom-domain-taken = The domain { $name } is already in use.
    .title = Domain in use
tenant-already-exists = This tenant already exists.
    .title = Tenant already exists
# $domain (string): what follows the @
tenant-invalid-email-domain = Addresses of { $domain } are not allowed.
    .title = Email domain not allowed
tenant-invalid-subscription-plan = This plan does not exist.
    .title = Unknown plan
# $max (number): users the plan allows
tenant-downgrade-not-possible = The tenant has more users than the plan allows ({ $max }).
    .title = Plan too small
# $reason (string): "feature", "maxUsers", "password" or "requireMfa"
# $value (string or number): the feature nobody knows, the most users the plan allows, else as the reason
tenant-invalid-settings =
    { $reason ->
        [feature] There is no feature “{ $value }”.
        [maxUsers] The user limit is higher than the plan allows ({ $value }).
        [password] Signing in with a password must stay allowed: no other way is available yet.
        [requireMfa] A second factor cannot be required: it is not available yet.
       *[other] The settings are not valid.
    }
    .title = Invalid settings
# $from (number): user limit now
# $to (number): user limit asked for
tenant-invalid-settings-transition = The user limit cannot change from { $from } to { $to }: more users are registered.
    .title = User limit too low
# $min (number): days
# $max (number): days
tenant-invalid-retention-period = Data is kept for { $min } to { $max } days.
    .title = Invalid retention period
# $count (number): active users besides the last administrator
tenant-has-active-users =
    { $count ->
        [one] { $count } other user is still active.
       *[other] { $count } other users are still active.
    }
    .title = Users still active
tenant-active-subscription-exists = The tenant still has a paid subscription.
    .title = Subscription still running
tenant-deleted = The tenant has been deleted.
    .title = Tenant deleted
tenant-platform-protected = The platform tenant cannot be deleted.
    .title = Platform tenant protected
operation-expired = This request waited too long and was not carried out. You can send it again.
    .title = Request expired
operation-abandoned = This request was given up after several attempts. Sending it again with the same Idempotency-Key is safe.
    .title = Request given up
tenant-fenced = Changes to this organization are suspended while its history is being checked. Nothing of this request has been kept.
    .title = Changes suspended
tenant-fence-changed = That fence does not stand any more. Look again before you lift another.
    .title = Fence has changed

user-already-exists = Somebody with this address is already registered.
    .title = Already registered
# $max (number): seats the tenant has
user-quota-exceeded =
    { $max ->
        [one] No seat is left: the tenant has { $max } seat.
       *[other] No seat is left: the tenant has { $max } seats.
    }
    .title = No seat left
# $domain (string): what follows the @
user-email-domain-not-allowed = Addresses of { $domain } are not allowed.
    .title = Email domain not allowed
# $role (string): the role asked for
user-invalid-role = The role “{ $role }” does not exist.
    .title = Unknown role
user-invalid-role-change = The role cannot be changed like this.
    .title = Role change not possible
# $min (number): characters needed
# $max (number): characters allowed
user-invalid-display-name = The name must have { $min } to { $max } characters.
    .title = Invalid name
# $until (timestamp): shown in UTC
user-email-change-not-allowed = The address can be changed again from { $until } (UTC).
    .title = Address changed recently
user-last-admin = The tenant must keep an administrator.
    .title = Last administrator
user-deactivated = The user is deactivated.
    .title = User deactivated
user-not-deactivated = The user is not deactivated.
    .title = User not deactivated
user-permanently-deactivated = The user has been deactivated for good.
    .title = Deactivated for good
user-missing-reactivation-date = A temporary deactivation needs a date of reactivation.
    .title = Reactivation date missing
# $minHours (number): hours ahead, at least
# $maxDays (number): days ahead, at most
user-reactivation-date-out-of-range = The date must lie at least { $minHours } h and at most { $maxDays } days ahead.
    .title = Reactivation date out of range

invitation-not-found = This invitation does not exist.
    .title = Invitation not found
invitation-already-used = This invitation has been used already.
    .title = Invitation already used
invitation-expired = This invitation has expired.
    .title = Invitation expired

auth-invalid-credentials = Address or password is wrong.
    .title = Sign-in failed
# $seconds (number): seconds until the next try
auth-too-many-attempts =
    { $seconds ->
        [one] Too many attempts. Try again in { $seconds } second.
       *[other] Too many attempts. Try again in { $seconds } seconds.
    }
    .title = Too many attempts
auth-invalid-auth-method = This way to sign in is not available.
    .title = Sign-in method not available
auth-ip-not-allowed = Signing in from your network is not allowed.
    .title = Network not allowed
auth-hashing-busy = Too many people are signing in right now. Please try again.
    .title = Sign-in busy
