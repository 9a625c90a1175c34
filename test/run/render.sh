#!/usr/bin/env bash
# render.sh PAGE.html: prints the page with Chromium to PAGE.pdf, which has A4
# pages and no network, and each of its pages to PAGE-N.png.
set -euo pipefail

page=$(realpath "$1")
name=${page%.html}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# Its sandbox refuses to run as root, and needs what a container may not have.
sandboxes=('' --no-sandbox)
if ((EUID == 0)); then
	sandboxes=(--no-sandbox)
fi

print_page() {                 # print_page [--no-sandbox]
	rm -rf "$name.pdf" "$scratch/profile"
	HOME=$scratch timeout --kill-after=5 60 chromium --headless "$@" \
		"--user-data-dir=$scratch/profile" --host-resolver-rules='MAP * ~NOTFOUND' \
		--no-pdf-header-footer "--print-to-pdf=$name.pdf" "file://$page" >"$scratch/log" 2>&1 &&
		[[ -s $name.pdf ]]
}

for sandbox in "${sandboxes[@]}"; do
	if print_page ${sandbox:+"$sandbox"}; then
		pdftoppm -r 100 -png "$name.pdf" "$name"
		exit
	fi
done
tail -n 20 "$scratch/log" >&2
echo "render.sh: Chromium didn't print $page" >&2
exit 1
