-- Writes down how far tenants have been projected, but no further than their checkpoints are: neither is flushed, and who confirms
-- what a crash has taken back meanwhile would have nobody look after it any more. Checkpoints stand behind the wall, and the
-- log before it. In the order of tenants, so that replicas do not lock each other out.
create function tenant_log.confirm_projected(tenants text[], positions bigint[]) returns void
language plpgsql as $$
declare
  followed text[];
  reached bigint[];
begin
  perform read_models.enter_all(tenants);
  select array_agg(c.tenant_id), array_agg(least(g.position, c.position)) into followed, reached
  from unnest(tenants, positions) g (tenant, position)
  join read_models.checkpoint c on c.tenant_id = g.tenant;
  perform set_config('role', 'none', true);
  with further as (
    select t.tenant_id, f.position
    from unnest(followed, reached) f (tenant, position)
    join tenant_log.tenant t on t.tenant_id = f.tenant and t.projected < f.position
    order by t.tenant_id for update of t
  )
  update tenant_log.tenant t set projected = f.position from further f where t.tenant_id = f.tenant_id;
end $$;
