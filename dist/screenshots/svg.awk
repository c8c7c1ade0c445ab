# SPDX-License-Identifier: LGPL-2.1-or-later
# From what `tmux capture-pane -e` prints to a picture:
#
#	tmux capture-pane -p -e | LC_ALL=C awk -v theme=dark -v columns=80 -f svg.awk >top.svg
#
# LC_ALL=C: characters are taken apart here, because not every awk knows UTF-8. Blocks are
# rectangles, so that they do not depend on a font.

function fail(text) { print "svg.awk: " text >"/dev/stderr"; exit 1 }

BEGIN {
	for (i = 1; i < 256; i++)
		ord[sprintf("%c", i)] = i
	cell_w = 8.4; cell_h = 18; pad = 14
	if (theme == "light") { back = "#ffffff"; fore = "#24292f"; frame = "#d0d7de" }
	else { back = "#16191d"; fore = "#d4d7db"; frame = "#30363d" }
	split("000000 cd3131 0d8a5f b58900 2472c8 a348a3 1198b3 c8c8c8 " \
		"666666 f14c4c 23d18b d7af00 3b8eea d670d6 29b8db ffffff", basic, " ")
	# U+2588 ... of the left, and U+2581 ... of the lower part, in eighths
	for (i = 1; i <= 8; i++) left[sprintf("\342\226%c", 0220 - i)] = i
	for (i = 1; i <= 8; i++) lower[sprintf("\342\226%c", 0200 + i)] = i
	left["\342\226\210"] = 8
	shade["\342\226\221"] = 0.25; shade["\342\226\222"] = 0.5; shade["\342\226\223"] = 0.75
	fg = bg = ""; bold = dim = reverse = 0
}

# A colour of the 256: 16 basic ones, a cube, greys.
function hex(n,   r, g, b) {
	if (n < 16)
		return "#" basic[n + 1]
	if (n >= 232) {
		r = 8 + (n - 232) * 10
		return sprintf("#%02x%02x%02x", r, r, r)
	}
	n -= 16
	r = int(n / 36); g = int(n / 6) % 6; b = n % 6
	return sprintf("#%02x%02x%02x", r ? r * 40 + 55 : 0, g ? g * 40 + 55 : 0, b ? b * 40 + 55 : 0)
}

# What stands between "ESC [" and "m".
function attributes(list,   codes, n, i, c) {
	n = split(list, codes, ";")
	if (n == 0)
		codes[n = 1] = 0
	for (i = 1; i <= n; i++) {
		c = codes[i] + 0
		if (c == 0) { fg = bg = ""; bold = dim = reverse = 0 }
		else if (c == 1) bold = 1
		else if (c == 2) dim = 1
		else if (c == 7) reverse = 1
		else if (c == 22) bold = dim = 0
		else if (c == 27) reverse = 0
		else if (c == 39) fg = ""
		else if (c == 49) bg = ""
		else if (c >= 30 && c <= 37) fg = hex(c - 30)
		else if (c >= 90 && c <= 97) fg = hex(c - 82)
		else if (c >= 40 && c <= 47) bg = hex(c - 40)
		else if ((c == 38 || c == 48) && codes[i + 1] == 5) {
			if (c == 38) fg = hex(codes[i + 2] + 0); else bg = hex(codes[i + 2] + 0)
			i += 2
		} else if (c != 3 && c != 4 && c != 23 && c != 24)
			fail("an attribute that is not known: " c)
	}
}

function escape(text) {
	gsub(/&/, "\\&amp;", text); gsub(/</, "\\&lt;", text); gsub(/>/, "\\&gt;", text)
	return text
}

function rect(x, y, w, h, colour, opacity) {
	body = body sprintf("<rect x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" height=\"%.2f\" fill=\"%s\"%s/>\n",
		x, y, w, h, colour, opacity < 1 ? sprintf(" opacity=\"%.2f\"", opacity) : "")
}

# The cells from @first up to @last have one style, and are all text or all the same block.
function run(first, last,   x, y, w, c, i, text) {
	x = pad + first * cell_w; y = pad + row * cell_h; w = (last - first + 1) * cell_w
	c = glyph[first]
	if (behind[first] != "")
		rect(x, y, w, cell_h, behind[first], 1)
	if (c in shade)
		rect(x, y + 1, w, cell_h - 2, front[first], shade[c])
	else if (c in left)
		for (i = first; i <= last; i = left[c] == 8 ? last + 1 : i + 1)
			rect(pad + i * cell_w, y + 3, left[c] == 8 ? w : cell_w * left[c] / 8,
				cell_h - 6, front[first], 1)
	else if (c in lower)
		for (i = first; i <= last; i++)
			rect(pad + i * cell_w, y + (cell_h - 2) * (1 - lower[c] / 8), cell_w,
				(cell_h - 2) * lower[c] / 8, front[first], 1)
	else {
		text = ""
		for (i = first; i <= last; i++)
			text = text glyph[i]
		if (text ~ /^ *$/)
			return
		body = body sprintf("<text x=\"%.2f\" y=\"%.2f\" textLength=\"%.2f\"%s%s fill=\"%s\">%s</text>\n",
			x, y + 13.5, w, heavy[first] ? " font-weight=\"bold\"" : "",
			faint[first] ? " opacity=\"0.7\"" : "", front[first], escape(text))
	}
}

function is_block(c) { return c in shade || c in left || c in lower }
function style(i) { return front[i] " " behind[i] " " heavy[i] " " faint[i] " " (is_block(glyph[i]) ? glyph[i] : "") }

{
	line = $0; n = 0
	while (line != "") {
		if (substr(line, 1, 2) == "\033[") {
			end = index(line, "m")
			if (!end)
				fail("an escape that is not known")
			attributes(substr(line, 3, end - 3))
			line = substr(line, end + 1)
			continue
		}
		first = ord[substr(line, 1, 1)]
		len = first >= 240 ? 4 : first >= 224 ? 3 : first >= 192 ? 2 : 1
		glyph[n] = substr(line, 1, len)
		front[n] = reverse ? (bg == "" ? back : bg) : (fg == "" ? fore : fg)
		behind[n] = reverse ? (fg == "" ? fore : fg) : bg
		heavy[n] = bold; faint[n] = dim
		n++
		line = substr(line, len + 1)
	}
	# a gap of spaces ends a run, so that columns stay where they are in any font
	for (i = 0; i < n; i = j) {
		for (j = i + 1; j < n && style(j) == style(i) &&
			!(behind[i] == "" && glyph[j] == " " && glyph[j - 1] == " "); j++)
			;
		run(i, j - 1)
	}
	row++
}

END {
	width = columns * cell_w + 2 * pad; height = row * cell_h + 2 * pad
	printf "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\" viewBox=\"0 0 %.0f %.0f\"", width, height, width, height
	printf " font-family=\"ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace\" font-size=\"14\" xml:space=\"preserve\">\n"
	print "<!-- SPDX-License-Identifier: LGPL-2.1-or-later; made by `make screenshots` -->"
	printf "<rect x=\"0.5\" y=\"0.5\" width=\"%.0f\" height=\"%.0f\" rx=\"8\" fill=\"%s\" stroke=\"%s\"/>\n", width - 1, height - 1, back, frame
	printf "%s</svg>\n", body
}
