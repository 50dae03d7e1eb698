# What a program of the kernel's selftests says, as lines "NUMBER<tab>RESULT<tab>TEST".
# Results are ok, not ok, skip (TAP and execveat's own words) and ftracetest's in
# small letters. NUMBER counts them, as tests may have the same name.
function result(word, test)
{
	sub(/^[ \t-]+/, "", test)
	sub(/[ \t]+$/, "", test)
	gsub(/\t/, " ", test)
	printf "%d\t%s\t%s\n", ++count, word, test
}

# ok 3 fixture.test, not ok 4 - words, ok 5 # SKIP why
/^(not )?ok [0-9]+/ {
	word = /^ok.*# *SKIP/ ? "skip" : /^ok/ ? "ok" : "not ok"
	sub(/^(not )?ok [0-9]+/, "")
	result(word, $0)
	next
}

# [7] description	[PASS]
/^\[[0-9]+\].*\[[A-Z]+\]$/ {
	word = $0
	sub(/.*\[/, "", word)
	sub(/\]$/, "", word)
	sub(/^\[[0-9]+\]/, "")
	sub(/\[[A-Z]+\]$/, "")
	result(tolower(word), $0)
	next
}

# Check success of execveat(5, 'script', 0)... [OK]
/^(Check|Invoke) .*\[(OK|FAIL)\]/ {
	word = /\[OK\]/ ? "ok" : "not ok"
	sub(/\.* *\[(OK|FAIL)\].*/, "")
	result(word, $0)
}
