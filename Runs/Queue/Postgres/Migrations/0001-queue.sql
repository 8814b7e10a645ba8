-- The run queue (docs/design/009-queue.md). Locks are taken in one order: worker, run, block, advisory lock of the run.

-- The clock of runs and leases, in one place: tests put another in its place.
create function apetest.clock() returns timestamptz language sql volatile as 'select clock_timestamp()';

create sequence apetest.ordinals;

create table apetest.runs (
    run text primary key,
    ordinal bigint not null default nextval('apetest.ordinals'),
    scenario text not null,
    planned_agents int not null,
    plan bytea not null,                        -- sealed: it carries secrets
    room int,
    submitted timestamptz not null default apetest.clock(),
    started timestamptz,
    ended timestamptz,
    stop smallint not null default 0,
    reason text,
    agents int,
    rates text not null default '[]'
);
alter table apetest.runs alter column plan set storage external;

create table apetest.blocks (
    run text not null references apetest.runs on delete cascade,
    block int not null,
    first_slot int not null,
    slots int not null,
    worker text,
    epoch bigint not null default 0,
    done boolean not null default false,
    primary key (run, block)
) with (fillfactor = 70);
create index blocks_of_worker on apetest.blocks (worker) where worker is not null;
create index blocks_free on apetest.blocks (run, block) where not done and worker is null;
create index blocks_open on apetest.blocks (run, block) where not done;

-- All leases of a worker end together: one row, one update a heartbeat.
create table apetest.workers (
    worker text primary key,
    heartbeat timestamptz not null
) with (fillfactor = 50);

-- When somebody last reached the database: time in which nobody did must not count against a lease.
create table apetest.pulse (
    one boolean primary key default true check (one),
    at timestamptz not null
) with (fillfactor = 50);
insert into apetest.pulse (at) values (apetest.clock());

-- One row a worker's flush and run. Columns of arrays have one entry a batch.
create table apetest.batches (
    run text not null references apetest.runs on delete cascade,
    ordinal bigint not null default nextval('apetest.ordinals'),
    folded boolean not null default false,      -- stands for all rows up to it: one merged batch for each block
    blocks int[] not null,
    epochs bigint[] not null,
    sequences bigint[] not null,                -- folded: all up to it were seen
    accepted boolean[] not null,
    ahead text,                                 -- folded: those seen beyond, a JSON array a batch
    progress bytea not null,
    payload bytea not null,
    primary key (run, ordinal)
);
alter table apetest.batches alter column payload set storage external;
alter table apetest.batches alter column progress set storage external;

-- Rows are folded up to where every watcher has read.
create table apetest.watchers (
    watcher uuid primary key,
    run text not null references apetest.runs on delete cascade,
    cursor bigint not null,
    seen timestamptz not null default apetest.clock()
) with (fillfactor = 50);

create table apetest.history (
    run text primary key,
    scenario text not null,
    status text not null,
    started timestamptz,
    agents int not null,
    duration_s double precision not null,
    summary bytea not null,
    resolved text not null,
    saved timestamptz not null default apetest.clock()
);

-- Called alone, before whatever looks at leases. What is longer than the gap was an outage: leases go on where they stood.
create function apetest.beat(p_gap interval) returns void language plpgsql as $$
declare
    v_at timestamptz;
begin
    select p.at into v_at from apetest.pulse p;
    if apetest.clock() - v_at < interval '1 second' then
        return;
    end if;
    select p.at into v_at from apetest.pulse p for no key update;
    if apetest.clock() - v_at > p_gap then
        update apetest.workers w set heartbeat = least(apetest.clock(), w.heartbeat + (apetest.clock() - v_at)) where w.heartbeat <= v_at + interval '1 second';
    end if;
    update apetest.pulse set at = apetest.clock();
end $$;

-- Free blocks of a stopped run end; a run of which all blocks have ended, ends. The caller holds the run's row.
create function apetest.settle(p_run text) returns void language plpgsql as $$
begin
    update apetest.blocks b set done = true
        where b.run = p_run and not b.done and b.worker is null and exists (select from apetest.runs r where r.run = p_run and r.stop > 0);
    update apetest.runs r set ended = apetest.clock()
        where r.run = p_run and r.ended is null and not exists (select from apetest.blocks b where b.run = p_run and not b.done);
    perform pg_notify('apetest', p_run);
