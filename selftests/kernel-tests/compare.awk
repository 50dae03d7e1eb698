# Holds the results of every phase against those of the two stock ones.
# Reads the file of expected differences, "PHASE | SUITE/PROGRAM | TEST | REASON", then
# the results, "PHASE<tab>SUITE/PROGRAM<tab>NUMBER<tab>RESULT<tab>TEST", phases in the
# order in which they ran. Prints, separated by tabs:
#   unsteady  PHASE  SUITE/PROGRAM  NUMBER  TEST: how it ended in the stock phases
#   expected  PHASE  SUITE/PROGRAM  NUMBER  TEST: how it ended; the reason
#   differs   PHASE  SUITE/PROGRAM  NUMBER  TEST: how it ended
#   stale     PHASE  SUITE/PROGRAM  -       TEST: expected to differ, and does not
# PHASE of an unsteady one is the stock phase whose output says more.

# Descriptors and process numbers in a test's name are not what it is about.
function about(test)
{
	gsub(/[0-9]+/, "N", test)
	return test
}

function field(text)
{
	gsub(/^[ \t]+|[ \t]+$/, "", text)
	return text
}

# How test @id ended in @phase.
function end_of(phase, id)
{
	return ((phase, id) in word) ? word[phase, id] : "absent"
}

# Another test under the same number is another end, too.
function same(phase, other, id)
{
	return end_of(phase, id) == end_of(other, id) && topic[phase, id] == topic[other, id]
}

function say(what, phase, id, words)
{
	split(id, part, SUBSEP)
	printf "%s\t%s\t%s\t%s\t%s: %s\n", what, phase, part[1], part[2], named[id], words
}

FILENAME == EXPECTED {
	if (/^[ \t]*(#|$)/)
		next
	split($0, column, "|")
	key = field(column[1]) SUBSEP field(column[2]) SUBSEP about(field(column[3]))
	reason[key] = field(column[4])
	test_of[key] = field(column[3])
	next
}

{
	split($0, column, "\t")
	phase = column[1]
	id = column[2] SUBSEP column[3]
	if (!(phase in seen)) {
		seen[phase] = 1
		phases[++nphases] = phase
	}
	if (!(id in named)) {
		named[id] = column[5]
		ids[++nids] = id
	}
	ran[phase, column[2]] = 1
	word[phase, id] = column[4]
	topic[phase, id] = about(column[5])
}

function hold(phase, id,    key, part)
{
	split(id, part, SUBSEP)
	if (same(phase, "stock", id) || same(phase, "stock-again", id))
		return
	key = phase SUBSEP part[1] SUBSEP about(named[id])
	if (key in reason) {
		say("expected", phase, id, end_of("stock", id) " on stock, " end_of(phase, id) " here; " reason[key])
		used[key] = 1
	} else {
		say("differs", phase, id, end_of("stock", id) " on stock, " end_of(phase, id) " here")
	}
}

END {
	for (i = 1; i <= nids; i++) {
		if (same("stock", "stock-again", ids[i]))
			continue
		say("unsteady", end_of("stock", ids[i]) == "ok" ? "stock-again" : "stock", ids[i],
		    end_of("stock", ids[i]) ", then " end_of("stock-again", ids[i]))
		split(ids[i], part, SUBSEP)
		unsteady[part[1], about(named[ids[i]])] = 1
	}
	for (p = 1; p <= nphases; p++) {
		if (phases[p] ~ /^stock/)
			continue
		for (i = 1; i <= nids; i++) {
			split(ids[i], part, SUBSEP)
			if ((phases[p], part[1]) in ran)
				hold(phases[p], ids[i])
		}
	}
	for (key in reason) {
		split(key, part, SUBSEP)
		if (((part[1], part[2]) in ran) && !(key in used) && !((part[2], part[3]) in unsteady))
			printf "stale\t%s\t%s\t-\t%s: expected to differ, and does not\n", part[1], part[2], test_of[key]
	}
}
