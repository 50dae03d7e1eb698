# shellcheck shell=bash
# Redis: answers, saves in the background, keeps a journal, changes its own configuration.
UNITS+=(redis-server)

redis_says() { [ "$(timeout 60 redis-cli "${@:2}" 2>&1)" = "$1" ]; }
redis_reports() { timeout 60 redis-cli "${@:2}" 2>&1 | tr -d '\r' | grep -qx "$1"; }

redis()
{
	mark
	check "redis: starts" starts redis-server
	check "redis: in its domain" in_domain redis redis-server
	check "redis: sets" redis_says OK set gabion cage
	check "redis: gets" redis_says cage get gabion
	check "redis: saves in the background" redis_says "Background saving started" bgsave
	check "redis: to its file" within redis_reports rdb_bgsave_in_progress:0 info persistence
	check "redis: without an error" redis_reports rdb_last_bgsave_status:ok info persistence
	check "redis: keeps a journal" redis_says OK config set appendonly yes
	check "redis: in its folder" within sh -c 'ls /var/lib/redis/appendonlydir/*.incr.aof >/dev/null 2>&1'
	check "redis: rewrites it" within redis_reports aof_rewrite_in_progress:0 info persistence
	check "redis: without an error" redis_reports aof_last_bgrewrite_status:ok info persistence
	check "redis: sets more" redis_says OK set more bars
	check "redis: writes its configuration" redis_says OK config rewrite
	check "redis: as it is now" grep -qx 'appendonly yes' /etc/redis/redis.conf
	check "redis: restarts" starts redis-server
	check "redis: has what it was told" redis_says bars get more
	check "redis: nothing of that was refused" nothing_refused redis

	systemctl stop redis-server
	hostile redis /usr/bin/redis-check-rdb $SIGSYS /usr/bin/dash execve
}