end $$;

-- Frees what dead workers hold.
create function apetest.sweep(p_lease interval) returns void language plpgsql as $$
declare
    v_dead text[];
    v_run text;
begin
    if not exists (select from apetest.workers w where w.heartbeat < apetest.clock() - p_lease
            and exists (select from apetest.blocks b where b.worker = w.worker)) then
        return;
    end if;
    select array_agg(d.worker) into v_dead from (
        select w.worker from apetest.workers w
            where w.heartbeat < apetest.clock() - p_lease and exists (select from apetest.blocks b where b.worker = w.worker)
            order by w.worker for update skip locked) d;
    for v_run in select distinct b.run from apetest.blocks b where b.worker = any(v_dead) order by b.run loop
        perform from apetest.runs r where r.run = v_run for no key update;
        update apetest.blocks b set worker = null where b.run = v_run and b.worker = any(v_dead);
        perform apetest.settle(v_run);
    end loop;
end $$;

create function apetest.claim(p_worker text, p_lease interval, p_run text)
returns table (block int, first_slot int, slots int, epoch bigint, started timestamptz, elapsed_s double precision, stop smallint, agents int, rates text, open_slot int)
language plpgsql as $$
declare
    v_block int;
begin
    -- Its own row before those of the runs, in which a sweep may be.
    perform from apetest.workers w where w.worker = p_worker for no key update;
    perform apetest.sweep(p_lease);
    insert into apetest.workers as w (worker, heartbeat) values (p_worker, apetest.clock())
        on conflict (worker) do update set heartbeat = apetest.clock();
    perform from apetest.runs r where r.run = p_run and r.stop = 0 and r.ended is null for no key update;
    if not found then
        return;
    end if;
    select b.block into v_block from apetest.blocks b
        where b.run = p_run and not b.done and b.worker is null order by b.block limit 1 for update skip locked;
    if not found then
        return;
    end if;
    update apetest.runs r set started = apetest.clock() where r.run = p_run and r.started is null;
    update apetest.blocks b set worker = p_worker, epoch = b.epoch + 1 where b.run = p_run and b.block = v_block;
    perform pg_notify('apetest', p_run);
    return query select b.block, b.first_slot, b.slots, b.epoch, r.started, extract(epoch from apetest.clock() - r.started)::double precision,
            r.stop, r.agents, r.rates, (select min(o.first_slot) from apetest.blocks o where o.run = p_run and not o.done)
        from apetest.blocks b join apetest.runs r on r.run = b.run where b.run = p_run and b.block = v_block;
end $$;

-- Extends all leases of a worker; returns what it holds, with the orders of each run.
create function apetest.heartbeat(p_worker text, p_lease interval)
returns table (run text, block int, epoch bigint, stop smallint, agents int, rates text, open_slot int)
language plpgsql as $$
begin
    perform from apetest.workers w where w.worker = p_worker for no key update;
    perform apetest.sweep(p_lease);
    insert into apetest.workers as w (worker, heartbeat) values (p_worker, apetest.clock())
        on conflict (worker) do update set heartbeat = apetest.clock();
    return query
        with mine as (select b.run, b.block, b.epoch from apetest.blocks b where b.worker = p_worker),
             firsts as (select b.run, min(b.first_slot) as first_slot from apetest.blocks b
                 where not b.done and b.run in (select distinct m.run from mine m) group by b.run)
        select m.run, m.block, m.epoch, r.stop, r.agents, r.rates, f.first_slot
            from mine m join apetest.runs r on r.run = m.run join firsts f on f.run = m.run;
end $$;

-- Keeps a flush; says whether anything in it was of a lease that holds. A batch that ends a block, or gives it back, does so here.
create function apetest.append(p_worker text, p_lease interval, p_run text, p_blocks int[], p_epochs bigint[], p_sequences bigint[],
    p_final boolean[], p_released boolean[], p_progress bytea, p_payload bytea) returns boolean language plpgsql as $$
