# shellcheck shell=bash
# PostgreSQL: a cluster is made, keeps a table, and has it after a restart.
UNITS+=(postgresql 'postgresql@*')

sql() { (cd / && timeout 120 runuser -u postgres -- psql -qtAX -c "$1" 2>&1); }

postgresql()
{
	local program
	program=$(echo /usr/lib/postgresql/*/bin/postgres)
	pg_dropcluster 15 main >/dev/null 2>&1
	mark
	check "postgresql: makes a cluster" sh -c "cd / && pg_createcluster 15 main >/dev/null 2>&1 </dev/null"
	check "postgresql: nothing of that was refused" nothing_refused postgresql_initdb
	check "postgresql: starts" starts postgresql@15-main
	check "postgresql: in its domain" in_domain postgresql postgres
	check "postgresql: creates a table" [ "$(sql 'create table cages (bars integer)')" = "" ]
	check "postgresql: inserts" [ "$(sql 'insert into cages select generate_series(1, 1000)')" = "" ]
	check "postgresql: selects" [ "$(sql 'select sum(bars) from cages')" = 500500 ]
	check "postgresql: compiles a query" [ "$(sql 'set jit_above_cost = 0; select sum(bars * 2) from cages')" = 1001000 ]
	check "postgresql: shares work" [ "$(sql 'set force_parallel_mode = on; select count(*) from cages')" = 1000 ]
	check "postgresql: vacuums" [ "$(sql 'vacuum analyze cages')" = "" ]
	check "postgresql: reloads" systemctl reload postgresql@15-main
	check "postgresql: restarts" starts postgresql@15-main
	check "postgresql: has what it was told" [ "$(sql 'select count(*) from cages')" = 1000 ]
	check "postgresql: nothing of that was refused" nothing_refused postgresql

	mark
	check "postgresql: does not run a program for a superuser" sh -c '! runuser -u postgres -- psql -qtAX -c "copy cages from program '"'echo 1'"'" >/dev/null 2>&1'
	drained
	check "postgresql: the event says so" refusal postgresql '"execve"'
	systemctl stop postgresql@15-main
	hostile postgresql "$program" $EPERM /usr/bin/dash execve
}
