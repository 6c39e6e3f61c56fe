/**
 * The one error catalogue: stable code → HTTP status → GraphQL code. The code is also the Fluent message id, with dots and
 * underscores written as hyphens (`user.quota_exceeded` → `user-quota-exceeded` in `i18n/<language>/errors.ftl`).
 * Codes never change their meaning; a new case gets a new code. Source: seed lines 1866–2117, G-9.
 */
export const ERRORS = {
  'request.unreadable': { status: 400, graphql: 'BAD_REQUEST' },
  'request.too_deep': { status: 400, graphql: 'BAD_REQUEST' },
  'request.too_large': { status: 413, graphql: 'PAYLOAD_TOO_LARGE' },
  'request.unsupported_media_type': { status: 415, graphql: 'BAD_REQUEST' },
  'request.invalid_header': { status: 400, graphql: 'BAD_REQUEST' },
  'request.rate_limited': { status: 429, graphql: 'RATE_LIMITED' },
  'resource.not_found': { status: 404, graphql: 'NOT_FOUND' },
  'route.not_found': { status: 404, graphql: 'NOT_FOUND' },
  'route.method_not_allowed': { status: 405, graphql: 'BAD_REQUEST' },
  access_denied: { status: 403, graphql: 'FORBIDDEN' },
  unauthenticated: { status: 401, graphql: 'UNAUTHENTICATED' },
  tenant_required: { status: 422, graphql: 'BAD_USER_INPUT' },
  'idempotency.key_reused': { status: 422, graphql: 'BAD_USER_INPUT' },
  'precondition.failed': { status: 412, graphql: 'PRECONDITION_FAILED' },
  'consistency.not_reached': { status: 503, graphql: 'UNAVAILABLE' },
  'service.unavailable': { status: 503, graphql: 'UNAVAILABLE' },
  'event_store.backlog_full': { status: 503, graphql: 'UNAVAILABLE' },
  'operation.expired': { status: 503, graphql: 'UNAVAILABLE' },
  'operation.abandoned': { status: 500, graphql: 'INTERNAL' },
  'internal.error': { status: 500, graphql: 'INTERNAL' },

  'validation.failed': { status: 422, graphql: 'BAD_USER_INPUT' },
  'validation.required': { status: 422, graphql: 'BAD_USER_INPUT' },
  'validation.unknown_field': { status: 422, graphql: 'BAD_USER_INPUT' },
  'validation.too_long': { status: 422, graphql: 'BAD_USER_INPUT' },
  'validation.too_short': { status: 422, graphql: 'BAD_USER_INPUT' },
  'validation.too_many_items': { status: 422, graphql: 'BAD_USER_INPUT' },
  'validation.too_few_items': { status: 422, graphql: 'BAD_USER_INPUT' },
  'validation.out_of_range': { status: 422, graphql: 'BAD_USER_INPUT' },
  'validation.invalid_format': { status: 422, graphql: 'BAD_USER_INPUT' },
  'validation.invalid_type': { status: 422, graphql: 'BAD_USER_INPUT' },
  'validation.invalid_choice': { status: 422, graphql: 'BAD_USER_INPUT' },
  'validation.not_in_future': { status: 422, graphql: 'BAD_USER_INPUT' },
  'validation.payload_too_large': { status: 422, graphql: 'BAD_USER_INPUT' },

  'password.too_short': { status: 422, graphql: 'BAD_USER_INPUT' },
  'password.too_long': { status: 422, graphql: 'BAD_USER_INPUT' },
  'password.missing_uppercase': { status: 422, graphql: 'BAD_USER_INPUT' },
  'password.missing_lowercase': { status: 422, graphql: 'BAD_USER_INPUT' },
  'password.missing_number': { status: 422, graphql: 'BAD_USER_INPUT' },
  'password.missing_special': { status: 422, graphql: 'BAD_USER_INPUT' },

  'tenant.invalid_name': { status: 422, graphql: 'BAD_USER_INPUT' },
  'tenant.invalid_slug': { status: 422, graphql: 'BAD_USER_INPUT' },
  'tenant.slug_taken': { status: 409, graphql: 'CONFLICT' },
  'tenant.custom_domain_taken': { status: 409, graphql: 'CONFLICT' },
  'tenant.already_exists': { status: 409, graphql: 'CONFLICT' },
  'tenant.invalid_email_domain': { status: 422, graphql: 'BAD_USER_INPUT' },
  'tenant.invalid_subscription_plan': { status: 422, graphql: 'BAD_USER_INPUT' },
  'tenant.downgrade_not_possible': { status: 409, graphql: 'CONFLICT' },
  'tenant.invalid_settings': { status: 422, graphql: 'BAD_USER_INPUT' },
  'tenant.invalid_settings_transition': { status: 409, graphql: 'CONFLICT' },
  'tenant.invalid_retention_period': { status: 422, graphql: 'BAD_USER_INPUT' },
  'tenant.has_active_users': { status: 409, graphql: 'CONFLICT' },
  'tenant.active_subscription_exists': { status: 409, graphql: 'CONFLICT' },
  'tenant.deleted': { status: 409, graphql: 'CONFLICT' },
  'tenant.platform_protected': { status: 409, graphql: 'CONFLICT' },
  'tenant.fenced': { status: 503, graphql: 'UNAVAILABLE' },

  'user.already_exists': { status: 409, graphql: 'CONFLICT' },
  'user.quota_exceeded': { status: 409, graphql: 'CONFLICT' },
  'user.email_domain_not_allowed': { status: 422, graphql: 'BAD_USER_INPUT' },
  'user.invalid_role': { status: 422, graphql: 'BAD_USER_INPUT' },
  'user.invalid_role_change': { status: 409, graphql: 'CONFLICT' },
  'user.invalid_display_name': { status: 422, graphql: 'BAD_USER_INPUT' },
  'user.email_change_not_allowed': { status: 409, graphql: 'CONFLICT' },
  'user.last_admin': { status: 409, graphql: 'CONFLICT' },
  'user.deactivated': { status: 409, graphql: 'CONFLICT' },
  'user.not_deactivated': { status: 409, graphql: 'CONFLICT' },
  'user.permanently_deactivated': { status: 409, graphql: 'CONFLICT' },
  'user.missing_reactivation_date': { status: 422, graphql: 'BAD_USER_INPUT' },
  'user.reactivation_date_out_of_range': { status: 422, graphql: 'BAD_USER_INPUT' },

  'invitation.not_found': { status: 404, graphql: 'NOT_FOUND' },
  'invitation.already_used': { status: 409, graphql: 'CONFLICT' },
  'invitation.expired': { status: 409, graphql: 'CONFLICT' },

  'auth.invalid_credentials': { status: 401, graphql: 'UNAUTHENTICATED' },
  'auth.too_many_attempts': { status: 429, graphql: 'RATE_LIMITED' },
  'auth.invalid_auth_method': { status: 422, graphql: 'BAD_USER_INPUT' },
  'auth.ip_not_allowed': { status: 403, graphql: 'FORBIDDEN' },
  'auth.hashing_busy': { status: 503, graphql: 'UNAVAILABLE' },
} as const satisfies Record<string, { status: number; graphql: string }>

export type ErrorCode = keyof typeof ERRORS

/** The Fluent message id of an error code. */
export const messageIdOf = (code: ErrorCode): string => code.replaceAll(/[._]/g, '-')