declare
    v_alive boolean;
    v_ends boolean := true = any(p_final) or true = any(p_released);
    v_accepted boolean[];
begin
    -- Nobody can take the worker's leases away while its row is held.
    select w.heartbeat >= apetest.clock() - p_lease into v_alive from apetest.workers w where w.worker = p_worker for no key update;
    if v_ends then
        perform from apetest.runs r where r.run = p_run for no key update;
    else
        perform from apetest.runs r where r.run = p_run;
    end if;
    if not found then
        raise exception 'no run %', p_run using errcode = 'no_data_found';
    end if;
    if v_alive is not true then
        return false;
    end if;
    select array_agg(b.block is not null order by i.n) into v_accepted
        from unnest(p_blocks, p_epochs) with ordinality as i (block, epoch, n)
        left join apetest.blocks b on b.run = p_run and b.block = i.block and b.epoch = i.epoch and b.worker = p_worker and not b.done;
    if not (true = any(v_accepted)) then
        return false;
    end if;
    -- Ordinals are committed in their order, so that a watcher that has read one has seen all before.
    perform pg_advisory_xact_lock(hashtextextended(p_run, 4153));
    insert into apetest.batches (run, blocks, epochs, sequences, accepted, progress, payload)
        values (p_run, p_blocks, p_epochs, p_sequences, v_accepted, p_progress, p_payload);
    if v_ends then
        update apetest.blocks b set worker = null, done = e.final
            from (select i.block, bool_or(i.final) as final from unnest(p_blocks, p_final, p_released, v_accepted) as i (block, final, released, accepted)
                where i.accepted and (i.final or i.released) group by i.block) e
            where b.run = p_run and b.block = e.block;
        perform apetest.settle(p_run);
    else
        perform pg_notify('apetest', p_run);
    end if;
    return true;
end $$;

-- Gives back what a worker holds without knowing it: the answer to its claim was lost.
create function apetest.release(p_worker text, p_run text, p_block int, p_epoch bigint) returns void language plpgsql as $$
begin
    perform from apetest.workers w where w.worker = p_worker for no key update;
    perform from apetest.runs r where r.run = p_run for no key update;
    update apetest.blocks b set worker = null where b.run = p_run and b.block = p_block and b.epoch = p_epoch and b.worker = p_worker;
    perform apetest.settle(p_run);
end $$;

-- A watcher begins: from here on nothing is folded that it has not read. Waits for a fold under way.
create function apetest.watch(p_watcher uuid, p_run text) returns boolean language plpgsql as $$
begin
    if not exists (select from apetest.runs r where r.run = p_run) then
        return false;
    end if;
    perform pg_advisory_xact_lock(hashtextextended(p_run, 4154));
    insert into apetest.watchers (watcher, run, cursor) values (p_watcher, p_run, 0) on conflict (watcher) do nothing;
    return true;
end $$;

-- Puts one row in the place of all up to an ordinal; false while another watcher has not read so far.
create function apetest.fold(p_watcher uuid, p_run text, p_up_to bigint, p_gone interval, p_blocks int[], p_epochs bigint[], p_sequences bigint[], p_ahead text,
    p_progress bytea, p_payload bytea) returns boolean language plpgsql as $$
begin
    perform pg_advisory_xact_lock(hashtextextended(p_run, 4154));
    if exists (select from apetest.batches b where b.run = p_run and b.folded and b.ordinal >= p_up_to) then
        return true;
    end if;
    if exists (select from apetest.watchers w
            where w.run = p_run and w.watcher <> p_watcher and w.cursor < p_up_to and w.seen > apetest.clock() - p_gone) then
        return false;
    end if;
    delete from apetest.batches b where b.run = p_run and b.ordinal <= p_up_to;
    insert into apetest.batches (run, ordinal, folded, blocks, epochs, sequences, accepted, ahead, progress, payload)
        values (p_run, p_up_to, true, p_blocks, p_epochs, p_sequences, array_fill(true, array[cardinality(p_blocks)]), p_ahead, p_progress, p_payload);
    return true;
end $$;
