-- How far the tenant's log was when a name was confirmed: what is told late takes nothing back that was told after it.
alter table directory.name add column position bigint not null default 0;
alter table directory.email add column position bigint not null default 0;
