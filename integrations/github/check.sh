#!/bin/bash
# The last step of the action: LIBRARY, ABI and ARGUMENTS are its inputs.
set -euo pipefail
arguments=()
if [ -n "${ARGUMENTS:-}" ]; then
  mapfile -t arguments < <(sed '/^[[:space:]]*$/d' <<< "$ARGUMENTS")
else
  : "${LIBRARY:?the input library is missing}" "${ABI:?the input abi is missing}"
  for library in $LIBRARY; do arguments+=(--library "$library"); done
  arguments+=(--abi "$ABI")
fi
exec "${ABITOOL:-abitool}" check "${arguments[@]}" --format github
