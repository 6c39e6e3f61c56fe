-- The rows to fold a page over and the checkpoint they belong to, in one call. The checkpoint is read first: rows that are newer
-- than it make the commit a conflict, older ones would not.
create function read_models.load_rows_at(tenant text, wanted jsonb) returns table (view text, data jsonb)
language plpgsql as $$
begin
  perform read_models.enter(tenant);
  return query select 'checkpoint'::text, to_jsonb(c.position) from read_models.checkpoint c where c.tenant_id = tenant;
  return query select r.view, r.data from read_models.load_rows(tenant, wanted) r;
end $$;
