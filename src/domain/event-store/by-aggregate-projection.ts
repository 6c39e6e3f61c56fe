/** Name of the projection in the event store. */
export const BY_AGGREGATE = 'acci-by-aggregate'

/** Projections of the server's own that ours builds on, or that people expect to find. */
export const SYSTEM_PROJECTIONS = ['$by_category', '$by_event_type', '$by_correlation_id'] as const

/**
 * Links each event of a tenant's log into the stream of its aggregate, `{type}-{tenantId}.{id}`. A tenant's own go to
 * `tenantState-…`: in the category `tenant` the projection would read its own links. Written for the server's engines of any
 * age (ES5); it runs there, never here.
 */
export const BY_AGGREGATE_QUERY = `fromCategory('tenant').when({
  $any: function (state, event) {
    var metadata = event.metadata;
    if (!metadata || !metadata.aggregate || event.streamId !== 'tenant-' + metadata.tenantId) return state;
    var type = metadata.aggregate.type === 'tenant' ? 'tenantState' : metadata.aggregate.type;
    linkTo(type + '-' + metadata.tenantId + '.' + metadata.aggregate.id, event);
    return state;
  }
});
`
