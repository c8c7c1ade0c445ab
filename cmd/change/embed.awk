# SPDX-License-Identifier: LGPL-2.1-or-later
# A text file in parts -> C strings that are named for the parts:
#
#	#@@ NAME     begins `static const char PREFIX_NAME[]`; what stands before the first
#	             of these lines belongs to the part "head"
#	#@@ -        begins a part that is left out
#	#@ ...       a comment, left out
#
# The head is a format for printf(): @WORD@ in it stands for a text.
# Run with -v prefix=PREFIX. No gsub() with backslashes: each awk reads those in another way.

function quoted(line,    out, c, i) {
	for (i = 1; i <= length(line); i++) {
		c = substr(line, i, 1)
		if (c == "\\" || c == "\"")
			out = out "\\"
		else if (c == "%" && part == "head")
			out = out "%"
		out = out c
	}
	return out
}

function begin(name) {
	if (part != "-")
		print ";"
	part = name
	if (part != "-")
		print "static const char " prefix "_" part "[] ="
}

BEGIN { part = "-"; begin("head") }
/^#@@ / { begin($2); next }
/^#@/ { next }
part != "-" {
	line = quoted($0)
	if (part == "head")
		gsub(/@[A-Z]+@/, "%s", line)
	print "\t\"" line "\\n\""
}
END { begin("-") }
